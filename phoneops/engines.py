"""The embedded engines: PostgreSQL and Valkey as direct children of this process.

They serve on unix sockets only, with the folders that `phoneops.places` names.

- Both are started directly, not through `pg_ctl`: after a kill -9 a direct child is
  reaped at once and the restart takes a fraction of a second.
- A file lock in the home says who owns it. Whoever holds it may end what a dead
  owner left behind, and must wait for it: two servers on one data folder would ruin
  it.
- PostgreSQL's first data folder is made under another name and renamed, so that an
  interruption never leaves half a database.
"""

import contextlib
import fcntl
import os
import pwd
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import redis

from phoneops import binaries, children
from phoneops.binaries import EngineError
from phoneops.places import (
    DATABASE,
    DATABASE_USER,
    Places,
    fingerprint,
    server_user,
)

START_SECONDS = 60.0
LEFTOVER_SECONDS = 20.0
POLL_SECONDS = 0.02
THROW_AWAY = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")


class Engine(children.Child):
    """One server: `start` returns when it answers, `stop` when it has ended."""

    farewell: signal.Signals

    def __init__(self, places: Places, *, durable: bool = True) -> None:
        self.places = places
        self.durable = durable

    @property
    def log(self) -> Path:
        return self.places.home / f"{self.name}.log"

    def start(self) -> None:
        make_folder(self.places.home)
        program = self.prepare()
        if self.log.exists():
            self.log.rename(self.log.with_suffix(".log.old"))
        with self.log.open("wb") as log:
            self.process = children.start(program, log)
        wait_until(self.answers, START_SECONDS, f"{self.name} does not answer")
        self.finish()

    def answers(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise EngineError(f"{self.name} ended at once:\n{last_lines(self.log)}")
        return self.ping()

    def prepare(self) -> children.Program:
        raise NotImplementedError

    def ping(self) -> bool:
        raise NotImplementedError

    def finish(self) -> None:
        """What is left to do once it answers."""


class Postgres(Engine):
    name = "postgres"
    farewell = signal.SIGINT  # its "fast" shutdown: end sessions, write, go
    stop_steps = ((signal.SIGINT, 15.0), (signal.SIGQUIT, 5.0))

    def prepare(self) -> children.Program:
        user = server_user()
        data, run = self.places.postgres_data, self.places.run
        folder = binaries.reachable_for(
            binaries.postgres_folder(), user, self.places.home
        )
        make_private_folder(run, user)
        mark = f"phoneops-{fingerprint(str(data))}"
        end_leftovers(self.name, mark)
        if not data.exists():
            self.create(folder / "initdb", user)
        if sys.platform == "linux":
            # Nobody uses it, we just looked; but the process number that a crash
            # left in these may be somebody else's by now, and would stop the start.
            for stale in (data / "postmaster.pid", run / ".s.PGSQL.5432.lock"):
                stale.unlink(missing_ok=True)
        options = ["listen_addresses=", "max_connections=200", f"cluster_name={mark}"]
        options += [] if self.durable else THROW_AWAY
        command: list[str | Path] = [folder / "postgres", "-D", data, "-k", run]
        for option in options:
            command += ["-c", option]
        return children.Program(
            command,
            user=user,
            farewell=self.farewell,
            folder=Path("/"),
        )

    def create(self, initdb: Path, user: pwd.struct_passwd | None) -> None:
        draft = self.places.home / "postgres.new"
        shutil.rmtree(draft, ignore_errors=True)
        make_private_folder(draft, user)
        locale = ["--locale=C.UTF-8"]
        if sys.platform != "linux":  # no such locale in the system's own library
            locale = ["--locale=C", "--locale-provider=builtin"]
            locale += ["--builtin-locale=C.UTF-8"]
        command: list[str | Path]
        command = [initdb, "-D", draft, "-U", DATABASE_USER, "-A", "trust", *locale]
        command += ["-E", "UTF8", *([] if self.durable else ["--no-sync"])]
        with self.log.open("wb") as log:
            process = children.start(
                children.Program(command, user=user, folder=Path("/")), log
            )
        if process.wait() != 0:
            raise EngineError(f"initdb failed:\n{last_lines(self.log)}")
        draft.rename(self.places.postgres_data)

    def ping(self) -> bool:
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def finish(self) -> None:
        with self.connect() as connection:
            wanted = "SELECT 1 FROM pg_database WHERE datname = %s"
            if not connection.execute(wanted, [DATABASE]).fetchone():
                connection.execute(f"CREATE DATABASE {DATABASE}")

    def connect(self) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(
            host=str(self.places.run),
            user=DATABASE_USER,
            dbname="postgres",
            autocommit=True,
            connect_timeout=5,
        )


class Valkey(Engine):
    name = "valkey"
    farewell = signal.SIGTERM
    stop_steps = ((signal.SIGTERM, 15.0),)

    def prepare(self) -> children.Program:
        data = self.places.valkey_data
        make_private_folder(data)
        make_private_folder(self.places.run, server_user())
        socket = self.places.valkey_socket
        program = binaries.valkey_program()
        end_leftovers(program.name, str(socket))
        command: list[str | Path] = [program, "--port", "0", "--dir", data]
        command += ["--unixsocket", socket, "--set-proc-title", "no"]
        command += ["--unixsocketperm", "700", "--save", ""]
        command += ["--appendonly", "yes" if self.durable else "no"]
        return children.Program(command, farewell=self.farewell, folder=data)

    def ping(self) -> bool:
        try:
            with redis.Redis(unix_socket_path=str(self.places.valkey_socket)) as client:
                return bool(client.ping())
        except (redis.ConnectionError, redis.BusyLoadingError):
            return False


@contextlib.contextmanager
def ownership(places: Places) -> Iterator[None]:
    """Hold the engines' home for this process, or say who does."""
    make_folder(places.home)
    with (places.home / "owner").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise EngineError(
                f"PhoneOps already runs from this folder (process {file.read()}). "
                "Stop that one first, or set VAR_DIR, HTTP_PORT and SIMULATOR_PORT "
                "to run a second one."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def make_folder(folder: Path) -> None:
    """Make it and its parents so that the database server's user can pass through,
    whatever the umask."""
    for step in [*reversed(folder.parents), folder]:
        if not step.exists():
            step.mkdir()
            step.chmod(0o711)


def make_private_folder(folder: Path, owner: pwd.struct_passwd | None = None) -> None:
    """Make it one that only `owner` may enter: whoever reaches a socket is let in."""
    make_folder(folder)
    uid = owner.pw_uid if owner else os.geteuid()
    if folder.is_symlink() or folder.stat().st_uid not in {os.geteuid(), uid}:
        raise EngineError(f"{folder} belongs to somebody else; remove it and retry.")
    if owner is not None:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    folder.chmod(0o700)


def end_leftovers(name: str, mark: str) -> None:
    """End what a dead owner left behind, and wait until it is gone."""
    for process in running(name, mark):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGTERM)
    wait_until(
        lambda: not running(name, mark),
        LEFTOVER_SECONDS,
        f"An old {name} process does not end: {running(name, mark)}",
    )


def running(name: str, mark: str) -> list[int]:
    """The processes of that program with `mark` in their command line or title.

    Read from there because the working folder of another user's process is hidden
    from root in a container.
    """
    return [
        int(entry.name)
        for entry in Path("/proc").glob("[0-9]*")
        if name in _read(entry / "comm") and mark in _read(entry / "cmdline")
    ]


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:  # it has ended
        return ""


def wait_until(condition: Callable[[], bool], seconds: float, complaint: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise EngineError(f"{complaint} after {seconds:.0f} seconds.")
        time.sleep(POLL_SECONDS)


def last_lines(log: Path, count: int = 8) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-count:])

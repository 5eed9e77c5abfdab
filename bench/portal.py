"""The product under test: real engines, the real web server, in a throw-away folder.

PostgreSQL and Valkey run as `make run` runs them, with fsync. Commit times are kept
besides, which costs the product a little and tells how long a row of the journal
waited.
"""

import contextlib
import http.client
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bench.world import Ports
from phoneops import children, programs
from phoneops.children import Child, Program
from phoneops.engines import Engine, Postgres, Valkey
from phoneops.places import DATABASE, DATABASE_USER, Places

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 60.0
Prefix = tuple[str, ...]
PROVIDER_KEYS = ("TWILIO", "OPENAI", "PUBLIC_BASE_URL", "SENTRY_DSN", "SECRET_KEY")


class TimedPostgres(Postgres):
    def prepare(self) -> Program:
        program = super().prepare()
        options = ["-c", "track_commit_timestamp=on"]
        return replace(program, command=[*program.command, *options])


class Server(Child):
    """A Python program whose output goes to a file."""

    def __init__(
        self, name: str, arguments: list[str], home: "Home", prefix: Prefix = ()
    ) -> None:
        self.name = name
        self.log = home.folder / f"{name}.log"
        self.program = Program(
            [*prefix, sys.executable, *arguments],
            folder=ROOT,
            environment=home.environment,
        )

    def start(self) -> None:
        with self.log.open("wb") as log:
            self.process = children.start(self.program, log)

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def complaints(self) -> list[str]:
        """What it logged above the level of information."""
        lines = self.log.read_text(errors="replace").splitlines()
        return [x for x in lines if " info " not in x and x.strip()]


@dataclass(frozen=True, slots=True)
class Home:
    folder: Path
    places: Places
    environment: Mapping[str, str]

    @property
    def dsn(self) -> str:
        """The database as psycopg takes it; Django has its own way to write it."""
        return f"host={self.places.run} user={DATABASE_USER} dbname={DATABASE}"


@dataclass(frozen=True, slots=True)
class Portal:
    home: Home
    web: Server
    postgres: Engine


def environment(folder: Path, places: Places, ports: Ports) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(PROVIDER_KEYS)}
    return {
        **kept,
        "ENV_FILE": str(folder / "no-env-file"),
        "VAR_DIR": str(folder / "var"),
        "DATABASE_URL": places.database_url,
        "REDIS_URL": places.redis_url,
        "SIMULATOR_PORT": str(ports.model),
        "DJANGO_SETTINGS_MODULE": "phoneops.settings",
    }


@contextmanager
def home(ports: Ports) -> Iterator[Home]:
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="phoneops-bench-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o711)  # the database server's user must pass through
        (folder / "var" / "static").mkdir(parents=True)
        places = Places(folder / "engines", folder / "engines" / "run")
        yield Home(folder, places, environment(folder, places, ports))


@contextmanager
def portal(ports: Ports) -> Iterator[Portal]:
    with ExitStack() as stack:
        found = stack.enter_context(home(ports))
        postgres = TimedPostgres(found.places)
        for engine in (postgres, Valkey(found.places)):
            stack.callback(engine.stop)
            engine.start()
        manage(found, "migrate", "-v", "0")
        manage(found, "load_demo", "-v", "0")
        prefix = programs.on_one_core()  # as `make run` starts it
        web = server(stack, "web", web_arguments(ports), found, prefix)
        wait_until_ready(ports.product, web)
        yield Portal(found, web, postgres)


def web_arguments(ports: Ports) -> list[str]:
    return [
        *("-m", "phoneops.server", "-v", "0", "--no-server-name"),
        *("-b", "127.0.0.1", "-p", str(ports.product), "phoneops.asgi:application"),
    ]


def server(
    stack: ExitStack,
    name: str,
    arguments: list[str],
    where: Home,
    prefix: Prefix = (),
) -> Server:
    started = Server(name, arguments, where, prefix)
    stack.callback(started.stop)
    started.start()
    return started


def manage(where: Home, *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=dict(where.environment),
        stdout=subprocess.DEVNULL,
        check=True,
    )


def wait_until_ready(port: int, web: Server) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not is_ready(port):
        if not web.is_running() or time.monotonic() > deadline:
            raise SystemExit("The portal did not start:\n" + web.log.read_text())
        time.sleep(0.1)


def is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with contextlib.closing(connection), contextlib.suppress(OSError):
        connection.request("GET", "/readyz", headers={"Host": "localhost"})
        return connection.getresponse().status == 200
    return False


def wait_for_port(port: int, running: Server) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while True:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        if not running.is_running() or time.monotonic() > deadline:
            raise SystemExit(
                f"{running.name} did not start:\n{running.log.read_text()}"
            )
        time.sleep(0.05)

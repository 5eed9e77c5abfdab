"""The embedded engines, really started and really killed."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from phoneops import engines
from phoneops.binaries import EngineError
from phoneops.engines import Engine, Postgres, Valkey
from phoneops.places import DATABASE, Places

OWNER_THAT_GETS_KILLED = """
import sys
from pathlib import Path
from phoneops import engines
from phoneops.places import Places

home = Path(sys.argv[1])
with engines.ownership(Places(home, home / "run")):
    engine = getattr(engines, sys.argv[2])(Places(home, home / "run"))
    engine.start()
    print(engine.process.pid, flush=True)
    sys.stdin.read()
"""


def make_places() -> Places:
    # Not pytest's own folder, which the database server's user cannot pass through.
    folder = Path(tempfile.mkdtemp(prefix="phoneops-test-"))
    folder.chmod(0o711)
    return Places(home=folder / "engines", run=folder / "engines" / "run")


@pytest.fixture(scope="module")
def places() -> Iterator[Places]:
    """One home for all tests here, because making a database takes its time. Before
    that happens it already looks as if somebody had been interrupted making it."""
    places = make_places()
    (places.home / "postgres.new" / "base").mkdir(parents=True)
    Postgres(places, durable=False).prepare()
    yield places
    shutil.rmtree(places.home.parent)


@pytest.fixture
def postgres(places: Places) -> Iterator[Postgres]:
    engine = Postgres(places)
    engine.start()
    yield engine
    engine.stop()


@pytest.fixture
def valkey(places: Places) -> Iterator[Valkey]:
    engine = Valkey(places)
    engine.start()
    yield engine
    engine.stop()


def kill(engine: Engine) -> None:
    assert engine.process is not None
    engine.kill()
    engine.process.wait()


def client(places: Places) -> redis.Redis:
    return redis.Redis(unix_socket_path=str(places.valkey_socket))


def test_postgres_has_our_database_in_utf_8(postgres: Postgres) -> None:
    with postgres.connect() as connection:
        row = connection.execute(
            "SELECT pg_encoding_to_char(encoding), datcollate FROM pg_database "
            "WHERE datname = %s",
            [DATABASE],
        ).fetchone()
    assert row == ("UTF8", "C.UTF-8")


def test_postgres_keeps_its_rows_when_killed(postgres: Postgres) -> None:
    with postgres.connect() as connection:
        connection.execute("CREATE TABLE note AS SELECT 'kept' AS text")
    kill(postgres)
    assert not postgres.is_running()
    postgres.start()
    with postgres.connect() as connection:
        assert connection.execute("SELECT text FROM note").fetchall() == [("kept",)]


def test_whether_a_database_is_up_shows_from_outside(postgres: Postgres) -> None:
    assert postgres.places.is_up()
    postgres.stop()
    assert not postgres.places.is_up()


def test_postgres_listens_on_no_port(postgres: Postgres) -> None:
    with postgres.connect() as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


def test_only_its_owner_gets_at_the_sockets(postgres: Postgres) -> None:
    assert postgres.places.run.stat().st_mode & 0o777 == 0o700


def test_valkey_keeps_its_entries_when_killed(valkey: Valkey) -> None:
    with client(valkey.places) as before:
        before.set("note", "kept")
    kill(valkey)
    valkey.start()
    with client(valkey.places) as after:
        assert after.get("note") == b"kept"


@pytest.mark.parametrize("kind", [Postgres, Valkey])
def test_an_engine_ends_with_its_owner_and_starts_for_the_next(
    places: Places, kind: type[Engine]
) -> None:
    arguments = [sys.executable, "-c", OWNER_THAT_GETS_KILLED]
    with subprocess.Popen(
        [*arguments, str(places.home), kind.__name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as owner:
        assert owner.stdout is not None
        left_behind = int(owner.stdout.readline())
        owner.kill()
    with engines.ownership(places):
        engine = kind(places, durable=False)
        engine.start()
        assert left_behind not in engines.running(kind.name, "phoneops-test-")
        engine.stop()


def test_a_crash_file_that_names_somebody_elses_process_does_no_harm(
    postgres: Postgres,
) -> None:
    kill(postgres)
    crash_file = postgres.places.postgres_data / "postmaster.pid"
    lines = crash_file.read_text().splitlines()
    crash_file.write_text("\n".join([str(os.getppid()), *lines[1:]]) + "\n")
    postgres.start()
    assert postgres.is_running()


def test_an_interrupted_first_start_leaves_nothing_that_matters(
    postgres: Postgres,
) -> None:
    assert not (postgres.places.home / "postgres.new").exists()


def test_a_server_that_cannot_start_says_why(postgres: Postgres) -> None:
    postgres.stop()
    version = postgres.places.postgres_data / "PG_VERSION"
    ours = version.read_text()
    version.write_text("9.6\n")
    with pytest.raises(EngineError, match="incompatible"):
        postgres.start()
    version.write_text(ours)


def test_a_second_owner_is_refused_and_told_who_is_first(places: Places) -> None:
    with (
        engines.ownership(places),
        pytest.raises(EngineError, match=f"process {os.getpid()}"),
        engines.ownership(places),
    ):
        pass


def test_a_folder_of_somebody_else_is_not_taken_over(tmp_path: Path) -> None:
    real = tmp_path / "theirs"
    real.mkdir()
    (tmp_path / "run").symlink_to(real)
    with pytest.raises(EngineError, match="belongs to somebody else"):
        engines.make_private_folder(tmp_path / "run")


def test_a_stop_is_orderly(postgres: Postgres) -> None:
    postgres.stop()
    assert postgres.process is not None
    assert postgres.process.returncode == 0
    assert postgres.farewell is signal.SIGINT

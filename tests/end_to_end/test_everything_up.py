"""`manage.py up`: what dies is started again, a kill leaves nothing behind."""

import json
import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]  # has no stubs
import pytest

from phoneops.places import find_places
from tests.end_to_end.books import Books
from tests.end_to_end.over_http import request
from tests.end_to_end.processes import ROOT, Process
from tests.end_to_end.waiting import until

BANNER = "Ctrl-C. Everything stays"
OF_THE_TEST_RUN = {"DATABASE_URL", "REDIS_URL", "ROUTING_REFRESH_SECONDS"}
ONE_CALL = {"scenario": "withheld_caller", "calls": 1, "speed": 20}
SERVED = {"resolved", "caller_hung_up_early"}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@dataclass
class Machine:
    """A machine on which `manage.py up` runs, again and again."""

    folder: Path
    http: int
    simulator: int
    starts: int = 0

    def start(self) -> Process:
        """Returns when it says that all is up."""
        self.starts += 1
        own = {
            "VAR_DIR": str(self.folder),
            "HTTP_PORT": str(self.http),
            "SIMULATOR_PORT": str(self.simulator),
        }
        kept = {k: v for k, v in os.environ.items() if k not in OF_THE_TEST_RUN}
        up = Process(
            f"up-{self.starts}",
            [sys.executable, "-u", str(ROOT / "manage.py"), "up"],
            environment={**kept, **own},
            folder=self.folder,
        )
        up.start()
        until(lambda: BANNER in up.said(), "the banner", within=90)
        return up

    @property
    def books(self) -> Books:
        return Books(find_places(self.folder))

    def ask(self, path: str, body: object = None) -> dict[str, Any]:
        """The simulator that came up with the rest."""
        method = "GET" if body is None else "POST"
        raw = b"" if body is None else json.dumps(body).encode()
        answer = request(self.simulator, method, f"/simulator/{path}", body=raw)
        return dict(json.loads(answer.body))


@pytest.fixture
def machine() -> Iterator[Machine]:
    folder = Path(tempfile.mkdtemp(prefix="phoneops-test-"))
    folder.chmod(0o711)  # the database server's user must pass through
    yield Machine(folder, free_port(), free_port())
    shutil.rmtree(folder)


def family(process: Process) -> list[psutil.Process]:
    return list(psutil.Process(process.running.pid).children(recursive=True))


def lives(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def web_server(up: Process) -> psutil.Process:
    return next(p for p in family(up) if "phoneops.server" in p.cmdline())


def place_call(machine: Machine) -> str:
    """One call to its end; what the carrier calls it."""
    batch = machine.ask("batches", ONE_CALL)["id"]
    until(lambda: machine.ask(f"batches/{batch}")["finished"], "the end of a call")
    (call,) = machine.ask(f"batches/{batch}")["calls"]
    assert call["outcome"] in {"agent_ended", "caller_hung_up"}
    return str(call["call_sid"])


def test_a_portal_survives_being_killed(machine: Machine) -> None:
    first = machine.start()
    call = place_call(machine)
    web_server(first).kill()
    assert request(machine.http, "GET", "/healthz").status == 200  # waited for it
    disposition = machine.books.closed(call).disposition
    assert disposition in SERVED

    orphans = family(first)
    assert len(orphans) > 6
    first.kill_at_once()
    second = machine.start()
    assert machine.books.closed(call).disposition == disposition
    assert request(machine.http, "GET", "/readyz").status == 200

    children = family(second)
    second.running.send_signal(signal.SIGINT)
    assert second.running.wait(60) == 0
    assert "PhoneOps has ended." in second.said()
    assert not any(map(lives, children))
    until(lambda: not any(map(lives, orphans)), "the end of all orphans")

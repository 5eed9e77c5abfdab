"""`manage.py up`, the way `make run` starts it."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

GIVEN_BY_THE_TEST_RUN = {"DATABASE_URL", "REDIS_URL", "ROUTING_REFRESH_SECONDS"}


@pytest.fixture
def folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="phoneops-test-"))
    folder.chmod(0o711)  # the database server's user must pass through
    yield folder
    shutil.rmtree(folder)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def get(port: int, path: str) -> tuple[int, bytes]:
    server = http.client.HTTPConnection("127.0.0.1", port)
    server.request("GET", path)
    response = server.getresponse()
    body = response.read()
    server.close()
    return response.status, body


def test_everything_starts_says_how_to_use_it_and_ends_in_order(folder: Path) -> None:
    port = free_port()
    kept = {k: v for k, v in os.environ.items() if k not in GIVEN_BY_THE_TEST_RUN}
    addresses = {"HTTP_PORT": str(port), "SIMULATOR_PORT": str(free_port())}
    with subprocess.Popen(
        [sys.executable, "manage.py", "up"],
        stdout=subprocess.PIPE,
        text=True,
        env={**kept, **addresses, "VAR_DIR": str(folder)},
    ) as up:
        assert up.stdout is not None
        said = []
        for line in up.stdout:
            said.append(line)
            if "Ctrl-C" in line:
                break
        status, body = get(port, "/readyz")
        login, _ = get(port, "/admin/login/")
        up.send_signal(signal.SIGINT)
        said_at_the_end = up.stdout.read().splitlines()
    text = "".join(said)
    assert f"http://127.0.0.1:{port}/admin/" in text
    assert f"VAR_DIR={folder} HTTP_PORT={port} SIMULATOR_PORT=" in text
    assert (folder / "admin-password").read_text() in text
    assert (status, json.loads(body)["status"], login) == (200, "ready", 200)
    ended = [line.split()[0] for line in said_at_the_end if line.endswith("| ending")]
    order = ["web", "simulator", "scheduler", "worker", "valkey", "postgres"]
    assert [name for name in ended if name != "calls"] == order
    assert said_at_the_end[-1] == "PhoneOps has ended."
    assert up.returncode == 0

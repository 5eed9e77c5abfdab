"""Which programs `manage.py up` runs, by the settings."""

import os
import socket
import subprocess
import sys

import pytest
from pytest_django import Settings

from phoneops import programs


def names() -> list[str]:
    def say(name: str, line: str) -> None:
        raise AssertionError("nothing has been started")

    with socket.create_server(("127.0.0.1", 0)) as door:
        return [service.name for service in programs.running(say, door)]


def test_with_simulated_callers_the_simulator_runs_too(settings: Settings) -> None:
    settings.SIMULATED = True
    assert names() == ["worker", "scheduler", "simulator", "web"]


def test_the_web_server_is_the_last_to_start(settings: Settings) -> None:
    settings.SIMULATED = False
    assert names() == ["worker", "scheduler", "web"]


def test_the_web_server_keeps_to_one_core(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of those that we may use; the one that it was given is the one it runs on."""
    given = os.sched_getaffinity(0)
    prefix = programs.on_one_core()
    look = "import os; print(*os.sched_getaffinity(0))"
    found = subprocess.run(
        [*prefix, sys.executable, "-c", look], capture_output=True, check=True
    )
    cores = {int(core) for core in found.stdout.split()}
    assert cores == ({max(given)} if len(given) > 1 else given)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3})
    assert programs.on_one_core() == ()


def test_voice_calls_that_the_web_server_leaves_to_others_have_a_host(
    settings: Settings,
) -> None:
    settings.SIMULATED, settings.SIDEBAND_HERE = False, False
    assert names() == ["worker", "scheduler", "sidebands", "web"]

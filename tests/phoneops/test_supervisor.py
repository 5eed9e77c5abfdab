"""Keeping programs running, with small real programs and a clock of our own."""

import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from phoneops.children import Child, Program
from phoneops.supervisor import Service, Supervisor, printer

ENDS = "raise SystemExit(3)"
WAITS = "import signal; print('up', flush=True); signal.pause()"
STUBBORN = "import signal; signal.signal(15, signal.SIG_IGN); " + WAITS
OWNER_THAT_GETS_KILLED = """
import os, sys
from phoneops import children
program = children.Program([sys.executable, "-c", "import signal; signal.pause()"])
children.start(program, sys.stdout.buffer)
print("up", flush=True)
sys.stdin.read()
"""
OWNER_THAT_GETS_TOLD = f"""
import signal, sys
from phoneops.children import Program
from phoneops.supervisor import Service, Supervisor, printer
say = printer(sys.stdout)
supervisor = Supervisor(say)
program = Program([sys.executable, "-c", {STUBBORN!r}])
with supervisor.until_signalled():
    supervisor.add(Service("stubborn", program, say, [(signal.SIGTERM, 600.0)]))
    signal.pause()
say("", "over")
"""


class Stage:
    """A supervisor whose clock we turn and whose words we keep."""

    def __init__(self) -> None:
        self.now = 0.0
        self.said: list[tuple[str, str]] = []
        self.supervisor = Supervisor(self.say, clock=lambda: self.now)

    def say(self, name: str, line: str) -> None:
        self.said.append((name, line))

    def add(self, name: str, code: str, *, once: bool = False) -> Service:
        service = Service(name, Program([sys.executable, "-c", code]), self.say)
        self.supervisor.add(service, once=once)
        return service

    def tick_after_end_of(self, service: Service) -> None:
        assert service.process is not None
        service.process.wait()
        self.supervisor.tick()

    @property
    def delays(self) -> list[str]:
        return [line.split()[-2] for _, line in self.said if "started again" in line]


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = Stage()
    yield stage
    for watched in stage.supervisor.watched:
        kill(watched.child)


def kill(child: Child) -> None:
    child.kill()
    if child.process is not None:
        child.process.wait()


def test_starts_again_what_dies_waiting_longer_each_time(stage: Stage) -> None:
    service = stage.add("web", ENDS)
    for _ in range(6):
        stage.tick_after_end_of(service)
        stage.now += 15.0
        stage.supervisor.tick()
    assert stage.delays == ["1", "2", "4", "8", "15", "15"]
    assert stage.said[0] == (
        "web",
        "ended with code 3; it is started again in 1 s",
    )


def test_does_not_start_again_before_the_delay_is_over(stage: Stage) -> None:
    service = stage.add("web", ENDS)
    stage.tick_after_end_of(service)
    first = service.process
    stage.now += 0.9
    stage.supervisor.tick()
    assert service.process is first


def test_who_was_up_for_half_a_minute_begins_anew_at_one_second(stage: Stage) -> None:
    service = stage.add("web", WAITS)
    for uptime in (1.0, 1.0, 31.0):
        stage.now += uptime
        stage.supervisor.tick()
        kill(service)
        stage.tick_after_end_of(service)
        stage.now += 15.0
        stage.supervisor.tick()
    assert stage.delays == ["1", "2", "1"]


def test_what_runs_once_is_not_started_again(stage: Stage) -> None:
    stage.tick_after_end_of(stage.add("calls", ENDS, once=True))
    stage.now += 60.0
    stage.supervisor.tick()
    assert stage.delays == []


def test_says_which_signal_ended_a_program(stage: Stage) -> None:
    service = stage.add("worker", WAITS)
    kill(service)
    stage.tick_after_end_of(service)
    assert stage.said[-1][1].startswith("was ended by SIGKILL;")


def test_a_program_that_is_not_there_is_reported_and_tried_again(stage: Stage) -> None:
    service = stage.add("web", ENDS)
    service.program = Program(["/nowhere/at-all"])
    for _ in range(2):
        stage.tick_after_end_of(service)
        stage.now += 15.0
        stage.supervisor.tick()
    assert any("did not start" in line for _, line in stage.said)
    assert stage.delays == ["1", "2"]


def test_ends_the_last_started_first(stage: Stage) -> None:
    services = [stage.add(name, WAITS) for name in ("postgres", "worker", "web")]
    stage.supervisor.stop()
    ended = [name for name, line in stage.said if line == "ending"]
    assert ended == ["web", "worker", "postgres"]
    assert not any(service.is_running() for service in services)


def test_kills_what_does_not_end_when_told() -> None:
    heard: list[str] = []
    service = Service(
        "stubborn",
        Program([sys.executable, "-c", STUBBORN]),
        lambda name, line: heard.append(line),
        [(signal.SIGTERM, 0.05)],
    )
    service.start()
    service.stop()
    assert not service.is_running()


def test_lines_come_out_under_their_writers_name(
    capfd: pytest.CaptureFixture[str],
) -> None:
    say = printer(sys.stdout)
    say("web", "listening")
    say("", "a line of our own")
    assert capfd.readouterr().out == "web       | listening\na line of our own\n"


def test_children_die_with_an_owner_that_is_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", OWNER_THAT_GETS_KILLED],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == b"up\n"
        owner.kill()
        # The child holds the other end of this pipe for as long as it lives.
        assert owner.stdout.read() == b""


def test_a_second_signal_kills_what_the_first_one_could_not_end() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", OWNER_THAT_GETS_TOLD], stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        lines = iter(owner.stdout)
        assert next(lines) == "stubborn  | up\n"
        owner.send_signal(signal.SIGINT)
        assert "Press Ctrl-C again" in next(lines)
        assert next(lines) == "stubborn  | ending\n"
        owner.send_signal(signal.SIGINT)
        assert next(lines) == "over\n"
    assert owner.returncode == 0

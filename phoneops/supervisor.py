"""Keeping a set of programs running, from `make run` to Ctrl-C.

They start in the order given and end in the opposite one. What dies is started again
after 1, 2, 4 ... at most 15 seconds; whoever has been up for half a minute begins
anew at one. The first signal to end begins the orderly end, a second one kills.
"""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import FrameType
from typing import IO

from phoneops.binaries import EngineError
from phoneops.children import Child, Program, start

LONGEST_DELAY = 15.0
STEADY_SECONDS = 30.0
TICK_SECONDS = 0.2
NAME_WIDTH = 9
COLOURS = (36, 33, 35, 32, 34)
ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Say = Callable[[str, str], None]


class Service(Child):
    """A program of ours; what it prints comes out line by line under its name."""

    def __init__(
        self,
        name: str,
        program: Program,
        say: Say,
        stop_steps: Sequence[tuple[signal.Signals, float]] | None = None,
    ) -> None:
        self.name = name
        self.program = program
        self.say = say
        self.stop_steps = stop_steps or Child.stop_steps

    def start(self) -> None:
        self.process = start(self.program, subprocess.PIPE)
        assert self.process.stdout is not None
        threading.Thread(
            target=self.relay, args=(self.process.stdout,), daemon=True
        ).start()

    def relay(self, output: IO[bytes]) -> None:
        with output:
            for line in output:
                self.say(self.name, line.decode(errors="replace").rstrip("\n"))


@dataclass(slots=True)
class Watched:
    """A child, and what is remembered of its lives."""

    child: Child
    started: float
    once: bool = False
    failures: int = 0
    retry_at: float | None = None


class Supervisor:
    def __init__(self, say: Say, clock: Callable[[], float] = time.monotonic) -> None:
        self.say = say
        self.clock = clock
        self.watched: list[Watched] = []
        self.ending = False

    def add(self, child: Child, *, once: bool = False) -> None:
        """Start it now and keep it running from here on, unless it ends by itself."""
        self.watched.append(Watched(child, self.clock(), once))
        child.start()

    def tick(self) -> None:
        for watched in list(self.watched):
            self.look_after(watched, self.clock())

    def look_after(self, watched: Watched, now: float) -> None:
        child = watched.child
        if child.is_running():
            if now - watched.started >= STEADY_SECONDS:
                watched.failures = 0
        elif watched.once:
            self.watched.remove(watched)
        elif watched.retry_at is None:
            delay = min(2.0**watched.failures, LONGEST_DELAY)
            watched.failures += 1
            watched.retry_at = now + delay
            self.say(
                child.name, f"{child.ending}; it is started again in {delay:.0f} s"
            )
        elif now >= watched.retry_at:
            watched.started, watched.retry_at = now, None
            try:
                child.start()
            except (EngineError, OSError) as problem:
                self.say(child.name, f"did not start: {problem}")

    def stop(self) -> None:
        """End all, the last started first."""
        self.ending = True
        for watched in reversed(self.watched):
            if watched.child.is_running():
                self.say(watched.child.name, "ending")
                watched.child.stop()

    def on_signal(self, number: int, frame: FrameType | None) -> None:
        if not self.ending:
            self.ending = True
            raise KeyboardInterrupt
        for watched in self.watched:
            watched.child.kill()

    @contextlib.contextmanager
    def until_signalled(self) -> Iterator[None]:
        """Run the body until it is done or we are told to end, then end all."""
        for number in ENDING_SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN or (
                number != signal.SIGHUP  # which `nohup` has switched off
            ):
                signal.signal(number, self.on_signal)
        try:
            yield
        except KeyboardInterrupt:
            self.say("", "Ending. Press Ctrl-C again to kill what is left.")
        finally:
            self.stop()


def printer(stream: IO[str]) -> Say:
    """Print lines under their writer's name, each name in its own colour."""
    colours: dict[str, int] = {"": 0}
    coloured = stream.isatty() and "NO_COLOR" not in os.environ
    lock = threading.Lock()

    def say(name: str, line: str) -> None:
        head = f"{name:<{NAME_WIDTH}} | " if name else ""
        with lock, contextlib.suppress(BrokenPipeError):
            if coloured and name:
                code = colours.setdefault(name, COLOURS[len(colours) % len(COLOURS)])
                head = f"\x1b[{code}m{head}\x1b[0m"
            print(head + line, file=stream, flush=True)

    return say

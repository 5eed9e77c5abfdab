"""Processes of ours: started, told to end, killed, and what they printed."""

import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from phoneops.children import Child, Program, start

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 30.0


class Process(Child):
    """One process whose output goes to a file."""

    stop_steps = ((signal.SIGTERM, PATIENCE_SECONDS),)

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        environment: Mapping[str, str],
        folder: Path,
        sockets: Sequence[int] = (),
    ) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self.program = Program(
            command, folder=ROOT, environment=environment, sockets=sockets
        )

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = start(self.program, log)

    @property
    def running(self) -> "subprocess.Popen[bytes]":
        assert self.process is not None
        return self.process

    def kill_at_once(self) -> None:
        """kill -9, and wait until it is gone."""
        self.running.kill()
        self.running.wait(PATIENCE_SECONDS)

    def tell_to_end(self) -> None:
        self.running.send_signal(signal.SIGTERM)

    def said(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""


@contextmanager
def paused(process: Process) -> Iterator[None]:
    """It does nothing at all within the block; what is sent to it waits."""
    process.running.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.running.send_signal(signal.SIGCONT)

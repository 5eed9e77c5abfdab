"""Starting a program that never outlives us.

Whatever way this process ends, kill -9 included, its children must end too, or the
next start would meet a database that still has its owner. On Linux the kernel does
that: a process can ask to be sent a signal when its parent dies. Elsewhere children
are only ended by an orderly stop, and the next start clears up what is left.
"""

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
# Loaded here, as little as possible may happen between fork and exec.
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True)
class Program:
    """What to run, and how it is told that its parent has died.

    `sockets` are listening ones that it inherits under the same numbers.
    """

    command: Sequence[str | Path]
    user: pwd.struct_passwd | None = None
    farewell: signal.Signals = signal.SIGTERM
    folder: Path | None = None
    environment: Mapping[str, str] | None = None
    sockets: Sequence[int] = ()


def start(program: Program, output: IO[bytes] | int) -> subprocess.Popen[bytes]:
    """Start it in a process group of its own: Ctrl-C reaches us alone, and we end
    the children in their order."""
    user = program.user
    return subprocess.Popen(
        program.command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd=program.folder,
        env=program.environment,
        pass_fds=program.sockets,
        process_group=0,
        user=user.pw_uid if user else None,
        group=user.pw_gid if user else None,
        extra_groups=[] if user else None,
        preexec_fn=_tie(os.getpid(), program.farewell),
    )


def _tie(parent: int, farewell: signal.Signals) -> Callable[[], None] | None:
    """What the child does between fork and exec: one system call, and a look whether
    the parent died before it. It takes no lock, so threads of ours cannot block it."""
    if LIBC is None:
        return None
    prctl = LIBC.prctl

    def tie_to_parent() -> None:
        prctl(PR_SET_PDEATHSIG, int(farewell))
        if os.getppid() != parent:
            os._exit(1)

    return tie_to_parent


class Child:
    """A program that is started, watched and ended. Its `process` is the last one."""

    name: str
    stop_steps: Sequence[tuple[signal.Signals, float]] = ((signal.SIGTERM, 10.0),)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        raise NotImplementedError

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        """Send each signal in turn and wait that long for it, then kill."""
        if self.process is None:
            return
        for number, seconds in self.stop_steps:
            if self.is_running():
                self.process.send_signal(number)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self.process.wait(seconds)
        if self.is_running():
            self.kill()
            self.process.wait()

    def kill(self) -> None:
        """Without waiting, because a signal handler of ours may call it."""
        if self.process is not None:
            self.process.kill()

    @property
    def ending(self) -> str:
        """How it ended, for an operator."""
        code = self.process.poll() if self.process else None
        if code is None:
            return "never ran"
        if code < 0:
            return f"was ended by {signal.Signals(-code).name}"
        return f"ended with code {code}"

"""The machine, the processes on it, and what they use."""

import os
import platform
import socket
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import psutil  # type: ignore[import-untyped]  # has no stubs

BUSY = 1.0


def describe() -> str:
    cpu = "unknown processor"
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [x for x in info.read_text().splitlines() if x.startswith("model name")]
        cpu = names[0].partition(": ")[2] if names else cpu
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{os.cpu_count()} cores ({cpu}), {memory:.0f} GB, "
        f"Python {platform.python_version()}, {platform.system()}"
    )


def load() -> float:
    return os.getloadavg()[0]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Usage:
    """`cpu` is a share of one core."""

    cpu: float
    rss_kb: float


class Meter:
    """CPU and memory of one process, with its children where asked for."""

    def __init__(self, pid: int, *, family: bool = False) -> None:
        self.process = psutil.Process(pid)
        self.family = family
        self.restart()

    def restart(self) -> None:
        self._began, self._cpu = perf_counter(), self._seconds()

    def read(self) -> Usage:
        took = perf_counter() - self._began
        return Usage((self._seconds() - self._cpu) / took, self.rss_kb())

    def rss_kb(self) -> float:
        return float(self.process.memory_info().rss) / 1024

    def _seconds(self) -> float:
        processes = [self.process]
        processes += self.process.children(recursive=True) if self.family else []
        return sum(_seconds_of(process) for process in processes)


def _seconds_of(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)

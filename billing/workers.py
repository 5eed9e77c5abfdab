"""Processes that help with long work on the ledger.

Each is a program of its own, `billing.helper`, that reads pieces of work from its
standard input and answers each with a line. So it ends with whoever started it, however
that one ends; and a task of Celery may start it, which may have no child of
`multiprocessing`.
"""

import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from queue import SimpleQueue
from typing import TypeVar

from django.conf import settings

PROGRAM = (sys.executable, "-m", "billing.helper")
# So many pieces are asked for ahead of the one that is waited for.
AHEAD = 2
Piece = TypeVar("Piece")
Done = TypeVar("Done")
Work = Callable[[bytes], bytes]


class HelperLostError(Exception):
    """A helper ended with a piece undone; why, it wrote to standard error."""


@contextmanager
def helper() -> Iterator[Work]:
    """What one process makes of a line, without its end; for one thread at a time."""
    process = subprocess.Popen(
        PROGRAM, cwd=settings.BASE_DIR, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    wanted, done = process.stdin, process.stdout
    assert wanted is not None
    assert done is not None

    def work(line: bytes) -> bytes:
        try:
            wanted.write(line + b"\n")
            wanted.flush()
        except BrokenPipeError as problem:
            raise HelperLostError from problem
        if answer := done.readline():
            return answer
        raise HelperLostError

    try:
        yield work
    finally:
        with suppress(BrokenPipeError):
            wanted.close()
        done.close()
        process.wait()


@contextmanager
def helpers(processes: int) -> Iterator[Callable[[Iterable[bytes]], Iterator[bytes]]]:
    """What so many make of lines, in their order; they see what was committed."""
    free = SimpleQueue[Work]()

    def work(line: bytes) -> bytes:
        chosen = free.get()
        try:
            return chosen(line)
        finally:
            free.put(chosen)

    with ExitStack() as running:
        for _ in range(processes):
            free.put(running.enter_context(helper()))
        pool = running.enter_context(ThreadPoolExecutor(processes))
        yield lambda lines: in_order(pool, processes, work, lines)


def in_order(
    pool: Executor,
    processes: int,
    work: Callable[[Piece], Done],
    pieces: Iterable[Piece],
) -> Iterator[Done]:
    """As `map`, but only a few pieces are ever asked for ahead."""
    waiting: deque[Future[Done]] = deque()
    for piece in pieces:
        waiting.append(pool.submit(work, piece))
        if len(waiting) > processes + AHEAD:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()

"""Processes that help with long work on the ledger.

This module must not import any model: it is what a new process imports first, before
Django is set up there.
"""

import gc
import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import django

# So many pieces are asked for ahead of the one that is waited for.
AHEAD = 2
Piece = TypeVar("Piece")
Done = TypeVar("Done")


def set_up() -> None:
    """A helper is given pieces that each collect their garbage at their end."""
    django.setup()
    gc.freeze()
    gc.disable()


@contextmanager
def helpers(processes: int) -> Iterator[ProcessPoolExecutor]:
    """New processes, not forked ones: a fork would share connections and locks."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, set_up) as pool:
        yield pool


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

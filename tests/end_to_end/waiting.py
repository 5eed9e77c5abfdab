"""Waiting for something to become true: looked at again and again, never for ever."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

LOOK_EVERY_SECONDS = 0.05
PATIENCE_SECONDS = 60.0


def until(
    look: Callable[[], T | None], what: str, *, within: float = PATIENCE_SECONDS
) -> T:
    """The first true answer of `look`; a failure that names `what` if none comes."""
    deadline = time.monotonic() + within
    while not (found := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"Waited {within:.0f} s in vain for {what}.")
        time.sleep(LOOK_EVERY_SECONDS)
    return found

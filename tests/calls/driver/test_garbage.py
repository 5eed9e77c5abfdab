"""What an ended call leaves behind is gone at once.

What refers to itself stays until the collector comes by, and while that takes the
garbage of many calls away, nobody else is served.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.calls.driver.carrier import on_the_line, ready_call
from tests.calls.driver.steered import steered

pytestmark = pytest.mark.django_db(transaction=True)

OF_A_CALL = ("calls.core.", "calls.driver.", "calls.providers.", "calls.consumers.")


@contextmanager
def nothing_is_left() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        left = {f"{type(x).__module__}.{type(x).__name__}" for x in gc.garbage}
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert not [name for name in left if name.startswith(OF_A_CALL)]


async def test_of_a_voice_call() -> None:
    with nothing_is_left():
        async with steered() as wire:
            await wire.speaks("resp_1")
            await wire.end()


async def test_of_a_call_over_the_relay() -> None:
    call = await ready_call()
    with nothing_is_left():
        async with on_the_line(call, ["At nine."]) as (end, _):
            await end.says("When do you open?")
            assert await end.hears() == "At nine."

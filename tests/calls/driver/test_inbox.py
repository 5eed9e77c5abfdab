"""The inbox of a call: order, room, and waking in time."""

import asyncio

import pytest

from calls.core.events import DeadlinePassed
from calls.driver.inbox import MOST, MOST_OF_MODEL, Inbox

SOON, LATER = 0.02, 3600.0


def from_now(seconds: float) -> float:
    return asyncio.get_running_loop().time() + seconds


async def test_events_come_in_their_order() -> None:
    inbox: Inbox[int] = Inbox()
    inbox.put(1)
    inbox.put(2)
    assert [await inbox.take(None), await inbox.take(from_now(0))] == [1, 2]


async def test_an_event_wakes_who_waits() -> None:
    inbox: Inbox[int] = Inbox()
    taken = asyncio.create_task(inbox.take(from_now(LATER)))
    await asyncio.sleep(0)
    inbox.put(1)
    assert await taken == 1


async def test_a_deadline_that_has_passed_is_told_at_once() -> None:
    inbox: Inbox[int] = Inbox()
    assert await inbox.take(from_now(-1)) == DeadlinePassed()


@pytest.mark.parametrize("before", [None, SOON / 2, LATER])
async def test_the_deadline_is_kept_whatever_the_one_before(
    before: float | None,
) -> None:
    inbox: Inbox[int] = Inbox()
    taken = asyncio.create_task(inbox.take(before and from_now(before)))
    await asyncio.sleep(0)
    inbox.put(1)
    assert await taken == 1
    deadline = from_now(SOON)
    assert await inbox.take(deadline) == DeadlinePassed()
    assert from_now(0) >= deadline


async def test_a_deadline_that_moves_away_is_not_told_early() -> None:
    inbox: Inbox[int] = Inbox()
    for number in range(5):
        inbox.put(number)
        assert await inbox.take(from_now(SOON)) == number
        assert await inbox.take(deadline := from_now(SOON)) == DeadlinePassed()
        assert from_now(0) >= deadline


async def test_the_model_waits_for_room_and_control_does_not() -> None:
    inbox: Inbox[int] = Inbox()
    for number in range(MOST_OF_MODEL):
        await inbox.offer(number)
    offered = asyncio.create_task(inbox.offer(-1))
    await asyncio.sleep(0)
    inbox.put(-2)
    assert not offered.done()
    assert [await inbox.take(None), await inbox.take(None)] == [0, 1]
    await asyncio.wait_for(offered, 1)


async def test_what_finds_no_room_is_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    inbox: Inbox[int] = Inbox()
    for number in range(MOST + 2):
        inbox.put(number)
    assert inbox.dropped == 2
    assert "call inbox full" in caplog.text

"""Nobody listens for a while: what was asked for meanwhile, and what was on its way."""

from typing import Any

import pytest

from calls.core.words import EventKind
from calls.models import Usage
from tests.calls.driver.steered import (
    Wire,
    function_call,
    journal,
    other_process_takes_over,
    response_done,
    steered,
    transcribed,
)

pytestmark = pytest.mark.django_db(transaction=True)

LOOK_UP = function_call("look_up_caller", "{}")


async def outputs(wire: Wire, times: int) -> list[Any]:
    """The outputs of tools that we gave, once there are so many items of ours."""
    await wire.hears("response.create", times)
    made = [one["item"] for one in wire.of("conversation.item.create")]
    return [item for item in made if item["type"] == "function_call_output"]


async def test_a_tool_that_was_asked_for_while_the_socket_was_down_is_answered() -> (
    None
):
    async with steered() as wire:
        await wire.speaks("resp_1")
        wire.last = LOOK_UP
        wire.cut()
        await wire.attached()
        (given,) = await outputs(wire, 2)
        await wire.end()
    assert given["call_id"] == "call_1"
    assert given["output"]
    assert len(await journal(EventKind.TOOL_ASKED)) == 1
    (answered,) = await journal(EventKind.TOOL_ANSWERED)
    assert answered["ok"] is True
    assert wire.of("conversation.item.delete") == [
        {"type": "conversation.item.delete", "item_id": "marker"}
    ]


async def test_a_tool_that_was_asked_for_while_no_process_was_there_is_answered() -> (
    None
):
    async with steered() as wire:
        await wire.speaks("resp_1")
        wire.last = LOOK_UP
        await other_process_takes_over(wire)
        (given,) = await outputs(wire, 2)
        await wire.end()
    assert given["call_id"] == "call_1"
    assert len(await journal(EventKind.GREETED)) == 1
    assert len(await journal(EventKind.TOOL_ANSWERED)) == 1


async def test_an_output_that_was_lost_on_its_way_is_given_again() -> None:
    async with steered() as wire:
        wire.last = LOOK_UP
        wire.refusing = 503
        await wire.tell(response_done("resp_1", output=[LOOK_UP]))
        wire.cut()
        while not await journal(EventKind.TOOL_ANSWERED):
            pass
        wire.refusing = 0
        await wire.attached()
        given = await outputs(wire, 2)
        await wire.end()
    assert {one["call_id"] for one in given} == {"call_1"}
    assert len(await journal(EventKind.TOOL_ASKED)) == 1
    assert len(await journal(EventKind.TOOL_ANSWERED)) == 1


async def test_with_nothing_open_nothing_is_said() -> None:
    async with steered() as wire:
        await wire.speaks("resp_1")
        wire.last = {"id": "item_1", "type": "message", "role": "user"}
        wire.cut()
        await wire.attached()
        await wire.hears("conversation.item.retrieve")
        await wire.end()
    assert len(wire.of("response.create")) == 1


async def test_usage_is_kept_once_whichever_process_hears_of_it() -> None:
    told = response_done("resp_1"), transcribed("item_1", "Hello?")
    async with steered() as wire:
        await wire.speaks("resp_0")
        await wire.tell(*told)
        await other_process_takes_over(wire)
        await wire.tell(*told, response_done("resp_2", "cancelled"))
        await wire.end()
    rows = Usage.objects.order_by("provider_id").values_list("provider_id", flat=True)
    assert [row async for row in rows] == [
        "resp_0",
        "resp_1",
        "resp_2",
        "transcript-item_1",
    ]

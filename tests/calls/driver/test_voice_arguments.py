"""What a model may write as the arguments of a tool, over the socket."""

from typing import Any

import pytest

from calls.core.words import EventKind
from calls.models import Incident
from tests.calls.driver.steered import Wire, function_call, journal, steered

pytestmark = pytest.mark.django_db(transaction=True)

NO_JSON = ["", "{", "null", "[]", "7", "{'reason': 'other'}", "\x00", "[" * 50_000]
UNFIT = [
    "{}",
    '{"reason": "caller_asked"}',
    '{"reason": 7, "summary": "x"}',
    '{"reason": "because", "summary": "x"}',
    '{"reason": "caller_asked", "summary": ["x"]}',
]


async def answer_to(wire: Wire, *calls: dict[str, Any]) -> list[dict[str, Any]]:
    """The outputs that these calls of one response are answered with."""
    await wire.speaks("resp_1")
    begun = len(wire.of("response.create"))
    await wire.speaks("resp_2", *calls)
    await wire.hears("response.create", begun + 1)
    made = [one["item"] for one in wire.of("conversation.item.create")]
    return [item for item in made if item["type"] == "function_call_output"]


@pytest.mark.parametrize("arguments", [*NO_JSON, *UNFIT])
async def test_what_cannot_be_done_is_told_to_the_model(arguments: str) -> None:
    async with steered() as wire:
        call = function_call("transfer_to_person", arguments)
        (given,) = await answer_to(wire, call)
        await wire.end()
    assert "transfer_to_person was not run" in given["output"]
    (answered,) = await journal(EventKind.TOOL_ANSWERED)
    assert answered["ok"] is False
    assert not await journal(EventKind.HANDOFF_ASKED)
    assert not await Incident.objects.aexists()


async def test_a_tool_that_nobody_offered_is_no_reason_to_stop() -> None:
    async with steered() as wire:
        (given,) = await answer_to(wire, function_call("open_the_door", "{}"))
        await wire.end()
    assert given["output"] == "There is no tool named open_the_door."


async def test_a_call_without_anything_in_it_is_answered_with_the_others() -> None:
    bare = {"type": "function_call", "call_id": "call_2"}
    async with steered() as wire:
        given = await answer_to(wire, function_call("look_up_caller", "{}"), bare)
        await wire.end()
    assert {one["call_id"] for one in given} == {"call_1", "call_2"}
    assert len(wire.of("response.create")) == 2


async def test_enormous_arguments_end_nothing() -> None:
    arguments = '{"reason": "other", "summary": "' + "x" * 900_000 + '"'
    async with steered() as wire:
        (given,) = await answer_to(wire, function_call("end_call", arguments))
        await wire.end()
    assert "end_call was not run" in given["output"]


async def test_arguments_of_a_response_that_was_cut_are_not_acted_on() -> None:
    call = function_call("transfer_to_person", "{}")
    unfinished = {**call, "call_id": "call_2", "status": "incomplete"}
    delta = {"type": "response.function_call_arguments.done", "call_id": "call_2"}
    async with steered() as wire:
        (given,) = await answer_to(wire, call, unfinished)
        await wire.tell({**delta, "name": call["name"], "arguments": "{}"})
        await wire.end()
    assert given["call_id"] == "call_1"
    assert len(await journal(EventKind.TOOL_ASKED)) == 1

"""Callers who say one thing after the other to the voice model."""

from typing import Any

from calls.simulator.carrier import Caller, Utterance
from tests.calls.simulator.realtime_product import (
    BODY,
    RealtimeProduct,
    Talk,
    greet,
    sip_world,
)

ITEM_ADDED = "conversation.item.added"
TRANSCRIBED = "conversation.item.input_audio_transcription.completed"
LONG = " ".join(["There is a great deal to say about this."] * 6)
TOOLS = [
    {
        "type": "function",
        "name": name,
        "parameters": {
            "type": "object",
            "properties": {key: {"type": "string"} for key in keys},
            "required": keys,
        },
    }
    for name, keys in {"end_call": ["outcome"], "take_message": ["message"]}.items()
]


def body(**audio_input: Any) -> dict[str, Any]:
    found = {**BODY["audio"]["input"], **audio_input}
    return {**BODY, "tools": TOOLS, "audio": {"input": found}}


def order(kinds: list[str], *wanted: str) -> list[str]:
    """The wanted kinds, each once, in the order in which they first came."""
    return list(dict.fromkeys(kind for kind in kinds if kind in wanted))


async def says(caller: Caller, *texts: str | Utterance) -> None:
    for text in texts:
        await caller.agent_done()
        await caller.say(text)
    await caller.agent_done()
    caller.hang_up()


async def converse(
    *texts: str | Utterance, script: Any = greet, **fields: Any
) -> tuple[Talk, Any]:
    """A call in which the caller says these things, one after each answer."""
    config = {k: fields.pop(k) for k in ("speed", "first_token_ms") if k in fields}
    product = RealtimeProduct(script, body=fields.pop("body", body()))

    async def caller(caller: Caller) -> None:
        await says(caller, *texts)

    async with sip_world(product, **config) as w:
        record = await w.call(fields.pop("caller", caller), **fields)
    assert product.errors == []
    return product.talks[0], record


async def stays_a_moment(caller: Caller) -> None:
    await caller.agent_done()
    caller.hang_up()

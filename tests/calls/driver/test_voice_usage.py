"""What a voice call is charged for is kept once, however often it is told."""

from decimal import Decimal
from typing import Any

import pytest

from billing.meter import PricedMeter
from calls.core.meter import Measured
from calls.core.tokens import count_tokens
from calls.core.words import EventKind
from calls.models import Usage
from tests.calls.driver.steered import (
    SESSION,
    Wire,
    journal,
    response_done,
    steered,
    transcribed,
)

pytestmark = pytest.mark.django_db(transaction=True)


async def used() -> dict[str, Any]:
    rows = Usage.objects.order_by("provider_id")
    return {row.provider_id: row.figures async for row in rows}


async def settled(wire: Wire) -> None:
    """Everything told so far has been dealt with: it is told in order."""
    before = len(wire.of("conversation.item.create"))
    key = {"type": "input_audio_buffer.dtmf_event_received", "received_at": 1}
    await wire.tell({**key, "event": "7"}, {**key, "event": "#"})
    await wire.hears("conversation.item.create", before + 1)


async def test_every_response_and_every_transcript_is_charged_once() -> None:
    async with steered() as wire:
        told = [
            response_done("resp_1"),
            response_done("resp_2", "cancelled"),
            response_done("resp_3", "failed"),
            response_done("resp_4", usage=None),
            transcribed("item_1", "Hello?"),
            transcribed("item_2", "", input_tokens=7, output_tokens=1),
        ]
        await wire.tell(*told, *told)
        await settled(wire)
        await wire.break_off()
        await wire.attached()
        await wire.tell(*told, response_done("resp_5"))
        await wire.end()
    found = await used()
    assert list(found) == [
        "resp_1",
        "resp_2",
        "resp_3",
        "resp_5",
        "transcript-item_1",
        "transcript-item_2",
    ]
    assert found["resp_2"]["input_tokens"] == 1000
    assert found["transcript-item_1"] == {"type": "duration", "seconds": 1.5}


class CachedIsCheaper(PricedMeter):
    """Prices that no table can change under us."""

    def price(self, measured: Measured) -> Decimal:
        tokens = count_tokens(measured.figures)
        return Decimal(tokens.input - tokens.cached) / 10_000


async def test_a_prompt_that_somebody_changed_is_told_with_its_cost(
    settings: Any,
) -> None:
    settings.CALLS_METER = f"{__name__}.CachedIsCheaper"
    async with steered() as wire:
        await wire.tell(response_done("resp_1", cached=640))
        other = {**SESSION, "instructions": "Be brief."}
        await wire.tell({"type": "session.updated", "session": SESSION})
        await wire.tell({"type": "session.updated", "session": other})
        await wire.tell(response_done("resp_2", cached=64))
        await wire.end()
    assert await journal(EventKind.PROMPT_CHANGED) == [{"what": ["instructions"]}]
    (lost,) = await journal(EventKind.CACHE_LOST)
    assert (lost["before"], lost["after"], lost["lost"]) == (640, 64, 576)
    assert lost["cost"] == "0.0576"


async def test_nothing_we_send_changes_what_the_cache_hangs_on() -> None:
    async with steered() as wire:
        await settled(wire)
        await wire.end()
    assert not wire.of("session.update")
    for asked in wire.of("response.create"):
        assert not {"instructions", "tools"} & set(asked.get("response", {}))


async def test_an_unknown_event_is_kept_counted_and_hurts_nobody() -> None:
    async with steered() as wire:
        odd = {"type": "session.mood.updated", "mood": "good"}
        await wire.tell(odd, odd, odd)
        await wire.socket.send_str("{")
        await settled(wire)
        await wire.end()
    first, malformed, counted = await journal(EventKind.UNKNOWN_EVENT)
    assert first["type"] == "session.mood.updated"
    assert '"mood": "good"' in first["raw"]
    assert malformed == {"type": "malformed", "raw": "{"}
    assert counted == {"type": "session.mood.updated", "times": 3}
    assert await used() == {}

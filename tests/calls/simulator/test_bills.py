"""What both simulated providers bill, asked by the product's own providers."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from aiohttp import ClientSession

from calls.errors import ProviderError
from calls.providers import openai_costs
from calls.providers.twilio import rest
from calls.providers.twilio.bills import Bills
from calls.simulator.carrier import CallOrder, place_call
from calls.simulator.carrier.call import CarrierCall
from calls.simulator.openai_api.usage import Usage
from tests.calls.simulator.fake_product import TOKEN
from tests.calls.simulator.test_twilio_api import ACCOUNT, Account, account

ADMIN_KEY = "simulated-openai-admin-key"


def today() -> date:
    return datetime.now(UTC).date()


def bills(a: Account) -> Bills:
    return Bills(rest.Account(ACCOUNT, TOKEN, a.origin))


def costs(a: Account, day: date, key: str = ADMIN_KEY) -> list[openai_costs.CostLine]:
    return openai_costs.costs_of(openai_costs.Account(key, f"{a.origin}/v1"), day)


async def answered(a: Account) -> CarrierCall:
    """A call of 61 seconds."""
    await place_call(a.simulator.carrier, CallOrder())
    (call,) = a.simulator.carrier.calls.values()
    call.answered_at = call.started_at
    call.ended_at = call.started_at + 61
    return call


async def test_usage_records_are_of_the_day_that_is_asked_for() -> None:
    async with account() as a:
        await answered(a)
        rows = await asyncio.to_thread(bills(a).usage, today())
        before = await asyncio.to_thread(bills(a).usage, today() - timedelta(days=1))
        a.simulator.carrier.billing_surplus = 1.0
        dearer = await asyncio.to_thread(bills(a).usage, today())
    (row,) = [row for row in rows if row.category == "calls-inbound-local"]
    assert (row.quantity, row.price) == (Decimal(2), Decimal("0.017"))
    assert (row.unit, row.currency) == ("minutes", "USD")
    assert before == []
    assert next(r.price for r in dearer if r.category == row.category) == 2 * row.price


async def test_calls_have_their_price_after_a_while() -> None:
    async with account() as a:
        call = await answered(a)
        early = await asyncio.to_thread(lambda: list(bills(a).legs(today())))
        call.ended_at -= 300
        call.answered_at -= 300
        late = await asyncio.to_thread(lambda: list(bills(a).legs(today())))
        gone = await asyncio.to_thread(
            lambda: list(bills(a).legs(today() - timedelta(days=3)))
        )
    assert [leg.price for leg in early] == [None]
    assert [(leg.sid, leg.currency) for leg in late] == [(call.sid, "USD")]
    assert late[0].price == Decimal("0.017")
    assert late[0].seconds == 61
    assert gone == []


async def test_costs_are_told_by_line_item_to_the_admin_key_alone() -> None:
    async with account() as a:
        service = a.simulator.model.costs
        service.answered("gpt-6-luna", Usage(1_000_000, 400_000, 100_000, 2_000, 0))
        lines = await asyncio.to_thread(costs, a, today())
        before = await asyncio.to_thread(costs, a, today() - timedelta(days=1))
        with pytest.raises(ProviderError) as refused:
            await asyncio.to_thread(costs, a, today(), "sk-test")
    told = {line.line_item: round(line.amount, 6) for line in lines}
    assert told == {
        "gpt-6-luna, input": Decimal("0.05"),
        "gpt-6-luna, cached input": Decimal("0.004"),
        "gpt-6-luna, cache write": Decimal("0.0125"),
        "gpt-6-luna, output": Decimal("0.001"),
    }
    assert before == []
    assert (refused.value.code, refused.value.retryable) == ("401", False)


async def test_voice_and_transcription_are_billed_too() -> None:
    async with account() as a:
        service = a.simulator.model.costs
        details = {"text_tokens": 10, "audio_tokens": 1_000_010}
        cached = {"text_tokens": 10, "audio_tokens": 10, "image_tokens": 0}
        service.spoke(
            "gpt-realtime-2.1",
            {
                "input_token_details": {**details, "cached_tokens_details": cached},
                "output_token_details": {"text_tokens": 0, "audio_tokens": 0},
            },
        )
        service.transcribed("gpt-transcribe", {"type": "duration", "seconds": 60})
        lines = await asyncio.to_thread(costs, a, today())
    told = {line.line_item: round(line.amount, 4) for line in lines}
    assert told["gpt-realtime-2.1, audio input"] == 32
    assert told["gpt-transcribe, audio"] == Decimal("0.0045")


async def test_costs_come_in_pages_of_days() -> None:
    begin = datetime.combine(today() - timedelta(days=9), datetime.min.time(), UTC)
    path = f"/v1/organization/costs?start_time={int(begin.timestamp())}"
    headers = {"Authorization": f"Bearer {ADMIN_KEY}"}
    async with account() as a, ClientSession(a.origin, headers=headers) as web:
        first = await (await web.get(path)).json()
        rest_ = await (await web.get(f"{path}&page={first['next_page']}")).json()
        wrong = [
            (await web.get("/v1/organization/costs")).status,
            (await web.get(f"{path}&limit=181")).status,
            (await web.get(f"{path}&bucket_width=1h")).status,
            (await web.get(f"{path}&group_by=colour")).status,
        ]
    assert (len(first["data"]), first["has_more"]) == (7, True)
    assert (len(rest_["data"]), rest_["has_more"]) == (3, False)
    assert wrong == [400] * 4


async def test_bills_are_made_to_differ_by_the_control_api() -> None:
    async with account() as a, ClientSession(a.origin) as web:
        a.simulator.model.costs.answered("gpt-6-luna", Usage(10**6, 0, 0, 0, 0))
        told = await web.post("/simulator/bills", json={"surplus": 0.5})
        bad = await web.post("/simulator/bills", json={"surplus": "x"})
        (line,) = await asyncio.to_thread(costs, a, today())
    assert (told.status, bad.status) == (200, 400)
    assert round(line.amount, 6) == Decimal("0.15")

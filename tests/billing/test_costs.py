"""What calls and days have cost, from the rows that calls leave behind."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from pytest_django import DjangoAssertNumQueries

from billing.core.bill import Cost
from billing.core.reading import Why
from billing.core.units import Component
from billing.models import Price
from billing.services import cost_of_call, cost_today
from calls.core.words import AttemptResult, CallState, EventKind
from calls.models import Call, CallEvent
from routing.core.decision import CallerKind
from routing.core.ruleset import Path
from tests.billing.rows import make_usage, save_price
from tests.makers_calls import (
    NOON,
    make_attempt,
    make_call,
    make_handoff,
    make_recording,
)

pytestmark = pytest.mark.django_db
CARRIER = {
    "conversation_relay": ("relay_minute", "7"),
    "voice_inbound": ("voice_in_minute", "1"),
    "voice_outbound": ("voice_out_minute", "2"),
    "voice_sip": ("sip_minute", "0.5"),
    "recording": ("recording_minute", "0.25"),
}
MODEL = {"text_in": "0.1", "text_cached": "0.01", "text_out": "0.5"}


@pytest.fixture(autouse=True)
def prices() -> None:
    """Round ones, so that every amount below can be worked out by head."""
    cache.clear()
    Price.objects.all().delete()
    for item, (unit, amount) in CARRIER.items():
        save_price(provider="twilio", item=item, unit=unit, amount=amount)
    for unit, amount in MODEL.items():
        save_price(item="gpt-6-luna", unit=unit, amount=amount)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def over(**fields: Any) -> Call:
    """A call of 61 seconds, with all that the carrier tells of it."""
    fields.setdefault("state", CallState.CLOSED)
    fields.setdefault("answered_at", NOON)
    fields.setdefault("over_at", after(61))
    fields.setdefault("carrier_seconds", 61)
    return make_call(**fields)


def journal(call: Call, kind: EventKind, at: float, **data: Any) -> None:
    seq = call.events.count()
    CallEvent.objects.create(
        call=call, stream=0, seq=seq, at=after(at), kind=kind, data=data
    )


def parts(cost: Cost) -> dict[Component, Decimal]:
    return {part.component: part.amount for part in cost.parts}


def cost(call: Call) -> Cost:
    return cost_of_call(call.pk).cost


def answer(taken: int, cached: int, given: int) -> dict[str, object]:
    details = {"cached_tokens": cached}
    return {
        "input_tokens": taken,
        "input_tokens_details": details,
        "output_tokens": given,
    }


def test_a_call_costs_all_that_it_used() -> None:
    call = over()
    make_usage(call, answer(10, 5, 2))
    make_usage(call, answer(30, 25, 4))
    journal(call, EventKind.CONNECTED, 1)
    journal(call, EventKind.SESSION_ENDED, 40, seconds=39, status="ended")
    make_attempt(
        make_handoff(call),
        result=AttemptResult.ACCEPTED,
        seconds=61,
        started_at=after(41),
    )
    make_recording(call, seconds=59)
    known = cost_of_call(call.pk)
    assert parts(known.cost) == {
        Component.LANGUAGE_MODEL: Decimal("4.3"),
        Component.RELAY: 7,
        Component.INBOUND_LEG: 2,
        Component.OUTBOUND_LEG: 4,
        Component.RECORDING: Decimal("0.25"),
    }
    assert known.cost.total == Decimal("17.55")
    assert known.cost.cached_share == Decimal("0.75")
    assert known.cost.unpriced == ()
    assert known.cost.estimated == 0
    assert not known.going_on


def test_a_call_costs_thirteen_queries(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    call = over()
    for _ in range(3):
        make_usage(call, answer(1, 0, 1))
        make_attempt(make_handoff(call, result="nobody"), seconds=5)
    with django_assert_num_queries(13):
        cost_of_call(call.pk)


def test_every_contact_that_answered_is_a_leg() -> None:
    call = over()
    handoff = make_handoff(call)
    make_attempt(handoff, result=AttemptResult.DECLINED, seconds=8)
    make_attempt(handoff, result=AttemptResult.NO_ANSWER)
    make_attempt(handoff, result=AttemptResult.BUSY, seconds=0)
    make_attempt(handoff, result=AttemptResult.ACCEPTED, seconds=70)
    make_attempt(handoff, result="accepted", seconds=5, phone="sip:ana@example.com")
    assert parts(cost(call))[Component.OUTBOUND_LEG] == 6
    assert parts(cost(call))[Component.SIP_LEG] == Decimal("0.5")


def test_a_session_that_was_lost_is_paid_beside_the_next() -> None:
    call = over(carrier_seconds=0)
    journal(call, EventKind.CONNECTED, 0)
    journal(call, EventKind.SESSION_ENDED, 10, seconds=10, status="failed")
    journal(call, EventKind.RECONNECTED, 10, entry=2)
    journal(call, EventKind.CONNECTED, 12)
    journal(call, EventKind.SESSION_ENDED, 75, seconds=63, status="ended")
    assert parts(cost(call)) == {Component.RELAY: 21}


def test_a_call_that_goes_on_is_estimated_until_now() -> None:
    call = make_call(state=CallState.LIVE, answered_at=NOON)
    journal(call, EventKind.CONNECTED, 1)
    with time_machine.travel(after(100), tick=False):
        known = cost_of_call(call.pk)
    assert known.going_on
    assert parts(known.cost) == {Component.RELAY: 14, Component.INBOUND_LEG: 2}
    assert known.cost.estimated == known.cost.total == 16


def test_a_contact_who_still_talks_is_estimated_until_now() -> None:
    call = make_call(state=CallState.WITH_PERSON)
    handoff = make_handoff(call)
    make_attempt(handoff, result=AttemptResult.ACCEPTED, started_at=after(10))
    with time_machine.travel(after(75), tick=False):
        assert parts(cost(call)) == {Component.OUTBOUND_LEG: 4}


def test_what_the_carrier_reports_is_not_worked_out_again() -> None:
    call = over()
    journal(call, EventKind.SESSION_ENDED, 40, seconds=39)
    told = {"seconds": 150, "minutes": 3}
    make_usage(call, told, provider="twilio", item="voice_inbound")
    assert parts(cost(call)) == {Component.RELAY: 7, Component.INBOUND_LEG: 3}


def test_a_call_that_was_turned_away_costs_nothing() -> None:
    call = make_call(state=CallState.CLOSED, disposition="rejected")
    assert (cost(call).parts, cost(call).unpriced) == ((), ())


def test_a_caller_on_sip_has_a_sip_leg() -> None:
    call = over(caller="sip:ana@example.com", caller_kind=CallerKind.SIP)
    assert parts(cost(call)) == {Component.SIP_LEG: 1}


def test_the_leg_to_a_voice_model_is_named_while_nobody_tells_its_length() -> None:
    call = over(path=Path.SIP)
    journal(call, EventKind.CONNECTED, 1)
    known = cost(call)
    assert parts(known) == {Component.INBOUND_LEG: 2}
    assert [(gap.item, gap.why) for gap in known.unpriced] == [
        ("voice_sip", Why.MISSING)
    ]
    make_usage(call, {"seconds": 60}, provider="twilio", item="voice_sip")
    known = cost(call)
    assert parts(known)[Component.SIP_LEG] == Decimal("0.5")
    assert known.unpriced == ()


def test_an_unknown_model_shows_as_unpriced() -> None:
    call = over()
    make_usage(call, answer(10, 0, 2), item="gpt-9-nova")
    known = cost(call)
    assert {(gap.item, gap.unit) for gap in known.unpriced} == {
        ("gpt-9-nova", "text_in"),
        ("gpt-9-nova", "text_out"),
    }
    assert known.total == 2


@pytest.mark.parametrize("figures", [{}, [], "x", {"input_tokens": -1}, None])
def test_usage_that_cannot_be_read_is_named(figures: object) -> None:
    call = over()
    make_usage(call, figures if figures is not None else 0)
    assert cost(call).unpriced


def test_estimated_usage_is_told_apart() -> None:
    call = over()
    make_usage(call, answer(10, 0, 0), estimated=True)
    assert cost(call).estimated == 1


def test_recordings_without_speech_cost_nothing() -> None:
    call = over(carrier_seconds=0)
    make_recording(call, seconds=0)
    make_recording(call, seconds=9, status="absent")
    assert cost(call).parts == ()


def test_a_later_price_leaves_earlier_calls_alone() -> None:
    call = over()
    before = cost(call)
    save_price(
        provider="twilio",
        item="voice_inbound",
        unit="voice_in_minute",
        amount="100",
        valid_from=NOON.date() + timedelta(days=1),
    )
    assert cost(call) == before


def test_there_is_no_cost_of_a_call_that_is_not_there() -> None:
    with pytest.raises(Call.DoesNotExist):
        cost_of_call(10**9)


def test_today_is_the_sum_of_its_calls() -> None:
    calls = [over(), over(), make_call(state=CallState.LIVE)]
    make_usage(calls[0], answer(10, 0, 0))
    make_usage(over(offered_at=NOON - timedelta(days=2)), answer(10, 0, 0))
    today = cost_today(after(120))
    assert (today.calls, today.going_on) == (3, 1)
    assert today.cost.total == sum(cost(call).total for call in calls) == 5
    assert today.per_call() == Decimal(5) / 3


def test_today_is_the_day_of_the_number() -> None:
    # Eight hours ago was yesterday in Auckland, where it is the 24th by now, and in
    # Honolulu, where the 23rd has begun since.
    for zone in ("Pacific/Auckland", "Pacific/Honolulu", "UTC"):
        over(offered_at=NOON - timedelta(hours=8), time_zone=zone)
    assert cost_today(NOON).calls == 1


def test_a_day_without_calls_costs_nothing() -> None:
    today = cost_today(datetime(2026, 1, 1, tzinfo=UTC))
    assert (today.calls, today.per_call()) == (0, None)
    assert today.cost.total == 0


def test_today_costs_nine_queries_and_then_none_for_a_while(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(3):
        make_usage(over(), answer(10, 0, 0))
    with time_machine.travel(after(120), tick=False) as clock:
        with django_assert_num_queries(9):
            first = cost_today()
        with django_assert_num_queries(0):
            assert cost_today() == first
        clock.shift(16)
        with django_assert_num_queries(9):
            cost_today()
    assert first.cost.total == 9

"""Calls with usage for tests of the ledger, at prices that heads can multiply."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from billing.core.causes import Cause
from billing.core.units import Component
from billing.models import CallTotal, Charge, DayTotal, Price
from billing.services.ledger import enter
from calls.core.words import CallState, EventKind
from calls.models import Call, CallEvent
from tests.billing.rows import make_usage, save_price
from tests.makers_calls import NOON, make_call

CARRIER = {
    "conversation_relay": ("relay_minute", "7"),
    "voice_inbound": ("voice_in_minute", "1"),
    "voice_outbound": ("voice_out_minute", "2"),
    "voice_sip": ("sip_minute", "0.5"),
    "recording": ("recording_minute", "0.25"),
    "number": ("number_month", "30"),
}
MODEL = {"text_in": "0.1", "text_cached": "0.01", "text_out": "0.5"}


def set_prices() -> None:
    Price.objects.all().delete()
    for item, (unit, amount) in CARRIER.items():
        save_price(provider="twilio", item=item, unit=unit, amount=amount)
    for unit, amount in MODEL.items():
        save_price(item="gpt-6-luna", unit=unit, amount=amount)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def over(**fields: Any) -> Call:
    """A call of 61 seconds, two minutes on the bill, closed."""
    fields.setdefault("state", CallState.CLOSED)
    fields.setdefault("answered_at", NOON)
    fields.setdefault("over_at", after(61))
    fields.setdefault("carrier_seconds", 61)
    return make_call(**fields)


def journal(call: Call, kind: EventKind, at: float, **data: Any) -> None:
    CallEvent.objects.create(
        call=call, stream=0, seq=call.events.count(), at=after(at), kind=kind, data=data
    )


def answer(taken: int, cached: int = 0, given: int = 0) -> dict[str, object]:
    return {
        "input_tokens": taken,
        "input_tokens_details": {"cached_tokens": cached},
        "output_tokens": given,
    }


def say(call: Call, at: float, *figures: int, **fields: Any) -> None:
    """An answer of the model: tokens in, of which cached, and out."""
    make_usage(call, answer(*figures), at=after(at), **fields)


def enter_all() -> None:
    enter(Call.objects.values_list("pk", flat=True), after(600))


def money_rows() -> set[tuple[Any, ...]]:
    """The totals without lines that have become nothing."""
    rows = DayTotal.objects.exclude(charges=0, amount=0, gaps=0)
    return set(rows.values_list(*(f.name for f in DayTotal._meta.fields[1:])))


def call_rows() -> set[tuple[Any, ...]]:
    rows = CallTotal.objects.exclude(calls=0)
    return set(rows.values_list(*(f.name for f in CallTotal._meta.fields[1:])))


def charge_rows() -> set[tuple[Any, ...]]:
    columns = ("key", "call", "component", "day", "amount", "cause", "estimated")
    return set(Charge.objects.values_list(*columns))


def by_component() -> Mapping[Component, Decimal]:
    rows = DayTotal.objects.exclude(amount=0).values_list("component", "amount")
    found: dict[Component, Decimal] = {}
    for component, amount in rows:
        key = Component(component)
        found[key] = found.get(key, Decimal(0)) + amount
    return found


def by_cause() -> Mapping[Cause, Decimal]:
    rows = DayTotal.objects.exclude(amount=0).values_list("cause", "amount")
    found: dict[Cause, Decimal] = {}
    for cause, amount in rows:
        found[Cause(cause)] = found.get(Cause(cause), Decimal(0)) + amount
    return found

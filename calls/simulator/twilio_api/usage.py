"""Usage records: what the provider will bill, which includes what no call shows.

https://www.twilio.com/docs/usage/api/usage-record. Days are of GMT, both ends are
included. The category of ConversationRelay minutes is not documented; the product has
to list categories that it does not know.
"""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from calls.simulator.carrier.carrier import Carrier
from calls.simulator.carrier.leg import Leg
from calls.simulator.twilio_api.calls import INBOUND_MINUTE, OUTBOUND_MINUTE
from calls.simulator.twilio_api.errors import refuse
from calls.simulator.twilio_api.messages import PER_SEGMENT, Messages

RELAY_MINUTE = 0.07
SIP_MINUTE = 0.004
RECORDED_MINUTE = 0.0025
PERIODS = ("Daily", "Today", "Yesterday", "AllTime", "ThisMonth", "LastMonth")


class Used(NamedTuple):
    category: str
    day: datetime.date
    quantity: int
    price: float
    unit: str = "minutes"


def records(
    carrier: Carrier, messages: Messages, query: Mapping[str, str], period: str = ""
) -> list[dict[str, Any]]:
    """With the period Daily a row for each day, else one for all days asked for."""
    first, last = days_asked(query, period)
    used = [one for one in everything(carrier, messages) if first <= one.day <= last]
    if period == "Daily":
        days = sorted({one.day for one in used})
        spans = [(day, day, [u for u in used if u.day == day]) for day in days]
    else:
        spans = [(first, last, used)]
    surplus = 1 + carrier.billing_surplus
    return [row for span in spans for row in rows_of(*span, surplus)]


def days_asked(
    query: Mapping[str, str], period: str
) -> tuple[datetime.date, datetime.date]:
    today = datetime.datetime.now(datetime.UTC).date()
    if period and period not in PERIODS:
        raise refuse(20404, "The requested resource was not found", status=404)
    if period == "Today":
        return today, today
    if period == "Yesterday":
        before = today - datetime.timedelta(days=1)
        return before, before
    first = day_of(query.get("StartDate"), datetime.date(2000, 1, 1))
    last = day_of(query.get("EndDate"), today)
    if first > last:
        raise refuse(20001, "StartDate is after EndDate")
    return first, last


def day_of(text: str | None, usual: datetime.date) -> datetime.date:
    if not text:
        return usual
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise refuse(20001, f"{text!r} is not a date") from None


def everything(carrier: Carrier, messages: Messages) -> Iterator[Used]:
    for call in carrier.calls.values():
        day = gmt(call.started_at)
        minutes = -(-call.duration // 60)
        if not call.order.trunk:
            yield Used("calls-inbound-local", day, minutes, INBOUND_MINUTE)
        for session in call.sessions:
            told = -(-session.seconds // 60)
            yield Used("conversation-relay-minutes", day, told, RELAY_MINUTE)
        for leg in (leg for leg in call.legs if isinstance(leg, Leg)):
            told = -(-leg.duration // 60)
            to_sip = leg.noun.text.startswith("sip:")
            category = "calls-sip-outbound" if to_sip else "calls-outbound"
            if to_sip and call.order.trunk:
                category = "trunking-origination-local"
            price = SIP_MINUTE if to_sip else OUTBOUND_MINUTE
            yield Used(category, gmt(leg.started_at), told, price)
    for recording in carrier.recordings():
        minutes = -(-recording.seconds // 60)
        day = gmt(recording.started_at)
        yield Used("recordings", day, minutes, RECORDED_MINUTE)
    for message in messages.sent.values():
        day = gmt(message.created_at)
        yield Used("sms-outbound", day, message.segments, PER_SEGMENT, "segments")


def gmt(seconds: float) -> datetime.date:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).date()


def rows_of(
    first: datetime.date, last: datetime.date, used: Iterable[Used], surplus: float
) -> Iterator[dict[str, Any]]:
    by_category: dict[str, list[Used]] = {}
    for one in used:
        by_category.setdefault(one.category, []).append(one)
    for category, those in sorted(by_category.items()):
        yield _row(category, first, last, those, surplus)


def _row(
    category: str,
    first: datetime.date,
    last: datetime.date,
    used: list[Used],
    surplus: float,
) -> dict[str, Any]:
    now = datetime.datetime.now(datetime.UTC)
    price = sum(one.quantity * one.price for one in used) * surplus
    return {
        "category": category,
        "description": category.replace("-", " "),
        "count": str(len(used)),
        "count_unit": "calls",
        "usage": str(sum(one.quantity for one in used)),
        "usage_unit": used[0].unit,
        "price": f"{price:.5f}",
        "price_unit": "usd",
        "start_date": first.isoformat(),
        "end_date": last.isoformat(),
        "as_of": now.isoformat(timespec="seconds"),
        "account_sid": "",
        "api_version": "2010-04-01",
        "subresource_uris": {},
        "uri": "",
    }

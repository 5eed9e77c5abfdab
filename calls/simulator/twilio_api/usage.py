"""Usage records: what the provider will bill, which includes what no call shows.

The category of ConversationRelay minutes is not documented; the product has to list
categories that it does not know.
"""

import datetime
from typing import Any

from calls.simulator.carrier.carrier import Carrier
from calls.simulator.twilio_api.calls import INBOUND_MINUTE, OUTBOUND_MINUTE
from calls.simulator.twilio_api.messages import PER_SEGMENT, Messages

RELAY_MINUTE = 0.07
RECORDED_MINUTE = 0.0025


def records(carrier: Carrier, messages: Messages) -> list[dict[str, Any]]:
    """Today's rows, over everything the carrier remembers."""
    calls = list(carrier.calls.values())
    legs = [leg for call in calls for leg in call.legs]
    inbound = sum(-(-call.duration // 60) for call in calls)
    relay = sum(-(-call.duration // 60) for call in calls if call.sessions)
    recorded = sum(-(-r.seconds // 60) for r in carrier.recordings())
    segments = sum(m.segments for m in messages.sent.values())
    return [
        _row("calls-inbound-local", len(calls), inbound, INBOUND_MINUTE),
        _row("calls-outbound", len(legs), len(legs), OUTBOUND_MINUTE),
        _row("conversation-relay-minutes", len(calls), relay, RELAY_MINUTE),
        _row("recordings", len(carrier.recordings()), recorded, RECORDED_MINUTE),
        _row("sms-outbound", len(messages.sent), segments, PER_SEGMENT),
    ]


def _row(category: str, count: int, usage: int, price: float) -> dict[str, Any]:
    now = datetime.datetime.now(datetime.UTC)
    return {
        "category": category,
        "description": category.replace("-", " "),
        "count": str(count),
        "count_unit": "calls",
        "usage": str(usage),
        "usage_unit": "minutes",
        "price": f"{usage * price:.5f}",
        "price_unit": "usd",
        "start_date": now.date().isoformat(),
        "end_date": now.date().isoformat(),
        "as_of": now.isoformat(timespec="seconds"),
        "account_sid": "",
        "api_version": "2010-04-01",
        "subresource_uris": {},
        "uri": "",
    }

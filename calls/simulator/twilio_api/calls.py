"""The Calls resource: what is known of a call, and taking it over.

https://www.twilio.com/docs/voice/api/call-resource
"""

import datetime
import time
from collections.abc import Iterator, Mapping
from email.utils import formatdate
from functools import partial
from typing import Any

from calls.simulator.carrier.call import CarrierCall
from calls.simulator.carrier.carrier import Carrier
from calls.simulator.carrier.leg import Leg
from calls.simulator.carrier.party import Redirected
from calls.simulator.carrier.product import Reply
from calls.simulator.twilio_api.errors import refuse
from calls.simulator.twiml.document import Document

INBOUND_MINUTE = 0.0085
OUTBOUND_MINUTE = 0.014
MAX_TWIML = 4000


def find(carrier: Carrier, sid: str) -> CarrierCall | Leg | None:
    if sid in carrier.calls:
        return carrier.calls[sid]
    for call in carrier.calls.values():
        for leg in call.legs:
            if leg.sid == sid and isinstance(leg, Leg):
                return leg
    return None


def between(carrier: Carrier, query: Mapping[str, str]) -> Iterator[CarrierCall | Leg]:
    """Calls and the legs they made, the youngest first, by `StartTime>` and `<`, and

    by `ParentCallSid` the legs of one call alone.
    """
    after, before = moment(query.get("StartTime>")), moment(query.get("StartTime<"))
    parent = query.get("ParentCallSid")
    for call in reversed(carrier.calls.values()):
        legs = [leg for leg in call.legs if isinstance(leg, Leg)]
        whole: list[CarrierCall | Leg] = [*legs, call] if not parent else [*legs]
        if parent and parent != call.sid:
            continue
        for one in whole:
            begun = one.started_at
            if (after is None or begun >= after) and (before is None or begun < before):
                yield one


def moment(text: str | None) -> float | None:
    """A date of GMT, or a date with a time, as Twilio's library writes them."""
    if not text:
        return None
    try:
        at = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise refuse(20001, f"{text!r} is not a time") from None
    return at.replace(tzinfo=at.tzinfo or datetime.UTC).timestamp()


def as_json(found: CarrierCall | Leg, price_after_s: float) -> dict[str, Any]:
    if isinstance(found, Leg):
        own: dict[str, str | None] = {
            "from": found.caller_id,
            "to": found.noun.text,
            "parent_call_sid": found.call.sid,
            "direction": "outbound-dial",
        }
        account, minute = found.call.config.account_sid, OUTBOUND_MINUTE
    else:
        own = {
            "from": found.from_,
            "to": found.to,
            "parent_call_sid": None,
            "direction": "inbound",
        }
        account, minute = found.config.account_sid, INBOUND_MINUTE
    ended_at = found.ended_at
    priced = bool(ended_at) and time.time() >= ended_at + price_after_s
    minutes = -(-found.duration // 60)
    uri = f"/2010-04-01/Accounts/{account}/Calls/{found.sid}"
    return {
        **own,
        "sid": found.sid,
        "account_sid": account,
        "api_version": "2010-04-01",
        "status": found.status,
        "duration": str(found.duration) if ended_at else None,
        "price": f"-{minute * minutes:.4f}" if priced else None,
        "price_unit": "USD",
        "date_created": _date(found.started_at),
        "date_updated": _date(ended_at or found.started_at),
        "start_time": _date(found.started_at),
        "end_time": _date(ended_at) if ended_at else None,
        "from_formatted": own["from"],
        "to_formatted": own["to"],
        "answered_by": None,
        "annotation": None,
        "caller_name": None,
        "forwarded_from": None,
        "group_sid": None,
        "phone_number_sid": None,
        "queue_time": "0",
        "trunk_sid": None,
        "uri": f"{uri}.json",
        "subresource_uris": {"recordings": f"{uri}/Recordings.json"},
    }


def _date(seconds: float) -> str:
    return formatdate(seconds)


def update(found: CarrierCall | Leg, form: dict[str, str]) -> None:
    """End a call or give it new instructions; 21220 once it is over."""
    if found.ended_at:
        raise refuse(21220, "Call is not in-progress. Cannot redirect.")
    if form.get("Status") in {"completed", "canceled"}:
        _end(found)
    elif form.get("Url") or form.get("Twiml"):
        _redirect(found, form)
    elif "Status" in form:
        raise refuse(21218, f"Status {form['Status']!r} is not valid for an update")
    else:
        raise refuse(20001, "Nothing to update: Status, Url or Twiml is required")


def _end(found: CarrierCall | Leg) -> None:
    if isinstance(found, Leg):
        found.over.set()
    else:
        found.hang_up("rest")


def _redirect(found: CarrierCall | Leg, form: dict[str, str]) -> None:
    """If both `Url` and `Twiml` are given, `Twiml` is ignored."""
    if isinstance(found, Leg):
        raise refuse(21220, "The simulator cannot redirect the leg of a dial.")
    if len(form.get("Twiml", "")) > MAX_TWIML:
        raise refuse(21624, f"Twiml is longer than {MAX_TWIML} characters")
    if url := form.get("Url"):
        document = partial(found.fetch, url, {}, form.get("Method", "POST"))
    else:
        document = partial(_inline, found, form["Twiml"])
    if not found.interrupt(Redirected(document)):
        raise refuse(21220, "Call is not in-progress. Cannot redirect.")


async def _inline(call: CarrierCall, twiml: str) -> Document:
    """Relative URLs have nothing to be relative to here: they must be absolute."""
    return call.read(Reply(200, "text/xml", twiml), "")

"""From the SIP headers of an announced call to what admission asks about it."""

from collections.abc import Iterator
from itertools import islice

from calls.core.announced import Announced
from calls.core.sip_addresses import first_address, numbers
from calls.providers.openai_realtime.webhooks import IncomingCall, SipHeaders

REFERENCE = "X-Call-Ref"
# `To` is often the address of our project; carriers name the number elsewhere.
NAME_THE_NUMBER = ("Diversion", "P-Called-Party-ID", "History-Info", "To")
MOST_NUMBERS = 20
# What a trunk may say of its calls besides its own headers, which begin with X-.
TOLD = frozenset({"diversion", "p-asserted-identity", "user-agent", "user-to-user"})
MOST_HEADERS, LONGEST_HEADER = 20, 255
# RFC 3323: the sender wants to stay unknown, whatever `From` says.
NOT_PRIVATE = frozenset({"", "none"})


def announced(incoming: IncomingCall) -> Announced:
    headers = incoming.headers
    caller = first_address(headers.first("From"))
    named = numbers(v for name in NAME_THE_NUMBER for v in headers.all(name))
    return Announced(
        engine=incoming.engine,
        provider_call=incoming.provider_call,
        at=incoming.created_at,
        references=tuple(headers.all(REFERENCE)),
        dialled=tuple(islice(named, MOST_NUMBERS)),
        caller="" if is_private(headers) else caller.number or caller.uri,
        caller_name="" if is_private(headers) else caller.name,
        sip_call_id=headers.first("Call-ID")[:255],
        headers=tuple(islice(told(headers), MOST_HEADERS)),
    )


def told(headers: SipHeaders) -> Iterator[tuple[str, str]]:
    """The first of each name, without our own reference and what wishes privacy."""
    hidden = {REFERENCE.lower()}
    if is_private(headers):
        hidden.add("p-asserted-identity")
    for name, value in headers.pairs:
        known = name.lower()
        if known not in hidden and (known in TOLD or known.startswith("x-")):
            hidden.add(known)
            yield known, value[:LONGEST_HEADER]


def is_private(headers: SipHeaders) -> bool:
    wishes = headers.first("Privacy").lower().replace(",", ";").split(";")
    return any(wish.strip() not in NOT_PRIVATE for wish in wishes)

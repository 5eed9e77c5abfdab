"""The headers of an invitation, in their order and with their repeats.

As a carrier's gateway sends them. For a call that comes through `<Dial><Sip>`, the
`X-Twilio-CallSid` is that of the dialled leg, not the caller's. A trunk does not say in
one fixed place which number was dialled: `To` may be the address of the project.
"""

import secrets

from calls.simulator.carrier.call import WITHHELD, CarrierCall
from calls.simulator.carrier.sip import Headers, SipAddress

GATEWAY = "54.172.60.0:5061"
NAME_THE_NUMBER = ("Diversion", "P-Called-Party-ID", "To")


def headers_of(
    call: CarrierCall, address: SipAddress, *, leg: str, caller_id: str
) -> Headers:
    """`leg` is the SID of the dialled leg."""
    dialled = call.random.choice(NAME_THE_NUMBER) if call.order.trunk else ""
    to = f"sip:{call.to}@{address.host}" if dialled == "To" else address.uri
    number = f"<sip:{call.to}@pstn.twilio.com>"
    return (
        ("Record-Route", f"<sip:{GATEWAY};transport=tls;lr>"),
        ("Via", f"SIP/2.0/TLS {GATEWAY};branch=z9hG4bK{secrets.token_hex(8)}"),
        ("Via", f"SIP/2.0/UDP 172.18.20.7:5060;branch=z9hG4bK{secrets.token_hex(8)}"),
        ("From", _from(call, caller_id)),
        ("To", f"<{to}>"),
        ("Contact", f"<sip:{caller_id}@172.18.20.7:5060;transport=udp>"),
        ("Call-ID", sip_call_id(leg)),
        ("CSeq", "1 INVITE"),
        ("Max-Forwards", "66"),
        ("User-Agent", "Twilio Gateway"),
        *_diversions(call, number if dialled == "Diversion" else ""),
        *([(dialled, number)] if dialled == "P-Called-Party-ID" else []),
        *([("Privacy", "id")] if caller_id.lower() in WITHHELD else []),
        ("X-Twilio-AccountSid", call.config.account_sid),
        ("X-Twilio-CallSid", leg),
        *([("X-Twilio-VerStat", call.order.stir)] if call.order.stir else []),
        *address.headers,
    )


def sip_call_id(leg: str) -> str:
    """The same that the action of `<Dial>` is told as `DialSipCallId`."""
    return f"{leg}@0.0.0.0"


def _from(call: CarrierCall, caller_id: str) -> str:
    tag = secrets.token_hex(6)
    if caller_id.lower() in WITHHELD:
        return f'"Anonymous" <sip:anonymous@anonymous.invalid>;tag={tag}'
    name = f'"{call.order.caller_name}" ' if call.order.caller_name else ""
    return f"{name}<sip:{caller_id}@pstn.twilio.com>;tag={tag}"


def _diversions(call: CarrierCall, dialled: str) -> list[tuple[str, str]]:
    """The last diversion comes first (RFC 5806)."""
    found = [("Diversion", f"{dialled};reason=unconditional")] if dialled else []
    if first := call.order.forwarded_from:
        found.append(("Diversion", f"<sip:{first}@pstn.twilio.com>;reason=no-answer"))
    return found

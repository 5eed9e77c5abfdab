"""What the carrier knows of SIP: addresses, invitations, and who may answer one.

https://www.twilio.com/docs/voice/twiml/sip. The voice model's side of a call is a
`Dialog`; who holds it stands outside the carrier and is handed in as a `SipHost`.
"""

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import unquote

from calls.simulator.carrier.clock import Clock
from calls.simulator.carrier.ear import Ear
from calls.simulator.carrier.order import CallOrder, VoiceSession
from calls.simulator.carrier.party import Line

MODEL_HOST = "sip.api.openai.com"
MAX_HEADERS = 1024
HEADERS_ALLOWED = frozenset(
    {"user-to-user", "remote-party-id", "p-preferred-identity", "p-called-party-id"}
)
Headers = tuple[tuple[str, str], ...]
# How the carrier calls the end of a leg that was not answered, by SIP status.
BUSY = frozenset({486, 600, 603})
NO_ANSWER = frozenset({408, 480, 487})


@dataclass(frozen=True, slots=True)
class SipAddress:
    user: str
    host: str
    parameters: Mapping[str, str]
    headers: Headers
    """What stands after the question mark becomes headers of the invitation."""

    @property
    def encrypted(self) -> bool:
        """Whether the media is SRTP."""
        return self.parameters.get("secure") == "true"

    @property
    def uri(self) -> str:
        transport = self.parameters.get("transport")
        suffix = f";transport={transport}" if transport else ""
        return f"sip:{self.user}@{self.host}{suffix}"


def read_address(text: str) -> SipAddress:
    address, _, query = text.strip().partition("?")
    address, *parameters = address.partition(":")[2].split(";")
    user, _, host = address.partition("@")
    return SipAddress(
        user,
        host.partition(":")[0],
        dict(_pair(parameter) for parameter in parameters),
        tuple(_pair(header) for header in query.split("&") if header),
    )


def _pair(text: str) -> tuple[str, str]:
    """A plus sign means itself in a SIP address."""
    name, _, value = text.partition("=")
    return unquote(name), unquote(value)


def problems_of(address: SipAddress) -> list[str]:
    found = []
    size = sum(len(name) + len(value) for name, value in address.headers)
    if size > MAX_HEADERS:
        found.append(f"<Sip> passes {size} characters of headers, over {MAX_HEADERS}")
    for name, _ in address.headers:
        if not name.lower().startswith("x-") and name.lower() not in HEADERS_ALLOWED:
            found.append(f"<Sip> may not set the header {name!r}")
    if address.host == MODEL_HOST and address.parameters.get("transport") != "tls":
        found.append("the voice model answers over TLS only: transport=tls is missing")
    return found


def status_of(sip_code: int) -> str:
    if sip_code in BUSY:
        return "busy"
    return "no-answer" if sip_code in NO_ANSWER else "failed"


class Guest(Protocol):
    """The caller as the far end needs them, and where it writes down what happens."""

    sid: str
    order: CallOrder
    clock: Clock
    ear: Ear
    random: random.Random
    voice_sessions: list[VoiceSession]
    complain: Callable[[str, str], None]

    def warn(self, text: str) -> None: ...

    async def lag(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """A call as it reaches the far end."""

    caller: Guest
    address: SipAddress
    headers: Headers
    refer: Callable[[str], bool]
    """Ask the carrier to send the caller elsewhere; False if it will not."""


class Dialog(Protocol):
    """One SIP call as the side that placed it sees it."""

    @property
    def line(self) -> Line:
        """What hears the caller once they are connected."""

    @property
    def over(self) -> asyncio.Event:
        """Set when the far end has gone."""

    async def answered(self) -> int:
        """200 once somebody takes the call, else the status it was refused with."""

    def end(self) -> None:
        """The caller's side is gone: cancelled while it rang, or hung up."""


class SipHost(Protocol):
    def invite(self, invite: Invite) -> Dialog: ...

"""Calls that the carrier has sent on to the voice model, as the tests need them."""

from typing import Any

from asgiref.sync import sync_to_async

from calls.core.words import EngineState
from calls.models import Call, EngineSession
from tests.calls.carrier import Line
from tests.calls.views.lines import people
from tests.makers_routing import make_agent, make_number, publish


def ringing_line(**fields: Any) -> tuple[Line, str]:
    """A call that is ringing at the provider, and the reference it went with."""
    policy = people("Ana", "Ben")
    agent = make_agent(policy=policy)
    number = make_number(path="sip", agent=agent, policy=policy, **fields)
    publish()
    line = Line(number.e164)
    line.ring()
    return line, reference_of(line)


def reference_of(line: Line) -> str:
    address = line.verb("Dial").findtext("Sip") or ""
    return address.partition("?X-Call-Ref=")[2]


async def ringing(**fields: Any) -> tuple[Line, str]:
    found: tuple[Line, str] = await sync_to_async(ringing_line)(**fields)
    return found


async def session_of(line: Line) -> EngineSession:
    return await EngineSession.objects.select_related("call").aget(
        call__carrier_sid=line.call_sid
    )


async def state_of(line: Line) -> EngineState:
    return EngineState((await session_of(line)).state)


async def only_call() -> Call:
    return await Call.objects.aget()

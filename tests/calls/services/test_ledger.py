"""The ledger equation, over calls whose callbacks come as they please.

A history is any sequence of what can happen to a call, in any order, with repeats:
callbacks that make sense, that come too late, and that never made sense. Whatever it
was, once the call is closed it has one disposition and the books are even.
"""

import json
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calls.core.words import (
    CallState,
    Disposition,
    Ending,
    EngineState,
    EventKind,
    HandoffReason,
    IncidentKind,
)
from calls.models import Call, EngineSession
from calls.reports import ledger
from calls.services import engine_handoff, engine_sessions, handoffs
from calls.services.closing import close
from calls.services.engine_handoff import CarrierTransfer
from routing.core.ruleset import PolicyEnd
from tests.calls.carrier import Line
from tests.calls.views.lines import people
from tests.makers_calls import make_event, sid
from tests.makers_routing import make_agent, make_number, make_rule, publish

pytestmark = pytest.mark.django_db


def connect(line: Line) -> None:
    """The relay session comes up and the two have talked."""
    offered = Call.objects.filter(pk=line.call.pk, state=CallState.OFFERED)
    offered.update(state=CallState.LIVE, answered_at=timezone.now())
    make_event(line.call, EventKind.CALLER_SAID, text="Hello")
    make_event(line.call, EventKind.AGENT_SAID, text="Hello!", turn=1)


def ask(line: Line) -> None:
    handoffs.ask(
        line.call.pk,
        reason=HandoffReason.CALLER_ASKED,
        summary="",
        fields={},
        asked_by="agent",
        now=timezone.now(),
    )


def press(line: Line) -> None:
    if line.twiml.find("Dial/Number") is not None:
        line.answer_whisper("1")


def end_dial(status: str, **params: str) -> Callable[[Line], object]:
    def step(line: Line) -> None:
        if line.twiml.find("Dial") is not None:
            line.end_dial(status, **params)
        else:
            line.send("dial-ended", DialCallStatus=status, DialCallSid=sid())

    return step


def leave_voicemail(line: Line) -> None:
    recording = sid("RE")
    line.send("voicemail-ended", RecordingSid=recording, RecordingDuration="9")
    line.send("recording", RecordingSid=recording, RecordingStatus="completed")


def end_session(status: str, **params: str) -> Callable[[Line], object]:
    return lambda line: line.end_session(status, **params)


def announce(line: Line) -> None:
    """The voice model takes the call, and the agent has spoken."""
    taken = EngineSession.objects.filter(call=line.call, state=EngineState.EXPECTED)
    if taken.update(state=EngineState.ACCEPTED):
        session = EngineSession.objects.get(call=line.call)
        engine_sessions.attached(session.pk, now=timezone.now())
        make_event(line.call, EventKind.CALLER_SAID, text="Hello")
        make_event(line.call, EventKind.AGENT_SAID, text="Hello!")


def not_accepted(line: Line) -> None:
    undecided = EngineSession.objects.filter(call=line.call, state=EngineState.EXPECTED)
    undecided.update(state=EngineState.FAILED)


def agent_ends(line: Line) -> None:
    Call.objects.filter(pk=line.call.pk).update(ending=Ending.AGENT_ENDED)


def fetch(line: Line) -> None:
    """A transfer through the carrier, if there is anything to transfer."""
    if EngineSession.objects.filter(call=line.call).exists():
        way = engine_handoff.plan(line.call.pk, now=timezone.now())
        if isinstance(way, CarrierTransfer):
            line.send(way.url, CallStatus="in-progress")


def end_sip(status: str, **params: str) -> Callable[[Line], object]:
    fields = {"DialCallStatus": status, "CallStatus": "in-progress", **params}
    return lambda line: line.send("sip-ended", DialCallSid=sid(), **fields)


HINT = json.dumps({"reason": "emergency", "summary": "Help"})
GONE = {"CallStatus": "completed"}
STEPS: Mapping[str, Callable[[Line], object]] = {
    "connect": connect,
    "ask": ask,
    "session ended": end_session("ended"),
    "session ended with hint": end_session("ended", HandoffData=HINT),
    "session ended, caller gone": end_session("ended", **GONE),
    "session completed": end_session("completed"),
    "session failed": end_session("failed", ErrorCode="64105"),
    "session failed, caller gone": end_session("failed", **GONE),
    "session refused": end_session("failed", ErrorCode="64101"),
    "press 1": press,
    "dial completed": end_dial("completed"),
    "dial unanswered": end_dial("no-answer"),
    "dial canceled": end_dial("canceled", **GONE),
    "not bridged": end_dial("completed", DialBridged="false"),
    "voicemail": leave_voicemail,
    "status ringing": lambda line: line.hang_up("ringing"),
    "status completed": lambda line: line.hang_up(),
    "status failed": lambda line: line.hang_up("failed"),
    "offered again": lambda line: line.ring(),
    "voice accepted": announce,
    "voice not accepted": not_accepted,
    "agent ends": agent_ends,
    "fetched": fetch,
    "leg completed": end_sip("completed"),
    "leg unanswered": end_sip("no-answer"),
    "leg ended, caller gone": end_sip("completed", **GONE),
}
histories = st.lists(st.sampled_from(sorted(STEPS)), max_size=8)


def lines(end: PolicyEnd) -> list[str]:
    """One number for each way in."""
    policy = people("Ana", "Ben", end=end)
    agent = make_agent(policy=policy)
    numbers = [make_number(agent=agent, policy=policy) for _ in range(4)]
    numbers.append(make_number(agent=agent, policy=policy, path="sip"))
    for number, action in zip(numbers, ("divert", "voicemail", "reject"), strict=False):
        make_rule(number, action=action, policy=policy if action == "divert" else None)
    publish()
    return [number.e164 for number in numbers]


def play(to: str, history: list[str], caller: str) -> Line:
    line = Line(to, caller=caller)
    line.ring()
    for name in history:
        STEPS[name](line)
    return line


@pytest.mark.parametrize("end", PolicyEnd)
def test_the_books_are_even_whatever_happened(end: PolicyEnd) -> None:
    numbers = lines(end)

    @settings(
        max_examples=15,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(
        st.sampled_from(numbers), histories, st.sampled_from(["+12025550199", "anon"])
    )
    def check(to: str, history: list[str], caller: str) -> None:
        line = play(to, history, caller)
        line.hang_up()
        settled(line)
        book = ledger(to, day_of(line.call))
        assert (book.remainder, book.going_on) == (0, 0)
        assert book.offered == Call.objects.filter(dialled=to).count()

    check()


def day_of(call: Call) -> date:
    """Where its number is."""
    return timezone.localdate(call.offered_at, ZoneInfo(call.time_zone))


def settled(line: Line) -> None:
    """The call is closed once, with a disposition, and what is owed is on record."""
    later = timezone.now() + timedelta(hours=1)
    disposition = close(line.call.pk, later)
    assert disposition is not None
    assert close(line.call.pk, later) is None
    assert line.call.disposition == disposition
    owed = set(line.call.follow_ups.values_list("kind", flat=True))
    lost = line.call.incidents.filter(kind=IncidentKind.CALL_LOST).exists()
    assert lost is (disposition is Disposition.LOST)
    if disposition in (Disposition.LOST, Disposition.CALLBACK_SCHEDULED):
        assert "callback" in owed
    if disposition is Disposition.VOICEMAIL:
        assert "voicemail" in owed


def test_calls_going_on_are_in_the_books_too() -> None:
    to = lines(PolicyEnd.VOICEMAIL)[3]
    line = play(to, ["connect"], "+12025550199")
    book = ledger(to, day_of(line.call))
    assert (book.offered, book.going_on, book.remainder) == (1, 1, 0)

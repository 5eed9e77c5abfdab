"""From the last callback to the disposition and what is still owed."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from calls.core.closing import CALLBACK_WAIT, RECORDING_WAIT, SETTLING
from calls.core.words import (
    CallState,
    CauseOwner,
    Disposition,
    Ending,
    EventKind,
    HandoffReason,
    HandoffResult,
    IncidentKind,
)
from calls.models import Call
from calls.services import closing, incidents
from calls.services.closing import close
from routing.core.decision import Because, Verdict
from tests.makers_calls import (
    NOON,
    make_attempt,
    make_call,
    make_event,
    make_handoff,
    make_recording,
)

pytestmark = pytest.mark.django_db

OVER = NOON + timedelta(minutes=1)
LATER = OVER + timedelta(hours=1)


def over(**fields: object) -> Call:
    """A call that is over and that the agent had answered."""
    fields.setdefault("answered_at", NOON)
    fields.setdefault("relay_entries", 1)
    fields.setdefault("session_status", "completed")
    fields.setdefault("carrier_status", "completed")
    return make_call(state=CallState.OVER, **fields)


def talk(call: Call) -> Call:
    make_event(call, EventKind.CALLER_SAID, text="Do you do roofs?")
    make_event(call, EventKind.AGENT_SAID, text="We do.", turn=1)
    return call


def owed(call: Call) -> list[str]:
    return sorted(call.follow_ups.values_list("kind", flat=True))


def test_a_call_is_closed_with_its_disposition_and_its_recap() -> None:
    call = talk(over(agent_name="Robin", number_label="Front desk"))
    assert close(call.pk, LATER) is Disposition.RESOLVED
    call.refresh_from_db()
    assert (call.state, call.disposition) == (CallState.CLOSED, "resolved")
    assert call.closed_at == LATER
    assert call.summary.splitlines() == [
        "+12025550199 called Front desk on 23 Nov 2026, 17:00 UTC.",
        "Robin took the call; it lasted 1 min 0 s.",
        "How it ended: resolved.",
    ]
    assert call.summary_mail == ""
    assert call.events.get(stream=0).data == {"disposition": "resolved"}


def test_a_call_is_closed_once() -> None:
    call = talk(over())
    assert close(call.pk, LATER)
    assert close(call.pk, LATER) is None
    assert call.events.filter(kind=EventKind.CLOSED).count() == 1


@pytest.mark.parametrize("state", [CallState.LIVE, CallState.WITH_PERSON])
def test_a_call_that_goes_on_is_not_closed(state: CallState) -> None:
    assert close(make_call(state=state).pk, LATER) is None


def test_the_journal_is_given_time_to_settle() -> None:
    call = over()
    assert close(call.pk, OVER + SETTLING - timedelta(seconds=1)) is None
    assert close(call.pk, OVER + SETTLING)


@pytest.mark.parametrize("missing", ["session_status", "carrier_status"])
def test_a_callback_that_is_missing_is_waited_for(missing: str) -> None:
    call = over(**{missing: ""})
    assert close(call.pk, OVER + CALLBACK_WAIT - timedelta(seconds=1)) is None
    assert close(call.pk, OVER + CALLBACK_WAIT)


def test_a_leg_that_has_not_ended_is_waited_for() -> None:
    call = over()
    make_attempt(make_handoff(call, result=HandoffResult.CONNECTED))
    assert close(call.pk, OVER + SETTLING) is None
    assert close(call.pk, OVER + CALLBACK_WAIT) is Disposition.HANDED_OFF


def test_a_recording_in_the_making_is_waited_for() -> None:
    call = over()
    make_recording(call, status="in-progress")
    assert close(call.pk, OVER + CALLBACK_WAIT) is None
    assert close(call.pk, OVER + RECORDING_WAIT) is Disposition.VOICEMAIL


def test_a_process_that_still_writes_is_waited_for() -> None:
    until = OVER + timedelta(seconds=15)
    call = over(lease_owner="web-1", lease_until=until)
    assert close(call.pk, until - timedelta(seconds=1)) is None
    assert close(call.pk, until)


def failed(**fields: object) -> Call:
    return over(session_status="failed", session_error="64105", **fields)


def hunted(result: HandoffResult, **fields: object) -> Call:
    call = over(**fields)
    make_handoff(call, result=result, summary="Wants a plumber.")
    return call


def lost_on_the_way() -> Call:
    """Handed over, but the carrier never came to fetch the contact's number."""
    return hunted(HandoffResult.CALLER_LEFT, session_status="")


def rescued() -> Call:
    call = over(answered_at=None)
    make_event(call, EventKind.VOICEMAIL_OFFERED, stream=0)
    incidents.report(
        IncidentKind.WEBHOOK_FAILED, CauseOwner.OURS, key="k", now=NOON, call=call
    )
    return call


def with_message() -> Call:
    call = talk(over())
    make_event(call, EventKind.MESSAGE_TAKEN, message="Call me", callback_number="7")
    return call


STORIES: list[tuple[Callable[[], Call], Disposition, list[str]]] = [
    (lambda: talk(over()), Disposition.RESOLVED, []),
    (lambda: talk(over(ending=Ending.AGENT_ENDED)), Disposition.RESOLVED, []),
    (over, Disposition.CALLER_HUNG_UP_EARLY, []),
    (lambda: talk(over(outcome="spam")), Disposition.SPAM, []),
    (lambda: failed(), Disposition.LOST, ["callback"]),
    (lambda: talk(failed()), Disposition.LOST, ["callback"]),
    (lambda: talk(failed(ending=Ending.AGENT_ENDED)), Disposition.RESOLVED, []),
    (lost_on_the_way, Disposition.LOST, ["callback"]),
    (rescued, Disposition.LOST, ["callback"]),
    (with_message, Disposition.MESSAGE_TAKEN, ["message"]),
    (lambda: hunted(HandoffResult.CONNECTED), Disposition.HANDED_OFF, []),
    (
        lambda: hunted(HandoffResult.NOBODY),
        Disposition.CALLBACK_SCHEDULED,
        ["callback"],
    ),
    (
        lambda: hunted(HandoffResult.NOBODY, caller_kind="withheld"),
        Disposition.LOST,
        ["callback"],
    ),
    (
        lambda: make_call(
            state=CallState.OVER,
            verdict=Verdict.REJECT,
            because=Because.OVERFLOW,
        ),
        Disposition.OVERFLOWED,
        [],
    ),
    (
        lambda: make_call(
            state=CallState.OVER, verdict=Verdict.VOICEMAIL, because=Because.CLOSED
        ),
        Disposition.CLOSED_HOURS,
        [],
    ),
    (
        lambda: make_call(state=CallState.OVER, verdict=Verdict.DIVERT),
        Disposition.CALLER_HUNG_UP_EARLY,
        [],
    ),
]


@pytest.mark.parametrize(("story", "disposition", "kinds"), STORIES)
def test_how_calls_end(
    story: Callable[[], Call], disposition: Disposition, kinds: list[str]
) -> None:
    call = story()
    assert close(call.pk, LATER) is disposition
    assert owed(call) == kinds
    lost = call.incidents.filter(kind=IncidentKind.CALL_LOST).exists()
    assert lost is (disposition is Disposition.LOST)


def test_a_caller_who_waited_for_a_person_and_left() -> None:
    call = over()
    make_attempt(make_handoff(call, result=HandoffResult.CALLER_LEFT))
    assert close(call.pk, LATER) is Disposition.CALLER_HUNG_UP_EARLY


def test_a_caller_who_left_while_we_made_good_for_a_failure() -> None:
    call = over()
    lost = make_handoff(
        call, reason=HandoffReason.CONNECTION_LOST, result=HandoffResult.CALLER_LEFT
    )
    make_attempt(lost)
    assert close(call.pk, LATER) is Disposition.LOST


def test_the_cause_of_a_lost_call_is_known() -> None:
    call = failed()
    Call.objects.update(session_error="64101")
    close(call.pk, LATER)
    incident = call.incidents.get(kind=IncidentKind.CALL_LOST)
    assert incident.cause == "configuration"


def test_closing_asks_a_fixed_number_of_questions(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    call = talk(over())
    for _ in range(30):
        talk(call)
    with django_assert_max_num_queries(16):
        closing.close(call.pk, LATER)

"""Who steers a voice call: leases, and what is left when somebody lets go."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from calls import tasks
from calls.core.announced import Announced
from calls.core.words import (
    AttemptResult,
    CallState,
    Disposition,
    EngineState,
    EventKind,
    HandoffResult,
)
from calls.models import Call, EngineSession, HandoffAttempt
from calls.models.engine import STEERED
from calls.services import engine_claims, engine_sessions, sweeps, trunk_ends
from calls.services.closing import close
from calls.services.engine_claims import Accept, Desk, Reject
from calls.services.engine_sessions import LEASE, Accepted, Next, OpenedVoiceSession
from calls.services.sessions import Left
from tests.makers_calls import NOON, make_attempt, make_call, make_event, make_handoff

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
WITH = Accepted("gpt-realtime-2.1", "gpt-live-transcribe")
LEFT = Left("caller_left", "", "es-US", {"name": "Ana"})


def make_session(state: EngineState = EngineState.ACCEPTED, **fields: Any) -> Any:
    call = fields.pop("call", None) or make_call(path="sip")
    fields.setdefault("provider_call", f"rtc_{call.pk}")
    fields.setdefault("engine", "realtime")
    return EngineSession.objects.create(call=call, state=state, **fields)


def take(session: Any, owner: str = "a", now: Any = NOON) -> OpenedVoiceSession | None:
    return engine_sessions.take_lease(session.pk, owner=owner, now=now)


def leave(session: Any, *, over: bool, owner: str = "a", left: Left = LEFT) -> bool:
    return engine_sessions.leave(session.pk, left, owner=owner, now=NOON, over=over)


# Deciding


def test_whichever_engine_comes_first_decides() -> None:
    session = make_session(EngineState.EXPECTED, provider_call=None, engine="")
    desk = Desk("a", ["realtime", "live"], NOON)
    orders = [
        engine_claims.take(EngineSession.objects.get(), Announced(*name, NOON), desk)
        for name in [("live", "live_1"), ("realtime", "rtc_1"), ("live", "live_1")]
    ]
    assert [type(order) for order in orders] == [Accept, type(None), type(None)]
    session.refresh_from_db()
    assert (session.engine, session.provider_call) == ("live", "live_1")


def test_a_claim_that_is_held_cannot_be_taken() -> None:
    session = make_session(EngineState.DECIDING, decided_by="a", claimed_at=NOON)
    known = Announced("realtime", session.provider_call, NOON)
    engine_claims.hold(session.pk, owner="a", now=NOON + 3 * SECOND)
    late = Desk("b", ["realtime"], NOON + 5 * SECOND)
    assert engine_claims.take(session, known, late) is None
    later = Desk("b", ["realtime"], NOON + 7 * SECOND)
    order = engine_claims.take(session, known, later)
    assert isinstance(order, Accept)
    engine_claims.hold(session.pk, owner="a", now=NOON + 60 * SECOND)
    session.refresh_from_db()
    assert (session.decided_by, session.claimed_at) == ("b", later.now)


def test_a_call_that_is_over_is_not_accepted() -> None:
    over = make_call(path="sip", state=CallState.OVER)
    session = make_session(EngineState.EXPECTED, call=over, provider_call=None)
    desk = Desk("a", ["realtime"], NOON)
    order = engine_claims.take(session, Announced("realtime", "rtc_1", NOON), desk)
    assert order == Reject("realtime", "rtc_1", 480, "the caller has left")
    session.refresh_from_db()
    assert session.state == EngineState.OVER


def accept(session: Any, owner: str = "a") -> Next:
    now_to, opened = engine_sessions.accepted(
        session.pk, WITH, owner=owner, now=NOON, steer=True
    )
    assert (opened is not None) is (now_to is Next.ATTACH)
    return now_to


def test_an_accepted_call_is_attached() -> None:
    session = make_session(EngineState.DECIDING, decided_by="a")
    assert accept(session) is Next.ATTACH
    session.refresh_from_db()
    assert (session.state, session.voice_model) == ("accepted", "gpt-realtime-2.1")


def test_an_accepted_call_whose_caller_has_left_is_hung_up() -> None:
    over = make_call(path="sip", state=CallState.OVER)
    session = make_session(EngineState.DECIDING, call=over, decided_by="a")
    assert accept(session) is Next.HANG_UP


def test_an_accept_that_is_stored_twice_is_steered_once() -> None:
    """A connection may die after its commit, and the same is asked again."""
    session = make_session(EngineState.DECIDING, decided_by="a")
    assert accept(session) is Next.ATTACH
    again = engine_sessions.accepted(session.pk, WITH, owner="a", now=NOON, steer=True)
    assert again == (Next.ATTACH, None)
    session.refresh_from_db()
    assert (session.lease_owner, session.lease_until) == ("a", NOON + LEASE)


def test_an_accepted_call_that_others_are_to_steer_is_free() -> None:
    session = make_session(EngineState.DECIDING, decided_by="a")
    found = engine_sessions.accepted(session.pk, WITH, owner="a", now=NOON, steer=False)
    assert found == (Next.ATTACH, None)
    assert take(session, "b") is not None


def test_a_process_that_was_too_slow_leaves_the_call_to_another() -> None:
    session = make_session(EngineState.DECIDING, decided_by="b")
    assert accept(session, "a") is Next.NOTHING
    session.refresh_from_db()
    assert session.state == EngineState.DECIDING


def test_a_refusal_that_comes_too_late_changes_nothing() -> None:
    session = make_session(EngineState.DECIDING, decided_by="b", trunk=True)
    engine_sessions.not_accepted(
        session.pk, EngineState.FAILED, "x", owner="a", now=NOON
    )
    session.refresh_from_db()
    assert session.state == EngineState.DECIDING


# Leases


def test_one_process_at_a_time_steers_a_call() -> None:
    session = make_session()
    opened = take(session)
    assert opened is not None
    assert (opened.id, opened.call) == (session.pk, session.call_id)
    assert (opened.provider_call, opened.trunk) == (session.provider_call, False)
    assert (opened.stream, opened.answered_at) == (1, NOON)
    assert take(session, "b", NOON + LEASE - SECOND) is None
    assert take(session, "a", NOON + LEASE - SECOND) is None
    assert take(session, "b", NOON + LEASE) is not None


@pytest.mark.parametrize("state", [s for s in EngineState if s not in STEERED])
def test_what_is_not_taken_or_is_over_is_not_steered(state: EngineState) -> None:
    session = make_session(state)
    assert take(session) is None
    assert engine_sessions.waiting(NOON) == []


def test_the_next_one_knows_what_was_said_and_done() -> None:
    session = make_session(EngineState.ATTACHED)
    make_event(session.call, EventKind.GREETED, text="Hello.")
    make_event(session.call, EventKind.CALLER_SAID, text="Hi.")
    opened = take(session)
    assert opened is not None
    assert [entry.kind for entry in opened.past] == ["greeted", "caller_said"]
    assert (opened.stream, opened.attached_before) == (2, True)


def test_a_lease_is_renewed_by_its_owner_alone() -> None:
    session = make_session()
    take(session)
    calls = [session.call_id, make_call().pk]
    now = NOON + 2 * SECOND
    assert engine_sessions.renew(calls, owner="b", now=now).lost == {session.call_id}
    session.refresh_from_db()
    assert session.lease_until == NOON + LEASE
    assert engine_sessions.renew(calls, owner="a", now=now).lost == frozenset()
    session.refresh_from_db()
    assert session.lease_until == now + LEASE
    assert engine_sessions.renew([], owner="a", now=now).lost == frozenset()


def test_a_caller_who_has_left_is_told_with_the_renewal() -> None:
    session = make_session()
    take(session)
    Call.objects.update(state=CallState.OVER)
    renewed = engine_sessions.renew([session.call_id], owner="a", now=NOON)
    assert renewed.caller_gone == {session.call_id}
    leave(session, over=True)
    renewed = engine_sessions.renew([session.call_id], owner="a", now=NOON)
    assert (renewed.lost, renewed.caller_gone) == (frozenset(), frozenset())


def test_a_call_whose_process_died_waits_for_another() -> None:
    session = make_session()
    assert engine_sessions.waiting(NOON) == [session.pk]
    take(session)
    assert engine_sessions.waiting(NOON + LEASE - SECOND) == []
    assert engine_sessions.waiting(NOON + LEASE) == [session.pk]


def test_the_orphan_of_a_caller_who_has_left_is_given_out_to_be_hung_up() -> None:
    over = make_call(path="sip", state=CallState.OVER)
    session = make_session(call=over)
    assert engine_sessions.waiting(NOON) == [session.pk]
    opened = take(session)
    assert opened is not None
    assert opened.caller_gone


def test_attaching_is_when_the_call_is_answered() -> None:
    session = make_session()
    engine_sessions.attached(session.pk, now=NOON + SECOND)
    engine_sessions.attached(session.pk, now=NOON + 9 * SECOND)
    session.refresh_from_db()
    assert (session.state, session.attached_at) == ("attached", NOON + SECOND)
    assert session.call.state == CallState.LIVE
    assert session.call.answered_at == NOON + SECOND


def test_a_caller_who_is_to_be_put_through_stays_that() -> None:
    session = make_session(call=make_call(path="sip", state=CallState.HANDING_OFF))
    engine_sessions.attached(session.pk, now=NOON)
    call = Call.objects.get()
    assert (call.state, call.answered_at) == (CallState.HANDING_OFF, NOON)


def test_a_call_that_ended_meanwhile_is_not_answered_any_more() -> None:
    session = make_session(call=make_call(path="sip", state=CallState.OVER))
    engine_sessions.attached(session.pk, now=NOON)
    assert Call.objects.get().answered_at is None


# Letting go


def test_what_was_let_go_waits_at_once_and_keeps_what_is_known() -> None:
    session = make_session()
    take(session)
    assert leave(session, over=False, left=Left("", "", "es-US", {"name": "Ana"}))
    assert engine_sessions.waiting(NOON) == [session.pk]
    call = Call.objects.get()
    assert (call.language, call.collected) == ("es-US", {"name": "Ana"})
    assert (call.ending, call.state) == ("", CallState.OFFERED)


def test_only_the_owner_lets_go() -> None:
    session = make_session()
    take(session)
    assert not leave(session, over=True, owner="b")
    assert leave(session, over=True)
    assert not leave(session, over=True)
    session.refresh_from_db()
    assert (session.state, session.over_at) == (EngineState.OVER, NOON)


def test_the_carrier_says_when_a_call_of_its_own_is_over() -> None:
    session = make_session(EngineState.ATTACHED)
    take(session)
    leave(session, over=True)
    call = Call.objects.get()
    assert (call.state, call.ending) == (CallState.OFFERED, "caller_left")


def trunk(**fields: Any) -> Any:
    call = make_call(
        path="sip", state=CallState.LIVE, answered_at=NOON, carrier_sid="sip-1"
    )
    return make_session(EngineState.ATTACHED, call=call, trunk=True, **fields)


def test_over_a_trunk_the_end_of_the_session_is_the_end_of_the_call() -> None:
    session = trunk()
    take(session)
    make_event(session.call, EventKind.CALLER_SAID, text="Do you do roofs?")
    make_event(session.call, EventKind.AGENT_SAID, text="We do.")
    leave(session, over=True)
    call = Call.objects.get()
    assert call.state == CallState.OVER
    assert close(call.pk, NOON + timedelta(minutes=1)) is Disposition.RESOLVED


def test_over_a_trunk_a_call_that_we_could_not_steer_any_more_is_lost() -> None:
    session = trunk()
    take(session)
    leave(session, over=True, left=Left("", "", "en-US", {}))
    session.refresh_from_db()
    assert session.state == EngineState.FAILED
    minute = NOON + timedelta(minutes=1)
    assert close(session.call_id, minute) is Disposition.LOST


def referred(seconds: int) -> Any:
    """A call that leaves us so long after it was referred to a contact."""
    session = trunk()
    started = NOON - timedelta(seconds=seconds)
    make_attempt(make_handoff(session.call), started_at=started)
    take(session)
    leave(session, over=True)
    return session


def test_a_call_that_leaves_as_soon_as_it_is_referred_went_to_the_contact() -> None:
    session = referred(3)
    attempt = HandoffAttempt.objects.select_related("handoff").get()
    assert attempt.result == AttemptResult.ACCEPTED
    assert attempt.handoff.result == HandoffResult.CONNECTED
    assert close(session.call_id, NOON + timedelta(minutes=1)) is Disposition.HANDED_OFF


def test_a_call_that_leaves_later_may_have_been_given_up() -> None:
    session = referred(15)
    assert HandoffAttempt.objects.get().result == AttemptResult.CALLER_LEFT
    minute = NOON + timedelta(minutes=1)
    assert close(session.call_id, minute) is Disposition.CALLBACK_SCHEDULED
    assert "put through to Ana" in session.call.follow_ups.get().text


def test_a_caller_who_left_before_the_refer_was_not_handed_off() -> None:
    session = trunk()
    make_handoff(session.call)
    take(session)
    leave(session, over=True)
    minute = NOON + timedelta(minutes=1)
    assert close(session.call_id, minute) is Disposition.CALLER_HUNG_UP_EARLY


# Nobody looks after it


@pytest.mark.parametrize(
    ("state", "then"),
    [
        (EngineState.DECIDING, EngineState.FAILED),
        (EngineState.ACCEPTED, EngineState.OVER),
        (EngineState.ATTACHED, EngineState.OVER),
    ],
)
def test_a_forsaken_call_over_a_trunk_is_ended(
    state: EngineState, then: EngineState
) -> None:
    long_ago = timezone.now() - timedelta(minutes=5)
    session = trunk(claimed_at=long_ago)
    EngineSession.objects.update(state=state)
    assert sweeps.forsaken(long_ago + timedelta(seconds=50), 10) == []
    tasks.sweep()
    session.refresh_from_db()
    assert session.state == then
    assert Call.objects.get().state == CallState.OVER
    assert not trunk_ends.forsake(session.pk, NOON)


def test_a_trunk_call_that_somebody_steers_is_not_forsaken() -> None:
    session = trunk(claimed_at=NOON)
    take(session, now=NOON + timedelta(minutes=5))
    assert sweeps.forsaken(NOON + timedelta(minutes=5), 10) == []
    leave(session, over=False)
    EngineSession.objects.update(lease_until=F("lease_until") + timedelta(minutes=5))
    assert sweeps.forsaken(NOON + timedelta(minutes=5), 10) == []


def test_the_carrier_is_not_asked_about_calls_it_does_not_know() -> None:
    trunk()
    steered = make_session()
    soon = NOON + timedelta(minutes=5)
    take(steered, now=soon)
    assert sweeps.claim_unheard(soon, 10) == []
    assert sweeps.claim_unheard(soon + LEASE + SECOND, 10) == [steered.call_id]

"""A call that came over a bare trunk: the provider's announcement is all we know.

It is decided like any other, but not everything can be done with it. It cannot be
given to the relay, and only an accepted call can be referred to a person, so a caller
who is to be put through is accepted first and told so. Nothing can be recorded: where
a voicemail was due the caller is turned away, and somebody calls back if that was to
be offered, or if a person was to be reached and none is there.
"""

import hashlib
from typing import NamedTuple

from django.db import IntegrityError, transaction

from calls.core.announced import Announced
from calls.core.carrier_events import Offered
from calls.core.hunting import next_ring
from calls.core.words import (
    CallState,
    CauseOwner,
    EngineState,
    FollowUpKind,
    HandoffReason,
    HandoffResult,
    IncidentKind,
)
from calls.models import Call, EngineSession
from calls.services import admission, facts, follow_ups, handoffs, incidents, progress
from calls.services.call_script import newest, ruleset_of, script_of
from calls.services.engine_claims import (
    Accept,
    Desk,
    Order,
    Reject,
    reject,
    take,
)
from routing.core.callers import classify
from routing.core.decide import decide
from routing.core.decision import CallerKind, Verdict
from routing.core.ruleset import Number, Path, Ruleset
from routing.core.trunk import UNAVAILABLE, over_trunk

NOT_FOUND = 404
# The carrier's own id of the call, by which its bill names it afterwards.
CARRIERS_NAME = "x-twilio-callsid"


def answer(announced: Announced, desk: Desk) -> Order | None:
    ruleset = newest()
    number = called(ruleset, announced)
    if number is None:
        return reject(announced, NOT_FOUND, "no number of ours on a trunk")
    if announced.engine not in desk.engines:
        return None
    known = EngineSession.objects.filter(call__carrier_sid=name_of(announced))
    session = known.select_related("call").first()
    if session is None:
        try:
            with transaction.atomic():
                return admit(announced, number, ruleset, desk)
        except IntegrityError:
            # Another process heard of the same call and was quicker.
            session = known.select_related("call").get()
    return take(session, announced, desk)


def called(ruleset: Ruleset, announced: Announced) -> Number | None:
    """Which of our numbers was dialled, if it is one that is on a trunk."""
    for dialled in announced.dialled:
        number = ruleset.number_for(dialled)
        if number is not None and number.trunk and number.path is Path.SIP:
            return number
    return None


def name_of(announced: Announced) -> str:
    """In place of the carrier's call id, and the same whichever engine announces it."""
    given = announced.sip_call_id or announced.provider_call
    return "sip-" + hashlib.sha256(given.encode()).hexdigest()[:40]


class Case(NamedTuple):
    """A call that is being decided, with what it is decided from."""

    session: EngineSession
    call: Call
    announced: Announced
    desk: Desk


def admit(
    announced: Announced, number: Number, ruleset: Ruleset, desk: Desk
) -> Order | None:
    offered = Offered(
        carrier_sid=name_of(announced),
        account_sid="",
        dialled=number.e164,
        caller=announced.caller,
        caller_name=announced.caller_name,
        headers=announced.headers,
    )
    caller = classify(offered.caller)
    known = facts.gather(offered, caller, ruleset, desk.now)
    decision = decide(ruleset, known, desk.now)
    decision = over_trunk(decision, has_number=caller.kind is CallerKind.NUMBER)
    call = admission.new_call(offered, caller, number, desk.now)
    admission.give(call, decision, ruleset)
    admission.remember(call, known)
    if decision.verdict is Verdict.REJECT:
        call.state, call.over_at = CallState.OVER, desk.now
    admission.store(call, decision, desk.now)
    admitted = Case(open_session(call, announced, desk), call, announced, desk)
    match decision.verdict:
        case Verdict.REJECT:
            return turn_away(admitted, decision.sip_status)
        case Verdict.DIVERT:
            return put_through(admitted)
        case Verdict.CALLBACK:
            return call_back(admitted, HandoffReason.RULE)
        case _:
            return accept(admitted)


def open_session(call: Call, announced: Announced, desk: Desk) -> EngineSession:
    session = EngineSession(
        call=call,
        trunk=True,
        engine=announced.engine,
        provider_call=announced.provider_call,
        sip_call_id=announced.sip_call_id,
        leg_sid=dict(announced.headers).get(CARRIERS_NAME, "")[:64],
        state=EngineState.DECIDING,
        decided_by=desk.owner,
        claimed_at=desk.now,
        claims=1,
    )
    session.save(force_insert=True)
    return session


def turn_away(case: Case, status: int) -> Reject:
    EngineSession.objects.filter(pk=case.session.pk).update(
        state=EngineState.REJECTED, over_at=case.desk.now, detail=f"SIP status {status}"
    )
    return reject(case.announced, status, "decided so")


def accept(case: Case) -> Order:
    if has_agent(case.call):
        return Accept.of(case.session, case.call)
    incidents.report(
        IncidentKind.NO_CONFIGURATION,
        CauseOwner.CONFIGURATION,
        key=f"no agent:{case.call.release_number}:{case.call.dialled}",
        now=case.desk.now,
        call=case.call,
        detail="The line has no agent or no language profile in this release.",
    )
    return call_back(case, HandoffReason.CONNECTION_LOST)


def has_agent(call: Call) -> bool:
    return script_of(call).profile is not None and bool(call.agent_key)


def put_through(case: Case) -> Order:
    """The wish is stored, and carried out as soon as the call is attached."""
    ruleset = ruleset_of(case.call)
    policy = ruleset.policy_for(case.call.policy_key)
    ring = next_ring(ruleset, policy, 0, case.desk.now)
    if ring is None or not has_agent(case.call):
        return call_back(case, HandoffReason.RULE)
    handoffs.ask_ourselves(case.call, HandoffReason.RULE, case.desk.now)
    return Accept.of(case.session, case.call)


def call_back(case: Case, reason: HandoffReason) -> Reject:
    """Nobody is there whom the caller could be given to."""
    call, now = case.call, case.desk.now
    wish = handoffs.ask_ourselves(call, reason, now)
    handoffs.finish(wish, HandoffResult.NOBODY, now)
    follow_ups.open_one(call, FollowUpKind.CALLBACK, now)
    progress.over(call, now)
    return turn_away(case, UNAVAILABLE)

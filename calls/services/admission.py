"""A call is offered to us: decide, store the call with the decision, answer.

This is the path that has 50 milliseconds. It reads what `facts` gathers (the release
is in memory) and writes two rows, the call and its first entry.
"""

from dataclasses import asdict
from datetime import datetime

from calls.core.carrier_events import Offered
from calls.core.instructions import HangUp, Instruction, RejectCall
from calls.core.script import NOT_IN_SERVICE
from calls.core.words import (
    CallState,
    CauseOwner,
    EventKind,
    HandoffReason,
    IncidentKind,
)
from calls.models import Call, CallEvent
from calls.services import (
    callback_offer,
    engine_entry,
    facts,
    hunt,
    incidents,
    relay_entry,
    rescue,
    voicemail,
)
from calls.services.call_script import NO_RELEASE, newest, script_of
from routing.core.callers import Caller, classify
from routing.core.decide import decide
from routing.core.decision import Because, Decision, Facts, Verdict
from routing.core.facts_record import facts_as_json
from routing.core.ruleset import Number, Path, Ruleset

SIP_BUSY = (486, 600)


def admit(offered: Offered, now: datetime) -> tuple[Call, Instruction]:
    ruleset = newest()
    number = ruleset.number_for(offered.dialled)
    caller = classify(offered.caller)
    known = facts.gather(offered, caller, ruleset, now)
    decision = decide(ruleset, known, now)
    call = new_call(offered, caller, number, now)
    give(call, decision, ruleset)
    remember(call, known)
    return call, answer(call, decision, now)


def admit_blindly(offered: Offered, now: datetime) -> tuple[Call, Instruction]:
    """When deciding itself has failed: the call is stored and nobody is turned away."""
    call = new_call(offered, classify(offered.caller), None, now)
    decision = Decision(Verdict.VOICEMAIL, Because.RULE, "Admission failed", release=0)
    give(call, decision, NO_RELEASE)
    store(call, decision, now)
    return call, rescue.to_voicemail(call, now)


def new_call(
    offered: Offered, caller: Caller, number: Number | None, now: datetime
) -> Call:
    return Call(
        carrier_sid=offered.carrier_sid,
        account_sid=offered.account_sid,
        dialled=offered.dialled[:64],
        number_label=number.label if number else "",
        time_zone=number.time_zone if number else "UTC",
        caller=caller.normalised or caller.display,
        caller_kind=caller.kind,
        caller_name=offered.caller_name[:255],
        path=number.path if number else Path.RELAY,
        offered_at=now,
        last_seen_at=now,
    )


def give(call: Call, decision: Decision, ruleset: Ruleset) -> None:
    """What the call was decided to be, and under which release."""
    agent = ruleset.agents.get(decision.agent)
    profile = ruleset.profiles.get(decision.profile)
    call.release_number = ruleset.number
    call.decision = asdict(decision)
    call.agent_key = decision.agent if agent else ""
    call.agent_name = agent.name if agent else ""
    call.profile_key = decision.profile if profile else ""
    call.policy_key = decision.policy
    call.language = profile.languages[0].code if profile and profile.languages else ""


def remember(call: Call, known: Facts) -> None:
    """So that the call can be asked why it went this way, for ever."""
    call.decision["facts"] = facts_as_json(known)


def answer(call: Call, decision: Decision, now: datetime) -> Instruction:
    match decision.verdict:
        case Verdict.ACCEPT:
            return accept(call, decision, now)
        case Verdict.DIVERT:
            store(call, decision, now)
            return hunt.divert(call, HandoffReason.RULE, now, decision.message)
        case Verdict.VOICEMAIL:
            store(call, decision, now)
            return offer_voicemail(call, decision, now)
        case Verdict.CALLBACK:
            store(call, decision, now)
            return callback_offer.offer(call, now, instead=decision.message)
        case Verdict.REJECT:
            call.state, call.over_at = CallState.OVER, now
            store(call, decision, now)
            report_gap(call, decision, now)
            return reject(call, decision)


def accept(call: Call, decision: Decision, now: datetime) -> Instruction:
    """Give the call to the agent, or to people where the agent cannot speak."""
    script = script_of(call)
    if script.profile is None or not call.agent_key:
        store(call, decision, now)
        incidents.report(
            IncidentKind.NO_CONFIGURATION,
            CauseOwner.CONFIGURATION,
            key=f"no agent:{call.release_number}:{call.dialled}",
            now=now,
            call=call,
            detail="The line has no agent or no language profile in this release.",
        )
        return hunt.divert(call, HandoffReason.CONNECTION_LOST, now)
    said = script.lines(decision.message)
    if call.path == Path.SIP and engine_entry.is_set_up():
        store(call, decision, now)
        return engine_entry.first(call, now, said)
    entry = relay_entry.first(call, script.profile, said)
    store(call, decision, now)
    if call.path == Path.SIP:
        engine_entry.report_missing(call, now)
    return entry


def offer_voicemail(call: Call, decision: Decision, now: datetime) -> Instruction:
    """A rule's own sentence stands for all of ours."""
    if decision.message:
        return voicemail.offer(call, now, instead=decision.message)
    closed = decision.because in (Because.CLOSED, Because.EMERGENCY)
    return voicemail.offer(call, now, script_of(call).phrases.closed if closed else "")


def reject(call: Call, decision: Decision) -> Instruction:
    """A rejected call is not answered and costs nothing, but cannot be told why."""
    if decision.message:
        return HangUp(script_of(call).lines(decision.message))
    if not decision.release:
        return NOT_IN_SERVICE
    return RejectCall(busy=decision.sip_status in SIP_BUSY)


def report_gap(call: Call, decision: Decision, now: datetime) -> None:
    """Nobody meant to turn this caller away: the line is missing in the portal."""
    if decision.because is not Because.UNKNOWN_NUMBER:
        return
    incidents.report(
        IncidentKind.NO_CONFIGURATION,
        CauseOwner.CONFIGURATION,
        key=f"unknown number:{decision.release}:{call.dialled}:{now:%Y-%m-%d}",
        now=now,
        call=call,
        detail="A call came to a number that the newest release does not have."
        if decision.release
        else "A call came in, but no release has been published yet.",
    )


def store(call: Call, decision: Decision, now: datetime) -> None:
    """The first entry of the journal is known without counting."""
    call.carrier_events = 1
    call.save(force_insert=True)
    CallEvent(
        call=call,
        stream=0,
        seq=0,
        at=now,
        kind=EventKind.OFFERED,
        data={"verdict": decision.verdict, "rule": decision.rule},
    ).save(force_insert=True)

"""Asking for a person, and what became of it. Ringing them is `hunt`."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from calls.core.words import (
    AttemptResult,
    CallState,
    EventKind,
    HandoffReason,
    HandoffResult,
)
from calls.models import Call, Handoff, HandoffAttempt
from calls.services import carrier_journal, progress
from calls.services.call_script import ruleset_of

AGENT, PRODUCT, RULE = "agent", "product", "rule"


@transaction.atomic
def ask(
    call_id: int,
    *,
    reason: HandoffReason,
    summary: str,
    fields: Mapping[str, str],
    asked_by: str,
    now: datetime,
    held_by: str = "",
) -> Handoff | None:
    """Store the wish before the conversation ends, so that the carrier's callback

    finds it whatever becomes of the process that asked. One call has one open
    handoff: asking again returns it as it is. None when the call is over, or when it
    was taken from the process that asks, `held_by`.
    """
    calls = Call.objects.live().filter(pk=call_id)
    if held_by:
        calls = calls.filter(lease_owner=held_by)
    if not calls.update(last_seen_at=now):
        return None
    wish = Handoff(
        call=Call.objects.get(pk=call_id),
        reason=reason,
        summary=summary,
        fields=dict(fields),
        asked_by=asked_by,
        asked_at=now,
    )
    return store(wish)


def ask_ourselves(call: Call, reason: HandoffReason, now: datetime) -> Handoff:
    """For a handoff that no conversation has entered in the journal."""
    asked_by = RULE if reason is HandoffReason.RULE else PRODUCT
    wish = Handoff(call=call, reason=reason, asked_by=asked_by, asked_at=now)
    wish.fields = call.collected
    carrier_journal.enter(
        call, EventKind.HANDOFF_ASKED, now, reason=reason, summary="", asked_by=asked_by
    )
    return store(wish)


def store(wish: Handoff) -> Handoff:
    wish.policy_key = wish.call.policy_key
    policy = ruleset_of(wish.call).policy_for(wish.policy_key)
    wish.policy_name = policy.name if policy else ""
    Handoff.objects.bulk_create([wish], ignore_conflicts=True)
    progress.advance(wish.call, CallState.HANDING_OFF)
    stored = pending(wish.call)
    assert stored is not None
    return stored


def pending(call: Call) -> Handoff | None:
    return Handoff.objects.filter(call=call, result=HandoffResult.PENDING).first()


def is_pending(call: Call) -> bool:
    return Handoff.objects.filter(call=call, result=HandoffResult.PENDING).exists()


def finish(handoff: Handoff, result: HandoffResult, now: datetime) -> bool:
    """False when it had ended already: the first end stands."""
    still_open = Handoff.objects.filter(pk=handoff.pk, result=HandoffResult.PENDING)
    return still_open.update(result=result, finished_at=now) == 1


def reopen(handoff: Handoff) -> None:
    """A contact took the caller, but the two were never connected."""
    Handoff.objects.filter(pk=handoff.pk, result=HandoffResult.CONNECTED).update(
        result=HandoffResult.PENDING, finished_at=None
    )


def call_over(call: Call, now: datetime) -> None:
    """The call is over: nobody is rung for it any more."""
    HandoffAttempt.objects.filter(
        handoff__call=call, result=AttemptResult.RINGING
    ).update(result=AttemptResult.CALLER_LEFT, finished_at=now)
    Handoff.objects.filter(call=call, result=HandoffResult.PENDING).update(
        result=HandoffResult.CALLER_LEFT, finished_at=now
    )
    progress.over(call, now)

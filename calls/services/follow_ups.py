"""Work that a call leaves behind: whose it is and until when."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from calls.core.words import FollowUpKind
from calls.models import Call, FollowUp
from calls.services.call_script import ruleset_of
from routing.core.decision import CallerKind

OWNER = "Front desk"
MINUTES = 240


def open_one(
    call: Call,
    kind: FollowUpKind,
    now: datetime,
    *,
    text: str = "",
    number: str = "",
    fields: Mapping[str, object] | None = None,
) -> None:
    """One of each kind for a call: a second one changes nothing."""
    owner, minutes = duty(call)
    follow_up = FollowUp(
        call=call,
        kind=kind,
        owner=owner,
        contact_number=(number or number_of(call))[:64],
        text=text or TEXTS[kind],
        fields=dict(fields or {}),
        opened_at=now,
        due_at=now + timedelta(minutes=minutes),
    )
    FollowUp.objects.bulk_create([follow_up], ignore_conflicts=True)


TEXTS: Mapping[FollowUpKind, str] = {
    FollowUpKind.CALLBACK: "Call the caller back.",
    FollowUpKind.LEAD: "Take up the lead.",
    FollowUpKind.MESSAGE: "Deal with the message.",
    FollowUpKind.VOICEMAIL: "Listen to the voicemail.",
}


def duty(call: Call) -> tuple[str, int]:
    """Who has to do it, and within how many minutes, as the policy says."""
    policy = ruleset_of(call).policy_for(call.policy_key)
    if policy is None:
        return OWNER, MINUTES
    return policy.follow_up_owner or OWNER, policy.follow_up_minutes or MINUTES


def number_of(call: Call) -> str:
    """Empty unless the caller has a number that can be called."""
    return call.caller if call.caller_kind == CallerKind.NUMBER else ""

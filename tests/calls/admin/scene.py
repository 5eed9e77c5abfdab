"""Made-up calls as rich as real ones get, for the pages that tell them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import Permission, User

from calls.core.words import (
    AttemptResult,
    CallState,
    CauseOwner,
    Disposition,
    EventKind,
    FollowUpKind,
    HandoffReason,
    HandoffResult,
    IncidentKind,
)
from calls.models import Call, Callback, CallEvent, FollowUp, Incident, Usage
from tests.makers_calls import make_attempt, make_call, make_handoff, make_recording

ZONE = "America/New_York"
DECISION = {
    "verdict": "accept",
    "because": "rule",
    "rule": "Opening hours",
    "release": 7,
    "message": "",
    "trace": [
        {
            "rule": "Known nuisance callers",
            "held": False,
            "conditions": [
                {"name": "caller is listed", "value": "+1 202 555 0199", "held": False}
            ],
        },
        {
            "rule": "Opening hours",
            "held": True,
            "conditions": [
                {
                    "name": "Clinic hours says open",
                    "value": "Monday 09:00 to 18:00",
                    "held": True,
                }
            ],
        },
    ],
}

Told = tuple[float, EventKind, dict[str, object]]
CONVERSATION: list[Told] = [
    (0, EventKind.OFFERED, {"verdict": "accept", "rule": "Opening hours"}),
    (1, EventKind.CONNECTED, {"entry": 1, "resumed": False, "language": "en-US"}),
    (1, EventKind.GREETED, {"text": "Thank you for calling Riverside Clinic."}),
    (5, EventKind.CALLER_SAID, {"text": "Hi, I need an appointment for my son."}),
    (
        6,
        EventKind.AGENT_SAID,
        {
            "text": "Of course. We have Monday at nine, and Tuesday at half past ten.",
            "turn": 1,
            "first_token_ms": 840,
        },
    ),
    (
        8,
        EventKind.AGENT_CUT,
        {
            "turn": 1,
            "heard": "Of course. We have Monday",
            "kept": "Of course. We have Monday",
            "heard_ms": 1900,
        },
    ),
    (9, EventKind.CALLER_SAID, {"text": "Monday is no good. Anything on Friday?"}),
    (
        10,
        EventKind.TOOL_ASKED,
        {
            "tool_call": "t1",
            "name": "find_free_slots",
            "arguments": '{"day": "Friday", "doctor": "Dr. Osei"}',
        },
    ),
    (11, EventKind.PRODUCT_SAID, {"text": "One moment, please.", "why": "filler"}),
    (
        12,
        EventKind.TOOL_ANSWERED,
        {
            "tool_call": "t1",
            "name": "find_free_slots",
            "output": '{"slots": ["9:30", "15:00"]}',
            "ok": True,
            "ms": 1420,
        },
    ),
    (
        13,
        EventKind.AGENT_SAID,
        {"text": "Friday at 9:30 or at three?", "turn": 2, "first_token_ms": 610},
    ),
    (18, EventKind.CALLER_SAID, {"text": "Nine thirty. Jonas Weber."}),
    (19, EventKind.FIELD_COLLECTED, {"name": "patient_name", "value": "Jonas Weber"}),
    (24, EventKind.CALLER_SAID, {"text": "¿Habla español?", "language": "es-US"}),
    (24, EventKind.LANGUAGE_CHANGED, {"language": "es-US"}),
    (27, EventKind.AGENT_SAID, {"text": "Sí, claro.", "turn": 3}),
    (31, EventKind.CALLER_KEYED, {"digits": "42"}),
    (35, EventKind.DISCONNECTED, {"code": 1006, "why": "socket_lost"}),
    (
        36,
        EventKind.SESSION_ENDED,
        {"status": "failed", "error_code": "64105", "error_message": "No answer"},
    ),
    (37, EventKind.RECONNECTED, {"entry": 2}),
    (38, EventKind.CONNECTED, {"entry": 2, "resumed": True, "language": "es-US"}),
    (45, EventKind.CALLER_SAID, {"text": "I would rather speak to a person."}),
    (
        46,
        EventKind.HANDOFF_ASKED,
        {
            "reason": "other",
            "summary": "Wants to book Friday 9:30 for his son, prefers a person.",
            "asked_by": "agent",
        },
    ),
    (48, EventKind.CONTACT_RINGING, {"contact": "Ana Ruiz", "position": 0}),
    (
        68,
        EventKind.CONTACT_ANSWERED,
        {"contact": "Ana Ruiz", "result": "no_answer", "seconds": 20},
    ),
    (70, EventKind.VOICEMAIL_OFFERED, {}),
    (98, EventKind.VOICEMAIL_LEFT, {"seconds": 26}),
    (99, EventKind.CARRIER_STATUS, {"status": "completed"}),
    (101, EventKind.CLOSED, {"disposition": "voicemail"}),
]


def make_journal(call: Call, told: Iterable[Told]) -> None:
    CallEvent.objects.bulk_create(
        CallEvent(
            call=call,
            stream=0,
            seq=seq,
            at=call.offered_at + timedelta(seconds=second),
            kind=kind,
            data=data,
        )
        for seq, (second, kind, data) in enumerate(told)
    )


def make_rich_call(offered_at: datetime, **fields: Any) -> Call:
    """A call in which nearly everything happens that can."""
    fields = {
        "number_label": "Clinic main line",
        "time_zone": ZONE,
        "agent_key": "1",
        "agent_name": "Front desk",
        "language": "es-US",
        "decision": DECISION,
        "release_number": 7,
        "state": CallState.CLOSED,
        "disposition": Disposition.VOICEMAIL,
        "over_at": offered_at + timedelta(seconds=99),
        "collected": {"patient_name": "Jonas Weber", "reason_for_call": "Appointment"},
        "summary": "The caller wants Friday 9:30 with Dr. Osei for his son Jonas.",
        "carrier_status": "completed",
        "carrier_seconds": 99,
        "relay_session": "VX1",
        "relay_entries": 2,
        "relay_failures": 1,
        **fields,
    }
    call = make_call(offered_at=offered_at, **fields)
    make_journal(call, CONVERSATION)
    add_handoff(call)
    add_leftovers(call)
    add_records(call)
    return call


def add_handoff(call: Call) -> None:
    handoff = make_handoff(
        call,
        reason=HandoffReason.OTHER,
        result=HandoffResult.NOBODY,
        summary="Wants to book Friday 9:30 for his son, prefers a person.",
        policy_name="Front desk, then doctors",
        asked_at=call.offered_at + timedelta(seconds=46),
    )
    make_attempt(
        handoff, contact_name="Ana Ruiz", result=AttemptResult.NO_ANSWER, seconds=20
    )


def add_leftovers(call: Call) -> None:
    make_recording(call, seconds=26, url="https://recordings.example/RE1.mp3")
    FollowUp.objects.create(
        call=call,
        kind=FollowUpKind.VOICEMAIL,
        owner="Front desk",
        contact_number="+12025550199",
        text="Listen to the voicemail and call back about Friday 9:30.",
        opened_at=call.offered_at,
        due_at=call.offered_at + timedelta(hours=1),
    )
    Incident.objects.create(
        call=call,
        kind=IncidentKind.SOCKET_LOST,
        cause=CauseOwner.CARRIER,
        detail="The connection broke after 35 seconds and came back.",
        key=f"{call.carrier_sid} socket",
        at=call.offered_at + timedelta(seconds=35),
    )


def add_records(call: Call) -> None:
    for number, cached in enumerate((0, 1024, 2048)):
        Usage.objects.create(
            call=call,
            provider="openai",
            item="gpt-6-luna",
            provider_id=f"{call.carrier_sid} {number}",
            figures={
                "input_tokens": 1500 + 700 * number,
                "input_tokens_details": {"cached_tokens": cached},
                "output_tokens": 60,
            },
            at=call.offered_at + timedelta(seconds=10 * number),
        )
    Callback.objects.create(
        key=f"{call.carrier_sid} voice",
        endpoint="voice",
        call_sid=call.carrier_sid,
        params={"From": call.caller, "To": call.dialled},
        answer_status=200,
        answer="<Response/>",
    )


def make_staff(name: str, *permissions: str) -> User:
    """Somebody who may log in to the admin and do no more than is named."""
    user = User.objects.create_user(name, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user

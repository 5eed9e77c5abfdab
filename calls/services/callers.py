"""What is known about a caller from earlier calls, for the model."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypedDict
from zoneinfo import ZoneInfo

from django.db.models import Count, Window

from calls.core.words import Disposition
from calls.models import Call, FollowUp
from routing.core.decision import CallerKind

# How far back a name is looked for.
LATEST_CALLS = 20
MOST_FOLLOW_UPS = 3
LONGEST_TEXT = 300

# Names of fields in which agents collect a person's name, the surest first.
NAME_FIELDS = ("full_name", "name", "caller_name", "customer_name", "nombre_completo")
NAME_PARTS = (("first_name", "last_name"), ("nombre", "apellido"))

HOW_IT_ENDED: Mapping[str, str] = {
    "": "it is not over yet",
    Disposition.RESOLVED: "the agent settled it",
    Disposition.HANDED_OFF: "they were connected to a person",
    Disposition.VOICEMAIL: "they left a voicemail",
    Disposition.CALLBACK_SCHEDULED: "a call back was arranged",
    Disposition.MESSAGE_TAKEN: "they left a message",
    Disposition.REJECTED: "the call was not accepted",
    Disposition.CLOSED_HOURS: "they called outside opening hours",
    Disposition.OVERFLOWED: "all lines were busy",
    Disposition.CALLER_HUNG_UP_EARLY: "they hung up early",
    Disposition.SPAM: "it was spam",
    Disposition.LOST: "the call broke off through a fault on our side",
}


class EarlierCall(TypedDict):
    offered_at: datetime
    number_label: str
    disposition: str
    summary: str
    collected: Any
    total: Any


def look_up_caller(call_id: int) -> str:
    """JSON text. Three queries at most, and none about a number that is not shown."""
    call = Call.objects.filter(pk=call_id).first()
    if call is None or call.caller_kind != CallerKind.NUMBER:
        return as_json({"known": False, "why": "The caller's number is not shown."})
    earlier = earlier_calls(call)
    if not earlier:
        return as_json({"known": False, "why": "There was no earlier call."})
    zone = ZoneInfo(call.time_zone)
    return as_json(
        {
            "known": True,
            "name": name_in(past["collected"] for past in earlier),
            "earlier_calls": earlier[0]["total"],
            "last_call": last_call(earlier[0], zone),
            "open_follow_ups": open_follow_ups(call, zone),
        }
    )


def earlier_calls(call: Call) -> list[EarlierCall]:
    """The latest ones, newest first; `total` counts the older ones too."""
    return list(
        Call.objects.filter(
            caller=call.caller,
            caller_kind=CallerKind.NUMBER,
            offered_at__lte=call.offered_at,
        )
        .exclude(pk=call.pk)
        .order_by("-offered_at")
        .values(
            "offered_at",
            "number_label",
            "disposition",
            "summary",
            "collected",
            total=Window(Count("pk")),
        )[:LATEST_CALLS]
    )


def last_call(call: EarlierCall, zone: ZoneInfo) -> Mapping[str, object]:
    return without_gaps(
        {
            "when": moment(call["offered_at"], zone),
            "line": call["number_label"],
            "how_it_ended": HOW_IT_ENDED[call["disposition"]],
            "about": shortened(call["summary"]),
        }
    )


def open_follow_ups(call: Call, zone: ZoneInfo) -> list[Mapping[str, object]]:
    found = FollowUp.objects.filter(
        call__caller=call.caller,
        call__caller_kind=CallerKind.NUMBER,
        done_at__isnull=True,
    ).exclude(call=call)
    return [
        without_gaps(
            {
                "kind": follow_up.get_kind_display(),
                "due": moment(follow_up.due_at, zone),
                "about": shortened(follow_up.text),
            }
        )
        for follow_up in found.order_by("due_at")[:MOST_FOLLOW_UPS]
    ]


def name_in(collected: Iterable[Mapping[str, object]]) -> str:
    """The name given last, whichever of the usual fields it was collected in."""
    for fields in collected:
        for name in NAME_FIELDS:
            if fields.get(name):
                return shortened(str(fields[name]))
        for parts in NAME_PARTS:
            given = [str(fields[part]) for part in parts if fields.get(part)]
            if given:
                return shortened(" ".join(given))
    return ""


def moment(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%A, %d %B %Y, %H:%M} ({zone.key})"


def shortened(text: str) -> str:
    tidy = " ".join(text.split())
    return tidy if len(tidy) <= LONGEST_TEXT else f"{tidy[:LONGEST_TEXT]} …"


def as_json(found: Mapping[str, object]) -> str:
    return json.dumps(without_gaps(found), ensure_ascii=False)


def without_gaps(found: Mapping[str, object]) -> dict[str, object]:
    """Without what is empty, which would only be read for nothing."""
    return {key: value for key, value in found.items() if value not in ("", [])}

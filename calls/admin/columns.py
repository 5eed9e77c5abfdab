"""How a call stands in a list."""

from datetime import datetime

from django.contrib import admin
from django.utils.safestring import SafeString

from calls.admin.history import NOTHING, label
from calls.core import zoned
from calls.core.lines import in_words
from calls.models import Call
from calls.templatetags import telling

COLOURS = {
    "good": "success",
    "info": "info",
    "warn": "warning",
    "bad": "danger",
    "live": "primary",
}


def moment(at: datetime, zone: str) -> str:
    """Broken only between the day and the time."""
    day, _, time = zoned.short(at, zone).partition(", ")
    return f"{unbroken(day)}, {unbroken(time)}"


def unbroken(text: str) -> str:
    return text.replace(" ", "\u00a0")


@admin.display(description="When", ordering="offered_at")
def when(call: Call) -> str:
    return moment(call.offered_at, call.time_zone)


@admin.display(description="Line", ordering="number_label")
def line(call: Call) -> str:
    return telling.line_words(call)


@admin.display(description="Caller", ordering="caller")
def caller(call: Call) -> str:
    return unbroken(telling.caller_words(call))


@admin.display(description="Agent", ordering="agent_name")
def agent(call: Call) -> str:
    return call.agent_name or NOTHING


@admin.display(description="How it ended", ordering="disposition")
def ended(call: Call) -> SafeString:
    return label(telling.how_it_ended(call), COLOURS.get(telling.tone(call), ""))


@admin.display(description="Length")
def length(call: Call) -> str:
    duration = call.duration()
    return NOTHING if duration is None else zoned.minutes(duration.total_seconds())


@admin.display(description="Handoff")
def handoff(call: Call) -> str:
    """The reason, which the list's query brings along."""
    return in_words(getattr(call, "handoff_reason", None) or NOTHING)


@admin.display(description="Reviewed", ordering="reviewed_at")
def reviewed(call: Call) -> str:
    return label("Reviewed", "success") if call.reviewed_at else "Not yet"

"""How the pages of calls put values into words."""

import json
from datetime import datetime, timedelta

from django import template
from django.utils.translation import get_language_info

from calls.core import zoned
from calls.core.lines import RINGING_ENDED, Look, in_words
from calls.core.tokens import seconds_used
from calls.core.words import CallState, Disposition, HandoffResult
from calls.models import Call, Usage
from routing.core.callers import spaced
from routing.core.decision import CallerKind

register = template.Library()

STATES = {
    CallState.OFFERED: "Being answered",
    CallState.LIVE: "With the agent",
    CallState.HANDING_OFF: "Being handed over",
    CallState.WITH_PERSON: "With a person",
    CallState.VOICEMAIL: "Leaving a voicemail",
    CallState.OVER: "Over, being settled",
    CallState.CLOSED: "Closed",
}

TONES = {
    Disposition.RESOLVED: "good",
    Disposition.HANDED_OFF: "info",
    Disposition.VOICEMAIL: "info",
    Disposition.CALLBACK_SCHEDULED: "info",
    Disposition.MESSAGE_TAKEN: "info",
    Disposition.OVERFLOWED: "warn",
    Disposition.CALLER_HUNG_UP_EARLY: "warn",
    Disposition.LOST: "bad",
}

ICONS = {
    Look.CALLER: "person",
    Look.AGENT: "support_agent",
    Look.PRODUCT: "campaign",
    Look.TOOL: "travel_explore",
    Look.FIELD: "edit_note",
    Look.HANDOFF: "phone_forwarded",
    Look.CONTACT: "ring_volume",
    Look.VOICEMAIL: "voicemail",
    Look.CONNECTION: "sync_alt",
    Look.WARNING: "warning",
    Look.NOTE: "info",
}

HANDOFF_RESULTS = {
    HandoffResult.PENDING: "Still trying",
    HandoffResult.CONNECTED: "Connected",
    HandoffResult.NOBODY: "Nobody answered",
    HandoffResult.CALLER_LEFT: "Caller hung up",
}

HANDOFF_TONES = {
    HandoffResult.CONNECTED: "good",
    HandoffResult.NOBODY: "bad",
    HandoffResult.CALLER_LEFT: "warn",
}

register.filter("short_time", zoned.short)
register.filter("full_time", zoned.full)
register.filter("clock_time", zoned.clock)
register.filter("exact_clock_time", zoned.exact_clock)
register.filter("minutes", zoned.minutes)
register.filter("words", in_words)


@register.filter
def count(number: int) -> str:
    return f"{number:,}"


@register.filter
def usage_words(usage: Usage) -> str:
    """Transcripts have the id of what the caller said, with a word before it."""
    if usage.provider != "openai":
        return "The phone company"
    transcript = usage.provider_id.startswith("transcript-")
    return "The caller's words, written down" if transcript else "An answer"


@register.filter
def seconds_words(figures: object) -> str:
    """ "2.5 s", or nothing where tokens are charged for."""
    seconds = seconds_used(figures)
    return f"{round(seconds, 1):g} s" if seconds else ""


@register.filter
def state_words(call: Call) -> str:
    return STATES[CallState(call.state)]


@register.filter
def how_it_ended(call: Call) -> str:
    """The disposition once there is one, else where the call stands."""
    return call.get_disposition_display() if call.disposition else state_words(call)


@register.filter
def tone(call: Call) -> str:
    """The colour of how it ended: good, info, warn, bad, or live and plain."""
    if not call.disposition:
        return "live" if call.state != CallState.OVER else "plain"
    return TONES.get(Disposition(call.disposition), "plain")


@register.filter
def handoff_tone(result: str) -> str:
    return HANDOFF_TONES.get(HandoffResult(result), "live")


@register.filter
def handoff_words(result: str) -> str:
    return HANDOFF_RESULTS[HandoffResult(result)]


@register.filter
def ringing_words(result: str) -> str:
    return RINGING_ENDED[result][0] if result in RINGING_ENDED else "ringing"


@register.filter
def icon(look: Look) -> str:
    return ICONS[look]


@register.filter
def as_json(value: object) -> str:
    """For the technical trail only."""
    return json.dumps(value, ensure_ascii=False, default=str)


@register.filter
def caller_words(call: Call) -> str:
    match call.caller_kind:
        case CallerKind.WITHHELD:
            return "Number withheld"
        case CallerKind.NUMBER:
            return spaced(call.caller)
    return call.caller


@register.filter
def phone(number: str) -> str:
    """Spaced for reading, never broken at a line's end."""
    return spaced(number).replace(" ", "\u00a0")


@register.filter
def line_words(call: Call) -> str:
    return call.number_label or spaced(call.dialled)


@register.filter
def length_words(length: timedelta | None) -> str:
    return "" if length is None else zoned.in_length_words(length.total_seconds())


@register.filter
def until(moment: datetime, later: datetime) -> str:
    """How long from `moment` to `later`, as "1:05"."""
    return zoned.minutes((later - moment).total_seconds())


@register.filter
def ago(moment: datetime, now: datetime) -> str:
    """ "3 min 5 s" from `moment` to now."""
    return zoned.in_length_words((now - moment).total_seconds())


@register.filter
def late_words(due: datetime, now: datetime) -> str:
    """ "3 h 5 min" since it was due; empty while it is not."""
    return "" if due >= now else zoned.in_length_words((now - due).total_seconds())


@register.filter
def language_words(code: str) -> str:
    """ "es-MX" reads "Spanish (es-MX)"; a code nobody knows stands as it is."""
    try:
        name = get_language_info(code.lower())["name"]
    except KeyError:
        return code
    return f"{name} ({code})"

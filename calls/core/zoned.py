"""Moments and lengths as people read them: in the number's zone, which is named."""

from datetime import UTC, datetime

from routing.core.hours import zone


def in_zone(moment: datetime, name: str) -> datetime:
    """A zone this machine does not know is shown as UTC, and so is named so."""
    return moment.astimezone(zone(name) or UTC)


def abbreviation(moment: datetime) -> str:
    """ "EST"; zones that have only an offset for a name read "UTC+04"."""
    name = moment.tzname() or ""
    return f"UTC{name}" if name[:1] in "+-" else name


def short(moment: datetime, name: str) -> str:
    """ "2 Nov 2026, 14:03 CET"."""
    there = in_zone(moment, name)
    return f"{there.day} {there:%b %Y, %H:%M} {abbreviation(there)}"


def full(moment: datetime, name: str) -> str:
    """ "Monday 2 November 2026, 14:03:12 CET (Europe/Berlin)"."""
    there = in_zone(moment, name)
    spelled = f"{there:%A} {there.day} {there:%B %Y, %H:%M:%S} {abbreviation(there)}"
    return f"{spelled} ({name})" if zone(name) and name != "UTC" else spelled


def clock(moment: datetime, name: str) -> str:
    """ "14:03 CET"."""
    there = in_zone(moment, name)
    return f"{there:%H:%M} {abbreviation(there)}"


def exact_clock(moment: datetime, name: str) -> str:
    """ "14:03:12 CET"."""
    there = in_zone(moment, name)
    return f"{there:%H:%M:%S} {abbreviation(there)}"


def minutes(seconds: float) -> str:
    """ "1:05", and "1:02:05" from an hour on."""
    hours, rest = divmod(max(0, int(seconds)), 3600)
    if hours:
        return f"{hours}:{rest // 60:02}:{rest % 60:02}"
    return f"{rest // 60}:{rest % 60:02}"


def in_length_words(seconds: float) -> str:
    """ "45 seconds", "3 min 10 s", "1 h 5 min", "2 days 3 h"."""
    hours, rest = divmod(max(0, int(seconds)), 3600)
    if hours >= 24:
        days = "1 day" if hours < 48 else f"{hours // 24} days"
        return f"{days} {hours % 24} h"
    if hours:
        return f"{hours} h {rest // 60} min"
    if rest >= 60:
        return f"{rest // 60} min {rest % 60} s"
    return "1 second" if rest == 1 else f"{rest} seconds"

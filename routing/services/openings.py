"""Whether a number is open now, for lists."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache

from routing.core.compile import compile_snapshot
from routing.core.hours import in_words
from routing.core.plan import plan_of
from routing.core.ruleset import Calendar, HoursMatch, Number, Ruleset
from routing.errors import BadSnapshot
from routing.models import EmergencyClosure
from routing.services import closures
from routing.services.snapshot import draft_snapshot

ALWAYS = "open now, at any hour"
SWITCHED_OFF = "switched off"


def opening_words(now: datetime) -> Callable[[int], str]:
    """For a number's primary key, the state of the calendars that its rules ask for.

    That of the draft, which is read once, on first use. Empty where the draft cannot
    be read as a whole; what is wrong with it stands on the page that publishes it.
    """

    @cache
    def draft() -> Ruleset:
        try:
            return compile_snapshot(0, draft_snapshot())
        except BadSnapshot:
            return Ruleset(number=0)

    @cache
    def closed() -> list[EmergencyClosure]:
        return list(closures.in_force(now))

    def words(pk: int) -> str:
        number = draft().numbers.get(str(pk))
        if number is None:
            return ""
        for closure in closed():
            if closure.dialled in ("", number.e164):
                return f"closed by the emergency switch: {closure.reason}"
        return state(draft(), number, now)

    return words


def state(ruleset: Ruleset, number: Number, now: datetime) -> str:
    if not number.active:
        return SWITCHED_OFF
    asked = list(calendars_of(ruleset, number))
    if len(asked) > 1:
        return "; ".join(f"{one.name}: {now_words(one, now)}" for one in asked)
    return now_words(asked[0], now) if asked else ALWAYS


def calendars_of(ruleset: Ruleset, number: Number) -> Iterator[Calendar]:
    """In the order in which the number's rules ask for them, each once."""
    rules = [planned.rule for planned in plan_of(ruleset).rules_for(number)]
    keys = [
        key
        for rule in rules
        if rule.hours_match is not HoursMatch.ANY
        for key in (rule.calendar, *rule.more_calendars)
    ]
    for key in dict.fromkeys(keys):
        if key in ruleset.calendars:
            yield ruleset.calendars[key]


def now_words(calendar: Calendar, now: datetime) -> str:
    words = in_words(calendar, now)
    is_open = words.startswith("open,")
    return words.replace("open,", "open now,", 1) if is_open else words

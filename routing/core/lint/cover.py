"""The cover map: when a caller who is to be put through would reach nobody.

For each number the seven days from a moment, cut wherever anything that depends on
time changes: a calendar of a contact or of a rule, a rule's own hours, midnight.
Within a piece nothing changes, so each is decided once, for a caller of whom nothing
is known, and the people of the policy that a handoff would ring are looked at.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import StrEnum

from routing.core.decide import decide
from routing.core.decision import CallerKind, Decision, Facts, Verdict
from routing.core.hours import DAY, instant, openings, zone
from routing.core.lint.finding import Finding, Known, warning
from routing.core.plan import plan_of
from routing.core.ruleset import Calendar, Number, Ruleset
from routing.core.situation import Situation, Step

DAYS = 7
# No network gives this number to anybody, so it is on no list.
ANYBODY = "+10000000000"
PROMISES = (Verdict.ACCEPT, Verdict.DIVERT)
TIMED = (Step.HOURS, Step.WHEN)


class Cover(StrEnum):
    """`UNPROMISED`: callers are turned away or leave a message, by a rule."""

    SOMEBODY = "somebody"
    NOBODY = "nobody"
    UNPROMISED = "unpromised"


@dataclass(frozen=True, slots=True)
class Piece:
    """From `begins` to before `ends`. `policy` is whom a handoff would ring."""

    begins: datetime
    ends: datetime
    cover: Cover
    policy: str = ""

    @property
    def minutes(self) -> int:
        return int((self.ends - self.begins).total_seconds() // 60)


def cover_map(ruleset: Ruleset, number: Number, now: datetime) -> list[Piece]:
    """Seven days from the beginning of today in the number's time zone, in order."""
    place = zone(number.time_zone) or UTC
    today = now.astimezone(place).date()
    first, end = (
        instant(today, time(0), place),
        instant(today + DAYS * DAY, time(0), place),
    )
    ruleset = for_anybody(ruleset, number, first)
    cuts = sorted({first, *moments(ruleset, number, first, end, place)})
    pieces: list[Piece] = []
    for begins, ends in zip(cuts, [*cuts[1:], end], strict=True):
        piece = look(ruleset, number, begins, ends)
        last = pieces[-1] if pieces else None
        if last and (last.cover, last.policy) == (piece.cover, piece.policy):
            piece = Piece(last.begins, ends, last.cover, last.policy)
            pieces.pop()
        pieces.append(piece)
    return pieces


def for_anybody(ruleset: Ruleset, number: Number, at: datetime) -> Ruleset:
    """With only the rules that may hold at some time for a caller of whom nothing is

    known: of five hundred rules that is usually a handful.
    """
    plan = plan_of(ruleset)
    situation = Situation(facts_of(number), number, plan.openings, at)
    kept = tuple(
        planned.rule
        for planned in plan.rules_for(number)
        if all(c.held(situation) for c in planned.conditions if c.step not in TIMED)
    )
    return replace(ruleset, rules=kept)


def facts_of(number: Number) -> Facts:
    return Facts(number.e164, ANYBODY, CallerKind.NUMBER)


def moments(
    ruleset: Ruleset, number: Number, first: datetime, end: datetime, place: tzinfo
) -> Iterator[datetime]:
    for calendar in calendars_of(ruleset, number):
        its_place = zone(calendar.time_zone)
        if its_place is not None:
            day = first.astimezone(its_place).date() - DAY
            for opening in openings(calendar, its_place, day, days=DAYS + 3):
                yield from (at for at in opening if first < at < end)
    today = first.astimezone(place).date()
    clocks = {time(0), *clocks_of(ruleset, number)}
    for day in (today + n * DAY for n in range(DAYS)):
        for clock in clocks:
            for last in (False, True):
                at = instant(day, clock, place, last=last)
                if first < at < end:
                    yield at


def calendars_of(ruleset: Ruleset, number: Number) -> list[Calendar]:
    keys = {contact.calendar for contact in ruleset.contacts.values()}
    for planned in plan_of(ruleset).rules_for(number):
        keys |= {planned.rule.calendar, *planned.rule.more_calendars}
    return [ruleset.calendars[key] for key in keys if key in ruleset.calendars]


def clocks_of(ruleset: Ruleset, number: Number) -> Iterable[time]:
    for planned in plan_of(ruleset).rules_for(number):
        when = planned.rule.when
        yield from (clock for clock in (when.since, when.until) if clock is not None)


def look(ruleset: Ruleset, number: Number, begins: datetime, ends: datetime) -> Piece:
    decision = decide(ruleset, facts_of(number), begins)
    if decision.verdict not in PROMISES:
        return Piece(begins, ends, Cover.UNPROMISED)
    reached = Cover.SOMEBODY if somebody(ruleset, decision, begins) else Cover.NOBODY
    return Piece(begins, ends, reached, decision.policy)


def somebody(ruleset: Ruleset, decision: Decision, at: datetime) -> bool:
    policy = ruleset.policy_for(decision.policy)
    if policy is None:
        return False
    calendars = plan_of(ruleset).openings
    return any(
        not contact.calendar
        or calendars.is_open(contact.calendar, at.timestamp(), at) is not False
        for step in policy.steps
        if (contact := ruleset.contacts.get(step.contact)) is not None
    )


def uncovered(ruleset: Ruleset, known: Known) -> Iterator[Finding]:
    for number in ruleset.numbers.values():
        if not number.active:
            continue
        gaps: dict[str, list[Piece]] = {}
        for piece in cover_map(ruleset, number, known.now):
            if piece.cover is Cover.NOBODY:
                gaps.setdefault(piece.policy, []).append(piece)
        for key, pieces in gaps.items():
            yield gap(ruleset, number, key, pieces)


def gap(ruleset: Ruleset, number: Number, key: str, pieces: list[Piece]) -> Finding:
    policy = ruleset.policy_for(key)
    name = policy.name if policy else "no policy"
    minutes = sum(piece.minutes for piece in pieces)
    place = zone(number.time_zone) or UTC
    begins = pieces[0].begins.astimezone(place)
    own = key in ruleset.policies
    return warning(
        "policies" if own else "numbers",
        key if own else number.key,
        "name" if own else "policy",
        f"Number “{number.label}”",
        f"In {hours(minutes)} of the coming week a caller who wants a person reaches "
        f"nobody of “{name}”, first on {begins:%A} at {begins:%H:%M}.",
        "Add a contact for these hours, or turn callers away then by a rule.",
    )


def hours(minutes: int) -> str:
    """ "1 hour", "63.5 hours", "30 minutes" """
    if minutes < 60:
        return f"{minutes} minute{'' if minutes == 1 else 's'}"
    whole = timedelta(minutes=minutes) / timedelta(hours=1)
    return (
        f"{whole:g} hour{'' if whole == 1 else 's'}"
        if minutes % 6 == 0
        else (f"{whole:.1f} hours")
    )

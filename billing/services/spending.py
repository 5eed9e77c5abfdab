"""What was spent in a period, kept apart by one thing, in words for a page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.utils import timezone

from billing.core import money_words
from billing.core.causes import CAUSE_HELP, CAUSE_WORDS, Cause
from billing.core.pricing import DOLLARS
from billing.core.reading import NOTHING
from billing.core.report_period import Period
from billing.core.units import COMPONENT_WORDS, UNIT_WORDS, Component
from billing.services import report_links as links
from billing.services import totals
from billing.services.budgets import Clock
from billing.services.totals import By, MoneyLine
from calls.core.words import Disposition
from routing.models import Agent, PhoneNumber

BY_WORDS: Mapping[By, str] = {
    By.COMPONENT: "What for",
    By.CAUSE: "Cause",
    By.DAY: "Day",
    By.NUMBER: "Number",
    By.AGENT: "Agent",
    By.RELEASE: "Release",
    By.LANGUAGE: "Language",
    By.DISPOSITION: "How the call ended",
}
CALLS_BY: Mapping[By, str] = {
    By.NUMBER: "dialled__in",
    By.AGENT: "agent_key__exact",
    By.RELEASE: "release_number__exact",
    By.LANGUAGE: "language__exact",
    By.DISPOSITION: "disposition__exact",
}
OF_MONEY_ONLY = (By.COMPONENT, By.CAUSE)
NOBODY: Mapping[By, str] = {
    By.NUMBER: "No number",
    By.AGENT: "No agent",
    By.LANGUAGE: "No language",
    By.DISPOSITION: "Not over yet, or no call",
}


@dataclass(frozen=True, slots=True)
class SpendingLine:
    """`percent` is of the whole, for a bar; `calls` and `per_call` may be empty.

    `link` leads to the calls of the line, where calls can be told apart by it.
    """

    name: str
    help: str
    amount: str
    percent: int
    calls: str
    per_call: str
    cached: str
    gaps: int
    link: str = ""


@dataclass(frozen=True, slots=True)
class Spending:
    total: str
    incomplete: bool
    unit_costs: list[tuple[str, str]]
    lines: list[SpendingLine]
    of_calls: bool
    without_price: list[str]


def spending(first: date, last: date, by: By) -> Spending:
    """Nine queries at most."""
    costs = totals.unit_costs(first, last)
    lines = totals.sums(first, last, by)
    if by is not By.DAY:
        lines.sort(key=lambda line: -line.amount)
    calls = {}
    if by not in OF_MONEY_ONLY:
        calls = {line.key: line.calls for line in totals.calls(first, last, by)}
    name, link = naming(by), linking(first, last, by)
    whole = costs.total.amount
    return Spending(
        total=money(whole),
        incomplete=bool(costs.total.gaps),
        unit_costs=[
            ("For each call", money_if(costs.per_call())),
            ("For each call that needed no person", money_if(costs.per_contained())),
            ("For each call handed to a person", money_if(costs.per_handoff())),
            ("For each lead", money_if(costs.per_lead())),
        ],
        lines=[
            replace(
                words_of(line, whole, calls.get(line.key), name, by),
                link=link(line.key[0]) if calls.get(line.key) else "",
            )
            for line in lines
            if line.charges or line.amount or line.gaps
        ],
        of_calls=by not in OF_MONEY_ONLY,
        without_price=[
            f"{gap.item}: {UNIT_WORDS[gap.unit]}. {money_words.WHY_WORDS[gap.why]}"
            for gap in totals.without_price(first, last)
        ],
    )


def words_of(
    line: MoneyLine,
    whole: Decimal,
    calls: int | None,
    name: Callable[[object], str],
    by: By,
) -> SpendingLine:
    (key,) = line.key
    return SpendingLine(
        name=name(key),
        help=CAUSE_HELP[Cause(str(key))] if by is By.CAUSE else "",
        amount=money(line.amount),
        percent=int(100 * line.amount / whole) if whole else 0,
        calls="" if calls is None else f"{calls:,}",
        per_call=money(line.amount / calls) if calls else "",
        cached=""
        if line.cached_share is None
        else money_words.percent(line.cached_share),
        gaps=line.gaps,
    )


def naming(by: By) -> Callable[[object], str]:
    """One query at most."""
    names: dict[object, str] = {}
    match by:
        case By.COMPONENT:
            names = {c.value: COMPONENT_WORDS[c] for c in Component}
        case By.CAUSE:
            names = {c.value: CAUSE_WORDS[c] for c in Cause}
        case By.DISPOSITION:
            names = {
                d.value: d.value.replace("_", " ").capitalize() for d in Disposition
            }
        case By.NUMBER:
            names = {n.e164: str(n) for n in PhoneNumber.objects.all()}
        case By.AGENT:
            names = {str(a.pk): str(a) for a in Agent.objects.all()}
    nobody = NOBODY.get(by, "")

    def name(key: object) -> str:
        if isinstance(key, date):
            return f"{key:%a %d %b %Y}"
        if by is By.RELEASE:
            return f"Release {key}" if key else "No release"
        return names.get(key) or str(key) or nobody

    return name


def linking(first: date, last: date, by: By) -> Callable[[object], str]:
    """To the list of the calls behind a line. One query at most.

    Days are those of the number's own zone, and where there are several numbers those
    of the zone that most of them are in.
    """
    if by in OF_MONEY_ONLY:
        return lambda key: ""
    clock = Clock(timezone.now())

    def link(key: object) -> str:
        if isinstance(key, date):
            return links.to_calls(Period(key, key, clock.zone_of_most()))
        zone = clock.zone_of(str(key)) if by is By.NUMBER else clock.zone_of_most()
        if not key:
            return ""
        narrowed = {CALLS_BY[by]: str(key)}
        return links.to_calls(Period(first, last, zone), (), "", **narrowed)

    return link


def money(amount: Decimal) -> str:
    return money_words.money(amount, DOLLARS)


def money_if(amount: Decimal | None) -> str:
    return "–" if amount is None or amount == NOTHING else money(amount)

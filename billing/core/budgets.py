"""Where a budget stands, what it does, and where its spending is heading.

A budget is for a day or a calendar month of each number's own zone. A step is reached
when its share of the budget is spent, and stays reached until the period is over.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from billing.core import money_words
from billing.core.pricing import DOLLARS
from billing.core.reading import NOTHING
from routing.core.standing import (
    BudgetAction,
    BudgetScope,
    BudgetStanding,
    BudgetState,
)

HUNDRED = Decimal(100)
HISTORY_DAYS = 28


class Span(StrEnum):
    DAY = "day"
    MONTH = "month"


SPAN_WORDS: Mapping[Span, str] = {Span.DAY: "today", Span.MONTH: "this month"}


@dataclass(frozen=True, slots=True)
class Step:
    """`threshold` in per cent of the budget."""

    threshold: int
    action: BudgetAction
    agent: str = ""
    most_seconds: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """A budget as it was written. `scope_key` as in `BudgetStanding`."""

    id: int
    name: str
    scope: BudgetScope
    scope_key: str
    span: Span
    amount: Decimal
    steps: tuple[Step, ...] = ()

    def reached(self, spent: Decimal) -> tuple[Step, ...]:
        """The steps that are reached, the lowest first."""
        ordered = sorted(self.steps, key=lambda step: step.threshold)
        limits = ((s, self.amount * s.threshold / HUNDRED) for s in ordered)
        return tuple(step for step, limit in limits if spent >= limit)

    def percent(self, spent: Decimal) -> int:
        """Rounded down, so that nothing is called full before it is."""
        return int(spent * HUNDRED / self.amount)


def state_of(plan: Plan, spent: Decimal) -> BudgetState:
    reached = plan.reached(spent)
    if spent >= plan.amount:
        return BudgetState.SPENT
    if any(step.action is not BudgetAction.WARN for step in reached):
        return BudgetState.ACTED
    return BudgetState.WARNED if reached else BudgetState.OK


def words_of(plan: Plan, spent: Decimal) -> str:
    """ "$812.40 of $1,000.00 this month (81 %)"."""
    had, of = (money_words.money(m, DOLLARS) for m in (spent, plan.amount))
    return f"{had} of {of} {SPAN_WORDS[plan.span]} ({plan.percent(spent)} %)"


def standings_of(plan: Plan, spent: Decimal) -> list[BudgetStanding]:
    """One for each step that changes calls, or one that changes nothing."""
    acting = [s for s in plan.reached(spent) if s.action is not BudgetAction.WARN]
    steps: Sequence[Step | None] = acting or [None]
    state, words = state_of(plan, spent), words_of(plan, spent)
    return [
        BudgetStanding(
            scope=plan.scope,
            key=plan.scope_key,
            name=plan.name,
            state=state,
            words=words,
            action=step.action if step else None,
            agent=step.agent if step else "",
            most_seconds=step.most_seconds if step else 0,
        )
        for step in steps
    ]


@dataclass(frozen=True, slots=True)
class Pace:
    """What was spent, for a forecast.

    `days` are earlier days with what they cost, from the first day that anything was
    spent; `part_of_day` is how much of today is over, from 0 to 1.
    """

    today: date
    spent_today: Decimal
    part_of_day: Decimal
    days: Mapping[date, Decimal]

    def usual(self, day: date) -> Decimal | None:
        """The mean of the last four days of that weekday, else of all; None: no day."""
        weeks = [day - timedelta(weeks=n) for n in range(1, 13)]
        same = [self.days[d] for d in weeks if d in self.days][:4]
        known = same or list(self.days.values())
        return sum(known, NOTHING) / len(known) if known else None

    def rest_of_today(self) -> Decimal | None:
        """None while nothing is known: no earlier day, and this one has just begun."""
        left = 1 - self.part_of_day
        usual = self.usual(self.today)
        if usual is not None:
            return usual * left
        if not self.part_of_day:
            return None
        return self.spent_today / self.part_of_day * left

    def end_of_day(self) -> Decimal | None:
        rest = self.rest_of_today()
        return None if rest is None else self.spent_today + rest

    def end_of_month(self, spent_this_month: Decimal) -> Decimal | None:
        rest = self.rest_of_today()
        if rest is None:
            return None
        total = spent_this_month + rest
        for day in days_left(self.today):
            usual = self.usual(day)
            total += self.spent_today + rest if usual is None else usual
        return total


def days_left(today: date) -> Iterable[date]:
    """The days of the month after today."""
    day = today + timedelta(days=1)
    while day.month == today.month:
        yield day
        day += timedelta(days=1)

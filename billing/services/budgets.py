"""Budgets held against the ledger: where they stand, what was reached, who was told.

All budgets together cost two queries, on the totals by day. A day is the day of the
number's own zone; of what concerns no known number, the day of UTC.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Prefetch, Sum

from billing.core.budgets import (
    HISTORY_DAYS,
    Pace,
    Plan,
    Span,
    Step,
    standings_of,
    state_of,
    words_of,
)
from billing.core.pricing import DOLLARS
from billing.core.reading import NOTHING
from billing.models import Budget, BudgetReached, BudgetStep, DayTotal
from routing.core.standing import BudgetAction, Budgets, BudgetScope, BudgetState
from routing.models import PhoneNumber

# From the first of a month to its end, and a day more for the zones.
LONGEST = timedelta(days=32)
SECONDS_A_DAY = 86_400


@dataclass(frozen=True, slots=True)
class BudgetView:
    """A budget as its page and the reports show it; `forecast` may be unknown."""

    plan: Plan
    period: date
    spent: Decimal
    forecast: Decimal | None

    @property
    def state(self) -> BudgetState:
        return state_of(self.plan, self.spent)

    @property
    def words(self) -> str:
        return words_of(self.plan, self.spent)

    @property
    def percent(self) -> int:
        return self.plan.percent(self.spent)

    @property
    def reached(self) -> tuple[Step, ...]:
        return self.plan.reached(self.spent)


@dataclass(frozen=True, slots=True)
class Spent:
    """What one number and agent have cost on one day."""

    day: date
    number: str
    agent: str
    amount: Decimal

    def concerns(self, plan: Plan) -> bool:
        match plan.scope:
            case BudgetScope.NUMBER:
                return self.number == plan.scope_key
            case BudgetScope.AGENT:
                return self.agent == plan.scope_key
            case _:
                return True


class Clock:
    """What day it is on each number."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._zones = dict(PhoneNumber.objects.values_list("e164", "time_zone"))

    def local(self, number: str) -> datetime:
        zone = self._zones.get(number)
        return self._now.astimezone(ZoneInfo(zone) if zone else UTC)

    def today(self, number: str) -> date:
        return self.local(number).date()

    def of(self, plan: Plan) -> datetime:
        """Budgets that are not of one number go by the zone of most numbers."""
        if plan.scope is BudgetScope.NUMBER:
            return self.local(plan.scope_key)
        return self._now.astimezone(ZoneInfo(self.zone_of_most()))

    def zone_of_most(self) -> str:
        zones = list(self._zones.values())
        return max(sorted(set(zones)), key=zones.count) if zones else "UTC"

    def zone_of(self, number: str) -> str:
        return self._zones.get(number) or self.zone_of_most()


def plans() -> list[Plan]:
    """Two queries."""
    steps = Prefetch("steps", BudgetStep.objects.order_by("threshold"))
    budgets = Budget.objects.filter(active=True).select_related("number")
    return [plan_of(budget) for budget in budgets.prefetch_related(steps)]


def plan_of(budget: Budget) -> Plan:
    key = budget.number.e164 if budget.number else str(budget.agent_id or "")
    return Plan(
        id=budget.pk,
        name=budget.name,
        scope=BudgetScope(budget.scope),
        scope_key=key,
        span=Span(budget.span),
        amount=budget.amount,
        steps=tuple(
            Step(
                step.threshold,
                BudgetAction(step.action),
                str(step.agent_id or ""),
                step.most_seconds or 0,
            )
            for step in budget.steps.all()
        ),
    )


def spendings(since: date) -> list[Spent]:
    """One query."""
    rows = (
        DayTotal.objects.filter(day__gte=since, currency=DOLLARS)
        .order_by()
        .values_list("day", "number", "agent")
        .annotate(amount=Sum("amount"))
    )
    return [Spent(*row) for row in rows]


def spent_on(plan: Plan, rows: Iterable[Spent], clock: Clock) -> Decimal:
    amounts = (r.amount for r in rows if r.concerns(plan) and is_in(plan, r, clock))
    return sum(amounts, NOTHING)


def is_in(plan: Plan, spent: Spent, clock: Clock) -> bool:
    """Whether it was spent in the period that runs now where it was spent."""
    today = clock.today(spent.number)
    if plan.span is Span.DAY:
        return spent.day == today
    return (spent.day.year, spent.day.month) == (today.year, today.month)


def standing_now(now: datetime) -> Budgets:
    """Four queries, none on calls. What admission is told."""
    known = plans()
    if not known:
        return Budgets()
    clock, rows = Clock(now), spendings((now - LONGEST).date())
    return Budgets(
        tuple(
            standing
            for plan in known
            for standing in standings_of(plan, spent_on(plan, rows, clock))
        )
    )


def views(now: datetime, only: Sequence[Plan] | None = None) -> list[BudgetView]:
    """Every active budget with its forecast."""
    known = plans() if only is None else only
    clock = Clock(now)
    rows = spendings((now - LONGEST - timedelta(days=HISTORY_DAYS)).date())
    return [view_of(plan, rows, clock) for plan in known]


def view_of(plan: Plan, rows: Sequence[Spent], clock: Clock) -> BudgetView:
    local = clock.of(plan)
    spent = spent_on(plan, rows, clock)
    pace = pace_of(plan, rows, local)
    if plan.span is Span.DAY:
        return BudgetView(plan, local.date(), spent, pace.end_of_day())
    first = local.date().replace(day=1)
    return BudgetView(plan, first, spent, pace.end_of_month(spent))


def pace_of(plan: Plan, rows: Iterable[Spent], local: datetime) -> Pace:
    by_day: defaultdict[date, Decimal] = defaultdict(lambda: NOTHING)
    for row in rows:
        if row.concerns(plan):
            by_day[row.day] += row.amount
    today = local.date()
    earlier = [day for day in by_day if day < today]
    days = {}
    if earlier:
        first = min(earlier)
        count = (today - first).days
        days = {first + timedelta(days=n): NOTHING for n in range(count)}
        days |= {day: by_day[day] for day in earlier}
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    over = Decimal(int((local - midnight).total_seconds())) / SECONDS_A_DAY
    return Pace(today, by_day[today], over, days)


@transaction.atomic
def note_reached(now: datetime) -> list[BudgetReached]:
    """Steps that are reached and were not noted in this period yet."""
    known, clock = plans(), Clock(now)
    rows = spendings((now - LONGEST).date())
    new = []
    for plan in known:
        spent = spent_on(plan, rows, clock)
        period = clock.of(plan).date()
        if plan.span is Span.MONTH:
            period = period.replace(day=1)
        for step in plan.reached(spent):
            row, made = BudgetReached.objects.get_or_create(
                budget_id=plan.id,
                threshold=step.threshold,
                action=step.action,
                period=period,
                defaults={"at": now, "spent": spent, "amount": plan.amount},
            )
            if made:
                new.append(row)
    return new


def untold(now: datetime) -> list[BudgetReached]:
    """What the team was not told of yet; what is older than a day is no news."""
    rows = BudgetReached.objects.filter(told_at=None, at__gte=now - timedelta(days=1))
    return list(rows.select_related("budget").order_by("at", "pk"))


def claim(reached: BudgetReached, now: datetime) -> bool:
    """True for the one who is to tell of it."""
    rows = BudgetReached.objects.filter(pk=reached.pk, told_at=None)
    return rows.update(told_at=now) == 1


def unclaim(reached: BudgetReached) -> None:
    BudgetReached.objects.filter(pk=reached.pk).update(told_at=None)

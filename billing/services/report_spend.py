"""What the calls of a report's days have cost, from the ledger.

The ledger keeps totals by the day of each number's own zone. Where the days of the
report begin at the same moments they are used as they are, which is quick whatever
the number of calls; else the charges of each call are added up.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import (
    DecimalField,
    F,
    Func,
    IntegerField,
    Q,
    QuerySet,
    Sum,
    Value,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from billing.core.causes import Cause
from billing.core.pricing import DOLLARS
from billing.core.report import NOTHING, Spend, WithoutPrice
from billing.core.report_period import DAY, Period, midnight
from billing.models import CallSheet, Charge, DayTotal
from billing.services import totals
from billing.services.report_calls import ALL, Wanted, calls_of, offered
from calls.reports import LocalDay

AMOUNT = DecimalField(max_digits=24, decimal_places=12)
GAPS = Func(F("gaps"), function="jsonb_array_length", output_field=IntegerField())


@dataclass(frozen=True, slots=True)
class Days:
    """The days that are asked about, and whether they are those of the totals."""

    period: Period
    wanted: Wanted
    as_kept: bool

    def totals(self) -> QuerySet[DayTotal]:
        found = DayTotal.objects.filter(
            day__gte=self.period.first, day__lte=self.period.last, currency=DOLLARS
        )
        if self.wanted.numbers:
            found = found.filter(number__in=self.wanted.numbers)
        if self.wanted.agent:
            found = found.filter(agent=self.wanted.agent)
        return found.order_by()

    def charges(self) -> list[QuerySet[Charge]]:
        """Of calls offered in the period, and those of no call by their own moment.

        Asked for in one, they would have the database look at every charge there is.
        """
        kept = Charge.objects.filter(currency=DOLLARS).order_by()
        of_calls = kept.filter(offered(self.period, self.wanted, "call__"))
        if self.wanted.agent:
            return [of_calls]
        others = kept.filter(
            call=None,
            day__range=(self.period.first - DAY, self.period.last + DAY),
            at__gte=self.period.starts_at,
            at__lt=self.period.ends_at,
        )
        if self.wanted.numbers:
            others = others.filter(number__in=self.wanted.numbers)
        return [of_calls, others]


def days_of(period: Period, wanted: Wanted = ALL) -> Days:
    """One query, for the zones of the lines that were called around these days."""
    around = replace(period, first=period.first - DAY, last=period.last + DAY)
    zones = calls_of(around, wanted).values_list("time_zone", flat=True).distinct()
    return Days(period, wanted, as_kept=same_days(period, zones))


def same_days(period: Period, zones: Iterable[str]) -> bool:
    """Whether days begin at the same moments there as by the report's own zone."""
    borders = [*period.dates(), period.last + DAY]
    own = [midnight(day, period.zone) for day in borders]
    return all(
        own == [midnight(day, name) for day in borders]
        for name in zones
        if name != period.zone
    )


def spend(days: Days) -> Spend:
    """One query, or six where the totals cannot be used."""
    return spend_of_totals(days) if days.as_kept else spend_of_charges(days)


def spend_of_totals(days: Days) -> Spend:
    rows = list(
        days.totals()
        .values("component", "cause")
        .annotate(
            money=Sum("amount"),
            guessed=Sum("estimated"),
            unpriced=Sum("gaps"),
            read=Sum("tokens_in"),
            cached=Sum("tokens_cached"),
        )
    )
    return Spend(
        total=sum((row["money"] for row in rows), NOTHING),
        estimated=sum((row["guessed"] for row in rows), NOTHING),
        unpriced=sum(row["unpriced"] for row in rows),
        cached_share=cached_share(rows),
        by_component=added_up(rows, "component"),
        by_cause=added_up(rows, "cause"),
    )


def spend_of_charges(days: Days) -> Spend:
    rows = [row for charges in days.charges() for row in by_component(charges)]
    return Spend(
        total=sum((row["money"] for row in rows), NOTHING),
        estimated=sum((row["guessed"] for row in rows), NOTHING),
        unpriced=sum(row["unpriced"] for row in rows),
        cached_share=cached_share(rows),
        by_component=added_up(rows, "component"),
        by_cause=causes_of(days),
    )


def by_component(charges: QuerySet[Charge]) -> list[dict[str, Any]]:
    """One query."""
    rows = charges.values("component").annotate(
        money=Sum("amount"),
        guessed=Sum("amount", filter=Q(estimated=True), default=NOTHING),
        unpriced=Sum(GAPS),
        read=Sum("tokens_in"),
        cached=Sum("tokens_cached"),
    )
    return [dict(row) for row in rows]


def causes_of(days: Days) -> dict[str, Decimal]:
    """A charge has one cause for all of it, or parts of several."""
    sums: dict[str, Decimal] = {}
    for charges in days.charges():
        whole = charges.filter(causes={}).values("cause").annotate(money=Sum("amount"))
        parts = [(row["cause"], row["money"]) for row in whole]
        divided = charges.exclude(causes={}).aggregate(
            **{
                cause.value: Sum(Cast(KeyTextTransform(cause.value, "causes"), AMOUNT))
                for cause in Cause
            }
        )
        for cause, amount in [*parts, *divided.items()]:
            if amount:
                sums[cause] = sums.get(cause, NOTHING) + amount
    return sums


def without_price(period: Period) -> tuple[WithoutPrice, ...]:
    """One query, on the prices that days keep. Of all lines: a price is missing for

    everybody.
    """
    return tuple(
        WithoutPrice(one.item, one.unit, one.why)
        for one in totals.without_price(period.first, period.last)
    )


def cached_share(rows: Sequence[Mapping[str, Any]]) -> Decimal | None:
    read = sum(row["read"] for row in rows)
    cached = sum(row["cached"] for row in rows)
    return Decimal(cached) / Decimal(read) if read else None


def added_up(rows: Sequence[Mapping[str, Any]], by: str) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for row in rows:
        sums[row[by]] = sums.get(row[by], NOTHING) + row["money"]
    return sums


def spend_by_day(days: Days) -> Mapping[date, Decimal]:
    """One query."""
    if days.as_kept:
        kept = days.totals().values("day").annotate(money=Sum("amount"))
        return {row["day"]: row["money"] for row in kept}
    there = LocalDay(Value(days.period.zone), "call__offered_at")
    of_calls = sheets(days.period, days.wanted)
    rows = of_calls.values(on=there).annotate(money=Sum("amount"))
    return {row["on"]: row["money"] for row in rows}


def spend_by_release(period: Period, wanted: Wanted = ALL) -> Mapping[int, Decimal]:
    """One query, of calls that are over."""
    rows = (
        sheets(period, wanted)
        .exclude(disposition="")
        .values("release")
        .annotate(money=Sum("amount"))
    )
    return {row["release"]: row["money"] for row in rows}


def sheets(period: Period, wanted: Wanted) -> QuerySet[CallSheet]:
    found = CallSheet.objects.filter(offered(period, wanted, "call__"))
    return found.filter(currency=DOLLARS).order_by()

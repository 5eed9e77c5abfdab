"""The ledger made anew from what is stored of calls, and days priced again.

Both write the entries of many calls at once, and add the totals up from them. They
happen in one transaction each: until it commits everybody sees the ledger as it was,
and if it fails nothing has happened. Meanwhile calls are not entered; they are when it
is over, and until then budgets stand where they stood.
"""

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Max, Min, QuerySet, Sum

from billing import workers
from billing.core.reading import NOTHING
from billing.models import CallSheet, Charge, DayPrice, RePricing
from billing.services import numbers, total_rows
from billing.services.circumstances import test_callers
from billing.services.day_prices import DayPrices
from billing.services.ledger import LEDGER_LOCK
from billing.services.rebuild_batches import (
    Piece,
    Written,
    work_out,
    work_out_apart,
)
from calls.models import Call, Usage

CALLS_A_BATCH = 1000
BEGINNING, END = date(1900, 1, 1), date(9999, 12, 31)
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """`charges` are those of all calls and numbers; `usage` the rows read for them."""

    calls: int
    usage: int
    charges: int
    before: Decimal
    after: Decimal


def quietly(done: int, of: int) -> None:
    pass


@transaction.atomic
def rebuild(
    now: datetime, progress: Progress = quietly, *, processes: int = 1
) -> Rebuilt:
    """All of it, at the prices that its days were charged with."""
    lock_alone()
    before = sum_of(Charge.objects.all())
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM billing_charge")
        cursor.execute("DELETE FROM billing_callsheet")
    calls = write_calls(Call.objects.all(), now, progress, processes)
    numbers.charge_months()
    total_rows.add_up_anew(BEGINNING, END)
    return Rebuilt(
        calls=calls,
        usage=Usage.objects.count(),
        charges=Charge.objects.count(),
        before=before,
        after=sum_of(Charge.objects.all()),
    )


def lock_alone() -> None:
    """Waits for those who are entering calls."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LEDGER_LOCK])


def sum_of(charges: QuerySet[Charge]) -> Decimal:
    found: Decimal | None = charges.aggregate(sum=Sum("amount"))["sum"]
    return found or NOTHING


def write_calls(
    calls: QuerySet[Call], now: datetime, progress: Progress, processes: int = 1
) -> int:
    """Nothing of these calls may stand in the ledger."""
    of, done = calls.count(), 0
    for written in worked_out(pieces(calls, now), processes):
        written.copy()
        done += written.calls
        progress(done, of)
    return done


def worked_out(asked: Iterable[Piece], processes: int) -> Iterator[Written]:
    """Helpers see only what was committed before the rebuild began."""
    if processes > 1:
        with workers.helpers(processes) as pool:
            yield from workers.in_order(pool, processes, work_out_apart, asked)
        return
    prices, testers = DayPrices(), test_callers()
    with collecting_between_batches():
        for piece in asked:
            yield work_out(piece, prices, testers)
            gc.collect()


@contextmanager
def collecting_between_batches() -> Iterator[None]:
    """A batch makes a hundred thousand objects that nearly all go away by themselves.

    The collector would look through them, and through all of Django, again and again;
    so it leaves alone what was there before and is called once a batch.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        if was_enabled:
            gc.enable()


def pieces(calls: QuerySet[Call], now: datetime) -> Iterator[Piece]:
    """By key, so that memory holds few calls and a long list is read once."""
    last = 0
    while True:
        rows = calls.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)
        keys = list(rows[:CALLS_A_BATCH])
        if not keys:
            return
        yield Piece(keys, now)
        last = keys[-1]


@dataclass(frozen=True, slots=True)
class Wish:
    """To price days again, both included, at the price list as it is now."""

    first: date
    last: date
    why: str
    asked_by: str


@transaction.atomic
def price_again(wish: Wish, now: datetime, progress: Progress = quietly) -> RePricing:
    lock_alone()
    of_days = Charge.objects.filter(day__range=(wish.first, wish.last))
    before, charges = sum_of(of_days), of_days.count()
    concerned = list(
        of_days.exclude(call=None)
        .order_by()
        .values_list("call_id", flat=True)
        .distinct()
    )
    DayPrice.objects.filter(day__range=(wish.first, wish.last)).delete()
    with connection.cursor() as cursor:
        for table in ("billing_charge", "billing_callsheet"):
            cursor.execute(f"DELETE FROM {table} WHERE call_id = ANY(%s)", [concerned])
    write_calls(Call.objects.filter(pk__in=concerned), now, progress)
    numbers.charge_months(wish.first, wish.last)
    days = CallSheet.objects.filter(pk__in=concerned).aggregate(
        a=Min("day"), b=Max("day")
    )
    total_rows.add_up_anew(
        min(days["a"] or wish.first, wish.first), max(days["b"] or wish.last, wish.last)
    )
    return RePricing.objects.create(
        first_day=wish.first,
        last_day=wish.last,
        why=wish.why,
        asked_by=wish.asked_by,
        at=now,
        before=before,
        after=sum_of(of_days.all()),
        currency="USD",
        charges=charges,
    )

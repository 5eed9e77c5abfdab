"""The ledger made anew from what is stored of calls, and days priced again.

Both write the entries of many calls at once, and add the totals up from them. They
happen in one transaction each: until it commits everybody sees the ledger as it was,
and if it fails nothing has happened. Meanwhile calls are not entered; they are when it
is over, and until then budgets stand where they stood.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

import orjson
from django.db import connection, transaction
from django.db.models import Max, Min, QuerySet, Sum

from billing.core.reading import NOTHING
from billing.models import CallSheet, Charge, DayPrice, RePricing
from billing.services import numbers, total_rows
from billing.services.circumstances import TestCallers, test_callers
from billing.services.day_prices import DayPrices
from billing.services.entries import Entry
from billing.services.ledger import LEDGER_LOCK, NEEDED, SHEET_COLUMNS, WorkedOut
from calls.models import Call, Usage

CALLS_A_BATCH = 1000
BATCHES_A_COLLECTION = 20
BEGINNING, END = date(1900, 1, 1), date(9999, 12, 31)
FURTHEST_ZONE = timedelta(days=1)
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
def rebuild(now: datetime, progress: Progress = quietly) -> Rebuilt:
    """All of it, at the prices that its days were charged with."""
    lock_alone()
    before = sum_of(Charge.objects.all())
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM billing_charge")
        cursor.execute("DELETE FROM billing_callsheet")
    calls = write_calls(Call.objects.all(), now, progress)
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


def write_calls(calls: QuerySet[Call], now: datetime, progress: Progress) -> int:
    """Nothing of these calls may stand in the ledger."""
    prices, testers = DayPrices(), test_callers()
    of, done = calls.count(), 0
    with collecting_rarely() as collect:
        for batch in batches(calls):
            write_batch(batch, now, prices, testers)
            done += len(batch)
            progress(done, of)
            collect()
    return done


@contextmanager
def collecting_rarely() -> Iterator[Callable[[], None]]:
    """A batch makes a hundred thousand objects that all go away by themselves; the
    collector would look through them, and through all of Django, again and again.
    """
    batches_since = 0

    def collect() -> None:
        nonlocal batches_since
        batches_since += 1
        if batches_since >= BATCHES_A_COLLECTION:
            gc.collect()
            batches_since = 0

    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield collect
    finally:
        if was_enabled:
            gc.enable()


def batches(calls: QuerySet[Call]) -> Iterator[list[Call]]:
    """By key, so that memory holds one batch and a long list is read once."""
    last = 0
    while True:
        rows = calls.filter(pk__gt=last).order_by("pk").only(*NEEDED)
        batch = list(rows[:CALLS_A_BATCH])
        if not batch:
            return
        yield batch
        last = batch[-1].pk


def write_batch(
    calls: list[Call], now: datetime, prices: DayPrices, testers: TestCallers
) -> None:
    worked_out = WorkedOut(calls, now, prices, testers)
    copy_rows(
        "billing_callsheet",
        ["call_id", *SHEET_COLUMNS],
        ([s.pk, *(getattr(s, c) for c in SHEET_COLUMNS)] for s in worked_out.sheets),
    )
    entries = (e for those in worked_out.entries.values() for e in those)
    copy_rows("billing_charge", list(Entry._fields), map(row_of, entries))


def row_of(entry: Entry) -> list[object]:
    row: list[object] = list(entry)
    for place in JSON_PLACES:
        if row[place] is not None:
            row[place] = orjson.dumps(row[place]).decode()
    return row


JSON_PLACES = [
    Entry._fields.index(name) for name in ("lines", "gaps", "causes", "figures")
]


def copy_rows(table: str, columns: list[str], rows: Iterator[list[object]]) -> None:
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        statement = f"COPY {table} ({names}) FROM STDIN"
        with cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)


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

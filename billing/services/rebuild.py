"""The ledger made anew from what is stored of calls.

It goes through the calls a thousand at a time, each thousand in a transaction of its
own, and corrects what stands for them; then it adds the totals up, a day at a time.
Calls that go on are entered meanwhile as always: whoever enters a call has its sheet
alone, so each call's charges are always those of one of the two. A rebuild that was
broken off is begun again from the start; until then totals may differ from charges.
"""

import gc
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet, Sum

from billing import workers
from billing.core.reading import NOTHING
from billing.models import Charge
from billing.services import numbers, total_rows
from billing.services.circumstances import test_callers
from billing.services.day_prices import DayPrices
from billing.services.locks import lock_alone
from billing.services.rebuild_batches import Piece, enter_anew
from calls.models import Call, Usage

CALLS_A_BATCH = 1000
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


def rebuild(
    now: datetime,
    progress: Progress = quietly,
    *,
    processes: int = 1,
    batch: int = CALLS_A_BATCH,
) -> Rebuilt:
    """All of it, at the prices that its days were charged with."""
    before = sum_of(Charge.objects.all())
    keys = Call.objects.order_by("pk").values_list("pk", flat=True)
    calls = array("q", keys.iterator(chunk_size=10_000))
    done = 0
    for entered in entered_anew(pieces(calls, now, processes, batch), processes):
        done += entered
        progress(done, len(calls))
    with transaction.atomic():
        lock_alone()
        Charge.objects.filter(call=None).delete()
        numbers.charge_months()
    total_rows.take_stock()
    for day in total_rows.days():
        total_rows.add_up_anew(day)
    return Rebuilt(
        calls=done,
        usage=Usage.objects.count(),
        charges=Charge.objects.count(),
        before=before,
        after=sum_of(Charge.objects.all()),
    )


def sum_of(charges: QuerySet[Charge]) -> Decimal:
    found: Decimal | None = charges.aggregate(sum=Sum("amount"))["sum"]
    return found or NOTHING


def pieces(
    calls: Sequence[int],
    now: datetime,
    processes: int = 1,
    batch: int = CALLS_A_BATCH,
) -> Iterator[Piece]:
    """Each process gets calls of other days than the others do.

    Of two who need the price of a new day at once, one would wait for the other.
    """
    starts = range(0, len(calls), batch)
    apart = -(-len(starts) // processes)
    for place in range(apart):
        for start in starts[place::apart]:
            yield Piece(list(calls[start : start + batch]), now)


def entered_anew(asked: Iterable[Piece], processes: int) -> Iterator[int]:
    """How many calls of each piece there still were, in their order.

    Helpers see only what was committed before.
    """
    if processes > 1:
        with workers.helpers(processes) as work:
            yield from map(int, work(piece.told() for piece in asked))
        return
    prices, testers = DayPrices(), test_callers()
    with collecting_between_batches():
        for piece in asked:
            yield enter_anew(piece, prices, testers)
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

"""Days priced again, at the price list as it is now, because somebody asked for it.

A month of many calls takes longer than a task may, so it goes in steps, and each step
goes on where the last one ended. First the days take the new prices; then all calls
with charges on these days are entered anew, at most a thousand in one transaction, and
how far it has come is noted in their order; then the totals are added up, a day at a
time. Entering a call twice changes nothing, so neither does a step that is lost or done
twice. Calls that go on are entered meanwhile as always, at the new prices.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from time import monotonic

from django.db import connection, transaction
from django.db.models import Count, F, Sum

from billing.core.reading import NOTHING
from billing.models import Charge, RePricing
from billing.services import numbers, total_rows
from billing.services.day_prices import take_new_prices
from billing.services.locks import lock_alone
from billing.services.rebuild import (
    CALLS_A_BATCH,
    Progress,
    entered_anew,
    pieces,
    quietly,
    sum_of,
)
from billing.services.rebuild_batches import Piece

NEVER = float("inf")
WORTH_A_HELPER = 4
# A step that has not moved for so long was lost. Longer than any step may take.
LOST_AFTER = timedelta(minutes=4)
CONCERNED = """
SELECT DISTINCT call_id FROM billing_charge
WHERE day BETWEEN %s AND %s AND call_id > %s ORDER BY call_id
"""
LOCAL_DAYS = """
SELECT min(day), max(day) FROM billing_callsheet WHERE call_id IN (
    SELECT call_id FROM billing_charge WHERE day BETWEEN %s AND %s)
"""


@dataclass(frozen=True, slots=True)
class Wish:
    """To price days again, both included, at the price list as it is now."""

    first: date
    last: date
    why: str
    asked_by: str


def ask(wish: Wish, now: datetime) -> RePricing:
    return RePricing.objects.create(
        first_day=wish.first,
        last_day=wish.last,
        why=wish.why,
        asked_by=wish.asked_by,
        at=now,
        moved_at=now,
    )


def price_again(
    wish: Wish, now: datetime, progress: Progress = quietly, *, processes: int = 1
) -> RePricing:
    """All steps at once."""
    asked = ask(wish, now)
    step(asked.pk, now, progress=progress, processes=processes)
    return RePricing.objects.get(pk=asked.pk)


def lost(now: datetime) -> list[int]:
    unfinished = RePricing.objects.filter(finished_at=None)
    unfinished = unfinished.filter(moved_at__lt=now - LOST_AFTER)
    return list(unfinished.order_by("pk").values_list("pk", flat=True))


def step(
    key: int,
    now: datetime,
    *,
    until: float = NEVER,
    clock: Callable[[], float] = monotonic,
    progress: Progress = quietly,
    processes: int = 1,
    batch: int = CALLS_A_BATCH,
) -> bool:
    """True when all is done, False when it is time to go on in another step.

    What is begun before the clock says `until` is ended.
    """
    asked = begin(key, now)
    if asked.finished_at is not None:
        return True
    todo = list(pieces(concerned(asked), now, batch=batch))
    in_time = itertools.takewhile(lambda _: clock() < until, todo)
    # A helper first takes a second to wake up.
    processes = max(1, min(processes, len(todo) // WORTH_A_HELPER))
    ended = 0
    for piece, _ in zip(todo, entered_anew(in_time, processes), strict=False):
        ended += 1
        progress(note_entered(key, piece), asked.calls)
    if ended < len(todo):
        return False
    for day in total_rows.days(*local_days(asked)):
        if asked.last_added is None or day > asked.last_added:
            if clock() >= until:
                return False
            add_up(key, day, now)
    finish(key, now)
    return True


@transaction.atomic
def begin(key: int, now: datetime) -> RePricing:
    """Once. Nobody charges anything while the days take new prices."""
    lock_alone()
    asked = RePricing.objects.select_for_update().get(pk=key)
    if asked.before is not None:
        return asked
    take_room()
    charges = Charge.objects.filter(day__range=asked.days)
    found = charges.aggregate(
        sum=Sum("amount"), charges=Count("pk"), calls=Count("call", distinct=True)
    )
    asked.before, asked.charges = found["sum"] or NOTHING, found["charges"]
    asked.calls, asked.moved_at = found["calls"], now
    asked.save()
    take_new_prices(*asked.days)
    numbers.charge_months(*asked.days)
    return asked


def take_room() -> None:
    """Until the transaction ends. With the few megabytes that are usual, the charges of

    a month do not fit, and the database reads those of all months instead.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")


@transaction.atomic
def concerned(asked: RePricing) -> list[int]:
    take_room()
    with connection.cursor() as cursor:
        cursor.execute(CONCERNED, [*asked.days, asked.last_call])
        return [call for (call,) in cursor.fetchall()]


def note_entered(key: int, piece: Piece) -> int:
    """How many calls are done by now. Who comes second with a piece counts nothing."""
    last = piece.calls[-1]
    RePricing.objects.filter(pk=key, last_call__lt=last).update(
        last_call=last,
        moved_at=piece.now,
        calls_done=F("calls_done") + len(piece.calls),
    )
    return RePricing.objects.values_list("calls_done", flat=True).get(pk=key)


@transaction.atomic
def local_days(asked: RePricing) -> tuple[date, date]:
    """Days of calls whose charges are of these days of UTC."""
    take_room()
    with connection.cursor() as cursor:
        cursor.execute(LOCAL_DAYS, asked.days)
        first, last = cursor.fetchone() or (None, None)
    return min(first or asked.first_day, asked.first_day), max(
        last or asked.last_day, asked.last_day
    )


def add_up(key: int, day: date, now: datetime) -> None:
    total_rows.add_up_anew(day)
    RePricing.objects.filter(pk=key).update(last_added=day, moved_at=now)


@transaction.atomic
def finish(key: int, now: datetime) -> None:
    take_room()
    asked = RePricing.objects.get(pk=key)
    asked.after = sum_of(Charge.objects.filter(day__range=asked.days))
    asked.finished_at = now
    asked.save()

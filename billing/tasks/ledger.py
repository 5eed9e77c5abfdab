"""Keeping the ledger. A run that is lost is made good by the next one."""

from time import monotonic

from celery import shared_task
from django.utils import timezone

from billing.services import keeping, numbers, repricing
from calls.tasks import enqueue

# A task may run for a minute and a half; a step ends what it has begun.
STEP_SECONDS = 40.0
# One works out what the database is writing for the other.
THREADS = 2


@shared_task
def keep_ledger() -> None:
    """Every five seconds: what calls have used since."""
    keeping.keep(timezone.now())


@shared_task
def tidy_ledger() -> None:
    """Every few minutes: numbers of the month, prices that were missing, lost work."""
    now = timezone.now()
    for asked in repricing.lost(now):
        enqueue(price_days_again, asked)
    numbers.note_month(now.date())
    keeping.fill_gaps(now)


@shared_task
def price_days_again(
    asked: int, seconds: float = STEP_SECONDS, threads: int = THREADS
) -> None:
    """As much of it as one task has time for; the next one goes on."""
    until = monotonic() + seconds
    if not repricing.step(asked, timezone.now(), until=until, threads=threads):
        enqueue(price_days_again, asked)

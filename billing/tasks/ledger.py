"""Keeping the ledger. A run that is lost is made good by the next one."""

from time import monotonic

from celery import shared_task
from django.utils import timezone

from billing.services import keeping, numbers, repricing
from calls.tasks import enqueue

# A task may run for a minute and a half; a step ends what it has begun.
STEP_SECONDS = 40.0
PROCESSES = 2


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
def price_days_again(asked: int, seconds: float = STEP_SECONDS) -> None:
    """As much of it as one task has time for; the next one goes on."""
    until = monotonic() + seconds
    now = timezone.now()
    if not repricing.step(asked, now, until=until, processes=PROCESSES):
        enqueue(price_days_again, asked)

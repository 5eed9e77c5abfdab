"""Keeping the ledger. A run that is lost is made good by the next one."""

from celery import shared_task
from django.utils import timezone

from billing.services import keeping, numbers


@shared_task
def keep_ledger() -> None:
    """Every five seconds: what calls have used since."""
    keeping.keep(timezone.now())


@shared_task
def tidy_ledger() -> None:
    """Every few minutes: numbers of the month, and prices that were missing."""
    now = timezone.now()
    numbers.note_month(now.date())
    keeping.fill_gaps(now)

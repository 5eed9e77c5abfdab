"""Keeping the ledger. A run that is lost is made good by the next one."""

from datetime import date

from celery import shared_task
from django.utils import timezone

from billing.services import keeping, numbers
from billing.services.rebuild import Wish, price_again


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


@shared_task
def price_days_again(first: str, last: str, why: str, asked_by: str) -> None:
    """Days as in 2026-11-22. Repeated it would find nothing to change."""
    days = date.fromisoformat(first), date.fromisoformat(last)
    price_again(Wish(*days, why, asked_by), timezone.now())

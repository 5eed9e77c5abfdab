"""Holding the ledger against the providers' own figures, every night.

The last days are compared again: prices of calls and usage records come late.
"""

import logging
from datetime import date, timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from billing.core.units import Provider
from billing.services import reconciling
from calls.errors import ProviderError
from calls.providers import openai_costs
from calls.providers.twilio import rest
from calls.providers.twilio.bills import Bills
from calls.tasks import enqueue

logger = logging.getLogger(__name__)

DAYS_COMPARED = 4
MOST_TRIES = 8
PAUSE_SECONDS = 100  # below the broker's visibility timeout


@shared_task
def compare_bills() -> None:
    today = timezone.now().date()
    for days_ago in range(1, DAYS_COMPARED + 1):
        day = (today - timedelta(days=days_ago)).isoformat()
        for provider in Provider:
            enqueue(compare_bill, provider.value, day)


@shared_task
def compare_bill(provider: str, day: str, tries: int = 0) -> None:
    """Tried again while the provider cannot be reached."""
    try:
        compare_now(Provider(provider), date.fromisoformat(day))
    except ProviderError as error:
        logger.warning(
            "a bill could not be fetched",
            extra={"provider": provider, "day": day, "code": error.code},
        )
        if error.retryable and tries + 1 < MOST_TRIES:
            enqueue(compare_bill, provider, day, tries + 1, countdown=PAUSE_SECONDS)


def compare_now(provider: Provider, day: date) -> bool:
    """False where we have no key for it. Raises ProviderError."""
    if provider is Provider.TWILIO:
        return compare_carrier(day)
    return compare_models(day)


def compare_carrier(day: date) -> bool:
    bills = Bills(
        rest.Account(
            settings.TWILIO_ACCOUNT_SID,
            settings.TWILIO_AUTH_TOKEN,
            settings.TWILIO_API_BASE_URL,
        )
    )
    bill = reconciling.carrier_bill(bills.usage(day))
    legs = list(bills.legs(day))
    now = timezone.now()
    reconciling.keep_leg_lengths(legs, now)
    reconciling.keep_leg_prices(legs, now)
    reconciling.keep_comparison(Provider.TWILIO, day, bill, now)
    return True


def compare_models(day: date) -> bool:
    if not settings.OPENAI_ADMIN_KEY:
        return False
    account = openai_costs.Account(
        settings.OPENAI_ADMIN_KEY,
        settings.OPENAI_BASE_URL,
        settings.OPENAI_PROJECT_ID,
    )
    bill = reconciling.model_bill(openai_costs.costs_of(account, day))
    reconciling.keep_comparison(Provider.OPENAI, day, bill, timezone.now())
    return True

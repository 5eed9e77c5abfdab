"""Holds the ledger against the providers' bills of one day, now."""

from argparse import ArgumentParser
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from billing.core import money_words
from billing.core.units import Provider
from billing.models import Reconciliation
from billing.services.reconciling import NAMES
from billing.tasks.bills import compare_now
from calls.errors import ProviderError


class Command(BaseCommand):
    help = "Compare our figures of a day with what Twilio and OpenAI say of it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--date", help="a day of UTC, as in 2026-11-20; yesterday if left out"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        day = day_of(options["date"])
        for provider in Provider:
            try:
                done = compare_now(provider, day)
            except ProviderError as error:
                raise CommandError(f"{NAMES[provider]}: {error}") from None
            if not done:
                self.stdout.write(f"{NAMES[provider]}: there is no key for its bill.")
                continue
            self.stdout.write(f"{NAMES[provider]}, {day:%d %b %Y}")
            for row in Reconciliation.objects.filter(day=day, provider=provider):
                self.stdout.write(f"  {words_of(row)}")


def day_of(text: str | None) -> date:
    if not text:
        return timezone.now().date() - timedelta(days=1)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"“{text}” is no day; write it as 2026-11-20.") from None


def words_of(row: Reconciliation) -> str:
    ours, theirs = (
        "nothing" if amount is None else money_words.money(amount, row.currency)
        for amount in (row.ours, row.theirs)
    )
    return f"{row.item}: ours {ours}, theirs {theirs}"

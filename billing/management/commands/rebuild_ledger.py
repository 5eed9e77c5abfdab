"""Makes the ledger of costs anew from what is stored of calls."""

import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from billing.core import money_words
from billing.services.rebuild import rebuild

SHOWN_EVERY_S = 0.5


class Command(BaseCommand):
    help = (
        "Make the ledger of costs anew from the stored usage, callbacks and journals "
        "of all calls. Days keep the prices that they were charged with, so the sums "
        "come out the same; run it when they are in doubt, or after restoring a "
        "database. Calls go on meanwhile, and are entered when it is done."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--processes",
            type=int,
            default=1,
            help="how many processes work on it; as many as there are processors",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        began = self._shown_at = time.monotonic()
        done = rebuild(timezone.now(), self.show, processes=options["processes"])
        seconds = max(time.monotonic() - began, 0.001)
        self.stdout.write(
            f"Entered {done.calls:,} calls with {done.usage:,} rows of usage in "
            f"{seconds:.1f} s ({done.usage / seconds:,.0f} rows a second)."
        )
        before = money_words.money(done.before, "USD")
        after = money_words.money(done.after, "USD")
        self.stdout.write(
            f"All of it is {after}, as before."
            if done.before == done.after
            else f"All of it was {before} and is {after} now."
        )

    def show(self, done: int, of: int) -> None:
        now = time.monotonic()
        if not sys.stderr.isatty() or now - self._shown_at < SHOWN_EVERY_S:
            return
        self._shown_at = now
        self.stderr.write(f"\r{done:,} of {of:,} calls", ending="")

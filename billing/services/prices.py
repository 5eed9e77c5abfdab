"""The price list, in and out of its table."""

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from django.db import transaction

from billing.core.price_file import read_prices
from billing.core.pricing import DOLLARS, PriceList
from billing.models import Price
from routing.services import audit

# What both providers listed on that day. A migration puts it into a new table; later
# lists come as further files with migrations of their own.
SHIPPED = Path(__file__).resolve().parent.parent / "prices" / "2026-11-22.csv"


def load_prices(path: Path = SHIPPED) -> int:
    """As `load_lines`; says how many were added."""
    with path.open(encoding="utf-8", newline="") as lines:
        return load_lines(lines)[0]


@transaction.atomic
def load_lines(lines: Iterable[str]) -> tuple[int, int]:
    """Add the prices that are not there yet: how many were added, how many known.

    A price that is there already stays as it is: somebody may have corrected it.
    Raises BadPriceFile, and then adds none.
    """
    entries = read_prices(lines)
    before = set(Price.objects.values_list("pk", flat=True))
    rows = [Price(**asdict(entry)) for entry in entries]
    Price.objects.bulk_create(rows, ignore_conflicts=True)
    added = list(Price.objects.exclude(pk__in=before))
    audit.note_added(added)
    return len(added), len(entries) - len(added)


def price_list(currency: str = DOLLARS) -> PriceList:
    """One query."""
    return PriceList((price.entry() for price in Price.objects.all()), currency)

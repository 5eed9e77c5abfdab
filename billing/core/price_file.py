"""A price list as a CSV file, one price a line."""

import csv
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from billing.core.errors import BadPriceFile
from billing.core.pricing import PriceEntry
from billing.core.units import CARRIER_ITEMS, Provider, Unit, provider_of

COLUMNS = (
    "provider",
    "item",
    "unit",
    "amount",
    "per",
    "currency",
    "valid_from",
    "source",
    "note",
)
MOST_AMOUNT = Decimal(10**6)
RAW: Mapping[str, str] = {}
Word = TypeVar("Word", Provider, Unit)


def read_prices(lines: Iterable[str]) -> list[PriceEntry]:
    """All prices, or `BadPriceFile` with everything that is wrong."""
    reader = csv.DictReader(lines, restval="", strict=True)
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise BadPriceFile([f"Line 1: the columns must be {', '.join(COLUMNS)}."])
    entries: dict[tuple[object, ...], PriceEntry] = {}
    mistakes: list[str] = []
    try:
        for row in reader:
            try:
                entry = entry_of(row)
            except ValueError as mistake:
                mistakes.append(f"Line {reader.line_num}: {mistake}")
                continue
            if key_of(entry) in entries:
                mistakes.append(f"Line {reader.line_num}: repeats an earlier price.")
            entries[key_of(entry)] = entry
    except csv.Error as error:
        mistakes.append(f"After line {reader.line_num}: {error}.")
    if mistakes:
        raise BadPriceFile(mistakes)
    return list(entries.values())


def key_of(entry: PriceEntry) -> tuple[object, ...]:
    named = (entry.provider, entry.item, entry.unit)
    return (*named, entry.currency, entry.valid_from)


def entry_of(row: dict[str, str]) -> PriceEntry:
    if None in row:
        raise ValueError("has more values than there are columns.")
    provider, unit = known(Provider, row["provider"]), known(Unit, row["unit"])
    check_fit(provider, row["item"], unit)
    currency = row["currency"]
    if not (len(currency) == 3 and currency.isascii() and currency.isupper()):
        raise ValueError(f"“{currency}” is not a currency such as USD.")
    return PriceEntry(
        provider=provider.value,
        item=row["item"],
        unit=unit.value,
        amount=amount(row["amount"]),
        per=whole_number(row["per"]),
        currency=currency,
        valid_from=day(row["valid_from"]),
        source=row["source"],
        note=row["note"],
    )


class Misfit(ValueError):
    """Provider, item and unit do not go together; `field` is the one to change."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


def check_fit(
    provider: Provider, item: str, unit: Unit, shown: Mapping[str, str] = RAW
) -> None:
    """A price under a name that nothing is ever counted under would go unnoticed.

    `shown` are the words for providers and units, where they are not shown raw.
    """
    if not item:
        raise Misfit("item", "names no item.")
    if provider_of(unit) is not provider:
        names = shown.get(provider, provider), shown.get(unit, unit)
        raise Misfit("unit", "{} does not charge by {}.".format(*names))
    if provider is Provider.TWILIO:
        carrier_item = CARRIER_ITEMS.get(item)
        if carrier_item is None:
            known_ones = ", ".join(CARRIER_ITEMS)
            raise Misfit("item", f"“{item}” is not one of {known_ones}.")
        if carrier_item.unit is not unit:
            by = shown.get(carrier_item.unit, carrier_item.unit)
            raise Misfit("unit", f"{item} is charged by {by}.")


def known(words: type[Word], value: str) -> Word:
    try:
        return words(value)
    except ValueError:
        raise ValueError(f"“{value}” is not one of {', '.join(words)}.") from None


def amount(value: str) -> Decimal:
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise ValueError(f"“{value}” is not an amount.") from None
    if not number.is_finite() or number < 0 or number >= MOST_AMOUNT:
        raise ValueError(f"“{value}” is not an amount from 0 to below {MOST_AMOUNT}.")
    if number != round(number, 6):
        raise ValueError(f"“{value}” has more than six decimal places.")
    return number


def whole_number(value: str) -> int:
    if not (value.isascii() and value.isdecimal() and 0 < int(value) < 2**31):
        raise ValueError(f"“{value}” is not a whole number above 0.")
    return int(value)


def day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"“{value}” is not a day such as 2026-01-01.") from None

"""The prices of days on which something was charged: kept, so that they stay."""

from collections.abc import Iterable
from datetime import date, timedelta

from billing.core.pricing import PriceEntry, PriceList
from billing.core.reading import Why
from billing.core.units import Unit
from billing.models import DayPrice
from billing.services.prices import price_list

Found = PriceEntry | Why
Key = tuple[date, str, str, str]
A_DAY = timedelta(days=1)


class DayPrices:
    """`billing.core.pricing.Prices` that answers for a day as it was priced before.

    What a day has no price of yet is looked up in the list as it is now. `keep` makes
    these answers the day's own; it must run before anything is stored that was
    charged by them.
    """

    def __init__(self, prices: PriceList | None = None) -> None:
        self._list = prices or price_list()
        self.currency = self._list.currency
        self._kept: dict[Key, Found] = {}
        self._fresh: dict[Key, Found] = {}
        self._days: set[date] = set()

    def find(self, provider: str, item: str, unit: Unit, day: date) -> Found:
        key = (day, provider, item, unit)
        found = self._kept.get(key)
        if found is None:
            if day not in self._days:
                self._load(day)
                return self.find(provider, item, unit, day)
            found = self._list.find(provider, item, unit, day)
            self._kept[key] = self._fresh[key] = found
        return found

    def _load(self, day: date) -> None:
        """With the days beside it: many a call goes on past midnight of UTC."""
        days = {day - A_DAY, day, day + A_DAY} - self._days
        self._days |= days
        self._kept.update({key_of(row): found_of(row) for row in of_days(days)})

    def keep(self) -> bool:
        """False if somebody else was quicker: then ask for everything again."""
        fresh, self._fresh = self._fresh, {}
        if not fresh:
            return True
        rows = [row_of(key, found, self.currency) for key, found in fresh.items()]
        rows.sort(key=lambda row: key_of(row))
        DayPrice.objects.bulk_create(rows, ignore_conflicts=True)
        days = {day for day, *_ in fresh}
        stored = {key_of(row): found_of(row) for row in of_days(days)}
        self._kept.update(stored)
        return all(same(stored[key], found) for key, found in fresh.items())


def take_new_prices(first: date, last: date) -> None:
    """The days get the prices that the list has for them now. Both included."""
    prices = price_list()
    old = [key_of(row) for row in DayPrice.objects.filter(day__range=(first, last))]
    new = []
    for day, provider, item, unit in old:
        found = prices.find(provider, item, Unit(unit), day)
        new.append(row_of((day, provider, item, unit), found, prices.currency))
    DayPrice.objects.filter(day__range=(first, last)).delete()
    DayPrice.objects.bulk_create(new)


def of_days(days: Iterable[date]) -> Iterable[DayPrice]:
    return DayPrice.objects.filter(day__in=list(days))


def key_of(row: DayPrice) -> Key:
    return (row.day, row.provider, row.item, row.unit)


def found_of(row: DayPrice) -> Found:
    if row.amount is None or row.valid_from is None:
        return Why(row.why)
    return PriceEntry(
        provider=row.provider,
        item=row.item,
        unit=row.unit,
        amount=row.amount,
        per=row.per,
        currency=row.currency,
        valid_from=row.valid_from,
    )


def row_of(key: Key, found: Found, currency: str) -> DayPrice:
    day, provider, item, unit = key
    row = DayPrice(day=day, provider=provider, item=item, unit=unit, currency=currency)
    if isinstance(found, Why):
        row.why = found.value
    else:
        row.amount, row.per = found.amount, found.per
        row.valid_from = found.valid_from
    return row


def same(one: Found, other: Found) -> bool:
    if isinstance(one, Why) or isinstance(other, Why):
        return one == other
    return (one.amount, one.per) == (other.amount, other.per)

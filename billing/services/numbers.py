"""What the carrier charges for having numbers: once for each month of each number."""

from datetime import UTC, date, datetime

from django.db import transaction

from billing.core.charges import Item, charge_call
from billing.core.units import Provider
from billing.models import Charge, NumberMonth
from billing.services import total_rows
from billing.services.day_prices import DayPrices
from billing.services.entries import Concern, Totals, count, entry_of
from billing.services.locks import share_lock
from calls.core.meter import Measured
from routing.models import PhoneNumber


@transaction.atomic
def note_month(today: date) -> int:
    """Every number that is ours in this month, once; how many were not noted yet."""
    share_lock()
    month = today.replace(day=1)
    numbers = PhoneNumber.objects.values_list("e164", flat=True)
    rows = [NumberMonth(number=number, month=month) for number in numbers]
    before = NumberMonth.objects.count()
    NumberMonth.objects.bulk_create(rows, ignore_conflicts=True)
    new = NumberMonth.objects.count() - before
    moved = charge_months()
    total_rows.add_money(moved)
    return new


def charge_months(first: date | None = None, last: date | None = None) -> Totals:
    """Enters what is not entered, and says by how much that moves the totals.

    With days, what stands for months that begin in them is entered anew.
    """
    if first is not None and last is not None:
        Charge.objects.filter(call=None, day__range=(first, last)).delete()
    standing = set(Charge.objects.filter(call=None).values_list("key", flat=True))
    items = {}
    for row in NumberMonth.objects.all():
        item = item_of(row)
        if item.key not in standing:
            items[item.key] = (row.number, item)
    prices = DayPrices()
    entries = []
    while True:
        for number, item in items.values():
            (charge,) = charge_call([item], prices)
            entries.append(entry_of(charge, prices.currency, call=None, number=number))
        if prices.keep():
            break
        entries = []
    Charge.objects.bulk_create(Charge(**entry._asdict()) for entry in entries)
    moved: Totals = {}
    for entry in entries:
        count(moved, [entry], Concern(entry.day, entry.number), 1)
    return moved


def item_of(row: NumberMonth) -> Item:
    at = datetime.combine(row.month, datetime.min.time(), UTC)
    measured = Measured(Provider.TWILIO.value, "number", {"months": 1}, at)
    return Item(f"number:{row.number}:{row.month:%Y-%m}", measured)

"""Which calls have something new to enter, and entering them.

Every few seconds this looks at calls that are not settled in the ledger yet, and at
the newest usage and callbacks, which may concern calls that are. Rows may become
visible a little out of the order of their ids, so the last ones are looked at again.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import Exists, Max, OuterRef, Q

from billing.core.reading import Why
from billing.core.units import Unit
from billing.models import CallSheet, Charge, DayPrice, LedgerMark
from billing.services.ledger import enter
from billing.services.prices import price_list
from calls.models import Call, Callback, HandoffAttempt, Usage

LOOKED_AT_AGAIN = 2000
MOST_AT_A_TIME = 5000
RECENT = timedelta(seconds=30)
# A gap of a day longer ago is filled when somebody asks for these days to be priced
# again; nobody wants last year's figures to move by themselves.
GAPS_FILLED_FOR = timedelta(days=62)


def keep(now: datetime) -> int:
    """Enters whatever is new; how many calls were looked at."""
    found = new_calls() | unsettled() | with_new_usage() | with_new_callbacks(now)
    return enter(found, now)


def new_calls() -> set[int]:
    def without_sheet(above: int, most: int) -> set[int]:
        rows = Call.objects.filter(pk__gt=above, pk__lte=most, sheet=None)
        return set(rows.order_by().values_list("pk", flat=True))

    return beyond("calls", newest(Call), without_sheet)


def unsettled() -> set[int]:
    return set(CallSheet.objects.filter(settled=False).values_list("pk", flat=True))


def with_new_usage() -> set[int]:
    def uncharged(above: int, most: int) -> set[int]:
        charge = Charge.objects.filter(key=OuterRef("provider_id"))
        rows = Usage.objects.filter(pk__gt=above, pk__lte=most)
        rows = rows.filter(~Exists(charge)).order_by()
        return set(rows.values_list("call_id", flat=True))

    return beyond("usage", newest(Usage), uncharged)


def with_new_callbacks(now: datetime) -> set[int]:
    """A callback may bring the length of a leg of a call that was settled.

    It is stored before it is acted on, so those of the last seconds are looked at
    once more.
    """

    def concerned(above: int, most: int) -> set[int]:
        rows = Callback.objects.filter(pk__gt=above, pk__lte=most).exclude(call_sid="")
        recent = Q(pk__gt=above + LOOKED_AT_AGAIN) | Q(received_at__gte=now - RECENT)
        rows = rows.filter(recent)
        sids = set(rows.order_by().values_list("call_sid", flat=True))
        calls = set(
            Call.objects.filter(carrier_sid__in=sids).values_list("pk", flat=True)
        )
        legs = HandoffAttempt.objects.filter(leg_sid__in=sids)
        return calls | set(legs.values_list("handoff__call_id", flat=True))

    return beyond("callbacks", newest(Callback), concerned)


def newest(model: type[Call] | type[Usage] | type[Callback]) -> int:
    found: int | None = model._default_manager.aggregate(newest=Max("pk"))["newest"]
    return found or 0


def beyond(name: str, last: int, look: Callable[[int, int], set[int]]) -> set[int]:
    """What `look` finds between the mark and the newest row; the mark moves there."""
    mark, _ = LedgerMark.objects.get_or_create(name=name)
    above = mark.last_id - LOOKED_AT_AGAIN
    most = min(last, mark.last_id + MOST_AT_A_TIME)
    found = look(above, most)
    if most != mark.last_id:
        LedgerMark.objects.filter(name=name).update(last_id=most)
    return found


def fill_gaps(now: datetime) -> int:
    """Days that had no price for something and now could have one: how many of them.

    A day that has its price keeps it; what had none was never priced.
    """
    prices, filled = price_list(), 0
    since = (now - GAPS_FILLED_FOR).date()
    for row in DayPrice.objects.filter(day__gte=since, amount=None):
        found = prices.find(row.provider, row.item, Unit(row.unit), row.day)
        if isinstance(found, Why):
            continue
        DayPrice.objects.filter(pk=row.pk, amount=None).update(
            amount=found.amount, per=found.per, valid_from=found.valid_from, why=""
        )
        charges = Charge.objects.filter(day=row.day, provider=row.provider)
        charges = charges.filter(item=row.item).exclude(gaps=[]).exclude(call=None)
        enter(charges.order_by().values_list("call_id", flat=True), now)
        filled += 1
    return filled

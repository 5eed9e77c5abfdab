"""What a call or a day has cost, up to this moment.

Worked out from the calls' own rows, so that not even the few seconds are missing that
the ledger is behind, at the prices that the ledger keeps for their days.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.core.cache import cache
from django.utils import timezone

from billing.core.bill import Bill, Cost
from billing.core.causes import Cause
from billing.core.charges import charge_call
from billing.core.reading import NOTHING
from billing.services.circumstances import circumstances_of, test_callers
from billing.services.day_prices import DayPrices
from billing.services.ledger import NEEDED
from billing.services.usage import enter_calls, items_of
from calls import reports
from calls.models import Call
from calls.models.call import ENDED

TODAY = "billing.cost_today"
TODAY_KEPT_SECONDS = 15


@dataclass(frozen=True, slots=True)
class CallCost:
    """`going_on`: the call still runs, and costs more than this every minute."""

    call_id: int
    going_on: bool
    cost: Cost
    causes: Mapping[Cause, Decimal]


@dataclass(frozen=True, slots=True)
class DayCost:
    """Of all calls offered on a day, those that go on included."""

    as_of: datetime
    calls: int
    going_on: int
    cost: Cost

    def per_call(self) -> Decimal | None:
        return self.cost.total / self.calls if self.calls else None


def cost_of_call(call_id: int) -> CallCost:
    """`Call.DoesNotExist` where there is none. A fixed number of queries."""
    call = Call.objects.filter(pk=call_id).only(*NEEDED).first()
    if call is None:
        raise Call.DoesNotExist("There is no such call.")
    prices = DayPrices()
    items = items_of([call], timezone.now())[call_id]
    bill = Bill(prices)
    for item in items:
        bill.enter(item.measured, estimated=item.estimated)
    around = circumstances_of([call], test_callers())[call_id]
    causes: defaultdict[Cause, Decimal] = defaultdict(lambda: NOTHING)
    for charge in charge_call(items, prices, around):
        for cause, amount in charge.causes.items():
            causes[cause] += amount
    return CallCost(call_id, call.state not in ENDED, bill.cost(), amounts(causes))


def amounts(causes: Mapping[Cause, Decimal]) -> dict[Cause, Decimal]:
    """What is something, in the order of the causes."""
    return {cause: causes[cause] for cause in Cause if causes.get(cause)}


def cost_today(now: datetime | None = None) -> DayCost:
    """Of today's calls, each by the day of its number's own zone.

    Without `now` the answer may be up to 15 seconds old and mostly costs no query,
    so that any number of dashboards may ask.
    """
    if now is not None:
        return work_out_today(now)
    kept = cache.get(TODAY)
    if not isinstance(kept, DayCost):
        kept = work_out_today(timezone.now())
        cache.set(TODAY, kept, TODAY_KEPT_SECONDS)
    return kept


def work_out_today(now: datetime) -> DayCost:
    bill = Bill(DayPrices())
    known = enter_calls(bill, Call.objects.filter(reports.from_day(0, now)), now)
    going_on = sum(call.state not in ENDED for call in known)
    return DayCost(now, len(known), going_on, bill.cost())

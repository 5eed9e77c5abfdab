"""What a call or a day has cost, up to this moment.

Worked out from the calls' own rows, so that not even the few seconds are missing that
the ledger is behind, at the prices that the ledger keeps for their days.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.core.cache import cache
from django.utils import timezone

from billing.core.bill import Bill, Cost
from billing.services.day_prices import DayPrices
from billing.services.usage import enter_calls
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
    bill = Bill(DayPrices())
    known = enter_calls(bill, Call.objects.filter(pk=call_id), timezone.now())
    if not known:
        raise Call.DoesNotExist("There is no such call.")
    return CallCost(call_id, known[0].state not in ENDED, bill.cost())


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

"""What a call may ask about money, answered from memory.

All meters of a process share one price list and one view of the budgets. What a call
has cost so far is added up by the call itself, from each thing it uses and the price
that is told here; so it is never behind. Budgets are read from the ledger's totals,
into which calls are entered every five seconds.
"""

import time
from collections.abc import Callable
from decimal import Decimal

from django.utils import timezone

from billing.core.pricing import PriceList, price_usage
from billing.kept import Kept
from billing.services import price_list
from billing.services.budgets import standing_now
from calls.core.meter import Measured
from routing.core.standing import NO_BUDGETS, Budgets

REFRESHED_AFTER = 5.0
BUDGETS_REFRESHED_AFTER = 2.0
BUDGETS_STALE_AFTER = 10.0
# A call waits so long for budgets that nobody has asked for in a while.
PATIENCE = 0.2


class KeptPrices(Kept[PriceList]):
    """A price list that renews itself in the background when it is used."""

    def __init__(
        self,
        load: Callable[[], PriceList] = price_list,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__("prices", load, fresh_for=REFRESHED_AFTER, clock=clock)


class KeptBudgets(Kept[Budgets]):
    """Where the budgets stand. After a quiet hour the first call waits for it."""

    def __init__(
        self,
        load: Callable[[], Budgets] = lambda: standing_now(timezone.now()),
        clock: Callable[[], float] = time.monotonic,
        patience: float = PATIENCE,
    ) -> None:
        super().__init__(
            "budgets",
            load,
            fresh_for=BUDGETS_REFRESHED_AFTER,
            stale_after=BUDGETS_STALE_AFTER,
            patience=patience,
            clock=clock,
        )


PRICES = KeptPrices()
BUDGETS = KeptBudgets()


class PricedMeter:
    """`calls.core.meter.Meter` by the price list and the ledger."""

    def __init__(
        self, prices: KeptPrices = PRICES, budgets: KeptBudgets = BUDGETS
    ) -> None:
        self._prices = prices
        self._budgets = budgets

    def price(self, measured: Measured) -> Decimal | None:
        """What has no price is left out, so this is a lower bound; see `Priced`."""
        prices = self._prices.current()
        if prices is None:
            return None
        return price_usage(measured, prices).total()

    def budgets(self) -> Budgets:
        """It is asked before a call is taken, so the prices are there when the call
        has used something. A call is never refused because nothing is known.
        """
        self._prices.current()
        return self._budgets.current() or NO_BUDGETS

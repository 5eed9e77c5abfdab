"""What a call that goes on may ask about money, answered from memory.

All meters of a process share one price list. Whoever asks while it is older than
`REFRESHED_AFTER` seconds sets off a thread that fetches it anew, and is answered from
the old one; so nobody waits for the database. While the database cannot be reached
the old list stays, and every few seconds somebody's question is a new attempt.
"""

import logging
import threading
import time
from collections.abc import Callable
from decimal import Decimal

from django.db import connections

from billing.core.pricing import PriceList, price_usage
from billing.services import price_list
from calls.core.meter import Measured
from routing.core.standing import NO_BUDGETS, Budgets

logger = logging.getLogger(__name__)

REFRESHED_AFTER = 5.0


class KeptPrices:
    """A price list that renews itself in the background when it is used."""

    def __init__(
        self,
        load: Callable[[], PriceList] = price_list,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._load = load
        self._clock = clock
        self._list: PriceList | None = None
        self._due_at = clock()
        self._thread: threading.Thread | None = None

    def current(self) -> PriceList | None:
        """None until the first fetch has succeeded."""
        if self._clock() >= self._due_at:
            self.renew()
        return self._list

    def wait(self, seconds: float) -> bool:
        """Whether no fetch is going on any more."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)
        return thread is None or not thread.is_alive()

    def renew(self) -> None:
        """Begins a fetch, however fresh the list is."""
        # A thread is not alive in a process forked from its own, so none is waited
        # for that does not exist. Two askers at the same moment only fetch twice.
        if self._thread is not None and self._thread.is_alive():
            return
        self._due_at = self._clock() + REFRESHED_AFTER
        self._thread = threading.Thread(
            target=self._fetch, name="billing-prices", daemon=True
        )
        try:
            self._thread.start()
        except RuntimeError:
            logger.exception("No thread could be had to fetch the prices")
            self._thread = None

    def _fetch(self) -> None:
        try:
            self._list = self._load()
        except Exception:
            logger.exception("The prices could not be fetched")
        finally:
            connections.close_all()


PRICES = KeptPrices()


class PricedMeter:
    """`calls.core.meter.Meter` by the price list. It never asks the database."""

    def __init__(self, prices: KeptPrices = PRICES) -> None:
        self._prices = prices

    def price(self, measured: Measured) -> Decimal | None:
        """What has no price is left out, so this is a lower bound; see `Priced`."""
        prices = self._prices.current()
        if prices is None:
            return None
        return price_usage(measured, prices).total()

    def budgets(self) -> Budgets:
        """It is asked before a call is taken, so the prices are there when the call
        has used something.
        """
        self._prices.current()
        return NO_BUDGETS

"""The carrier: it places calls to the product and remembers them for the REST API."""

from collections import OrderedDict
from types import TracebackType
from typing import Self

import aiohttp

from calls.simulator.carrier.call import CarrierCall
from calls.simulator.carrier.clock import Clock
from calls.simulator.carrier.flow import run_call
from calls.simulator.carrier.order import CallOrder, CallRecord
from calls.simulator.carrier.product import Product
from calls.simulator.carrier.recordings import Recording
from calls.simulator.carrier.sip import SipHost
from calls.simulator.config import SimulatorConfig
from calls.simulator.violations import ViolationLog

REMEMBERED = 3000


class Carrier:
    """Use as `async with Carrier(config) as carrier: await place_call(carrier, …)`."""

    def __init__(self, config: SimulatorConfig) -> None:
        self.config = config
        self.clock = Clock(config.speed)
        self.violations = ViolationLog()
        self.calls: OrderedDict[str, CarrierCall] = OrderedDict()
        self.billing_surplus = 0.0
        """The share by which bills are higher than what was used."""
        self.sip: SipHost | None = None
        self.product: Product
        self._session: aiohttp.ClientSession

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        self.product = Product(self.config, self._session, self._complain)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._session.close()

    def _complain(self, code: str, text: str) -> None:
        self.violations.add(code, text)

    def begin(self, order: CallOrder) -> CarrierCall:
        """A call that exists but does not ring yet."""
        clock = Clock(order.speed) if order.speed else self.clock
        call = CarrierCall(order, self.config, self.product, clock, self.violations)
        call.sip = self.sip
        if not order.trunk:
            self.remember(call)
        return call

    def remember(self, call: CarrierCall) -> None:
        """From here on it is to be found over REST: over a trunk once it has ended."""
        self.calls[call.sid] = call
        while len(self.calls) > REMEMBERED:
            self.calls.popitem(last=False)

    def recordings(self) -> list[Recording]:
        return [r for call in self.calls.values() for r in call.recordings]


async def place_call(carrier: Carrier, order: CallOrder) -> CallRecord:
    """Place one call and stay with it to the end."""
    call = carrier.begin(order)
    try:
        await run_call(call)
    finally:
        carrier.remember(call)
    return call.result()

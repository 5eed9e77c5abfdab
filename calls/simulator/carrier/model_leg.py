"""The leg of a dial that leads to the voice model, which no person answers.

It rings until the product has accepted, ends when either side hangs up, and the far end
may ask for a transfer: then the caller is sent where `referUrl` says
(https://www.twilio.com/docs/voice/twiml/dial#referurl).
"""

import asyncio
import contextlib
import time
from functools import partial

from calls.simulator.carrier.call import CarrierCall
from calls.simulator.carrier.invitation import headers_of
from calls.simulator.carrier.leg import Leg
from calls.simulator.carrier.party import DeafLine, Line, Redirected
from calls.simulator.carrier.sip import (
    MODEL_HOST,
    Dialog,
    Invite,
    problems_of,
    read_address,
    status_of,
)
from calls.simulator.carrier.trunk import transfer
from calls.simulator.twiml.document import Document, Node

LEAST_RING_S = 6.0  # real: the product decides no faster when people speak faster
MAX_REFER_TO = 256


def leads_to_model(noun: Node) -> bool:
    return noun.name == "Sip" and read_address(noun.text).host == MODEL_HOST


class ModelLeg(Leg):
    rings_contact = False

    def __init__(
        self, call: CarrierCall, noun: Node, document: Document, caller_id: str
    ) -> None:
        super().__init__(call, noun, document, caller_id)
        self.dialog: Dialog | None = None
        self.refer_url = ""
        """The `referUrl` of the dial, resolved; empty = transfers are refused."""
        self.refer_method = "POST"

    @property
    def line_of_caller(self) -> Line:
        return self.dialog.line if self.dialog else DeafLine()

    async def ring(self, at_most_s: float) -> bool:
        self._progress("initiated")
        address = read_address(self.noun.text)
        for problem in problems_of(address):
            self.complain("sip", problem)
        if self.call.sip is None or address.parameters.get("transport") != "tls":
            return self._fail(503, "failed")
        headers = headers_of(self.call, address, leg=self.sid, caller_id=self.caller_id)
        invite = Invite(
            caller=self.call, address=address, headers=headers, refer=self._refer
        )
        self.dialog = self.call.sip.invite(invite)
        self._progress("ringing")
        code = await self._until_answered(self.dialog, at_most_s)
        if code != 200:
            return self._fail(code, status_of(code))
        self.answered_at = time.time()
        self.sip_code = code
        self._progress("in-progress")
        return True

    async def _until_answered(self, dialog: Dialog, at_most_s: float) -> int:
        """487 when we cancelled it."""
        code = 487
        wait = max(self.clock.real(at_most_s), LEAST_RING_S)
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    code = await dialog.answered()
        finally:
            if code != 200:
                dialog.end()
        return code

    async def accept(self) -> bool:
        return True

    async def talk(self, limit: float) -> None:
        """Over when the far end goes, the leg is ended over REST, or time is up."""
        assert self.dialog is not None
        self.bridged = True
        self.call.ear.mark("connected")
        ends = [
            asyncio.ensure_future(event.wait())
            for event in (self.dialog.over, self.over)
        ]
        wait = self.clock.real(limit)
        try:
            await asyncio.wait(ends, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()
            self.dialog.end()

    def finish(self, status: str) -> None:
        if self.dialog is not None:
            self.dialog.end()
        super().finish(status)

    def _refer(self, target: str) -> bool:
        """Without `referUrl` the request is refused and the call stays up."""
        if self.call.order.trunk:
            found = partial(transfer, target)
            return self.call.interrupt(Redirected(found, referred=True))
        if not self.refer_url:
            self.call.warn("REFER was refused: the <Dial> has no referUrl")
            return False
        if len(target) > MAX_REFER_TO:
            self.complain("sip", f"REFER to more than {MAX_REFER_TO} characters")
            return False
        extra = {"ReferTransferTarget": target}
        asked = partial(self.call.fetch, self.refer_url, extra, self.refer_method)
        return self.call.interrupt(Redirected(asked, referred=True))

"""One leg of a dial: a phone that rings, perhaps a whisper, perhaps a conversation."""

import asyncio
import time
from email.utils import formatdate
from urllib.parse import urljoin

from calls.simulator.carrier.call import CarrierCall
from calls.simulator.carrier.contact import UNANSWERED, Contact
from calls.simulator.carrier.party import End, HungUp, Party
from calls.simulator.carrier.product import WebhookFailed
from calls.simulator.carrier.verbs import WHISPER_VERBS, run_documents
from calls.simulator.sids import new_sid
from calls.simulator.twiml.document import Document, Node

# Which `statusCallbackEvent` word asks for which CallStatus.
EVENT_OF = {"initiated": "initiated", "ringing": "ringing", "in-progress": "answered"}


class Leg(Party):
    rings_contact = True

    def __init__(
        self, call: CarrierCall, noun: Node, document: Document, caller_id: str
    ) -> None:
        super().__init__(new_sid("CA"), call.product, call.clock, call.complain)
        call.legs.append(self)
        self.call = call
        self.started_at = time.time()
        self.noun = noun
        self.document = document
        self.caller_id = caller_id
        self.contact = Contact()
        if self.rings_contact:
            self.contact = call.next_contact(noun.text)
        self.status = "initiated"
        self.sip_code = 0
        self.bridged = False
        self.answered_at = 0.0
        self.ended_at = 0.0
        self.over = asyncio.Event()
        self._sequence = 0
        self._scripted: asyncio.Task[None] | None = None

    def params(self) -> dict[str, str]:
        return {
            "CallSid": self.sid,
            "ParentCallSid": self.call.sid,
            "AccountSid": self.call.config.account_sid,
            "ApiVersion": "2010-04-01",
            "Direction": "outbound-dial",
            "CallStatus": self.status,
            "From": self.caller_id,
            "Caller": self.caller_id,
            "To": self.noun.text,
            "Called": self.noun.text,
        }

    @property
    def duration(self) -> int:
        if not self.answered_at:
            return 0
        return max(1, round((self.ended_at or time.time()) - self.answered_at))

    # The life of a leg.

    async def ring(self, at_most_s: float) -> bool:
        """True when somebody, or somebody's voicemail, answered."""
        self._progress("initiated")
        self._progress("ringing")
        outcome = UNANSWERED.get(self.contact.behaviour)
        rings = self.contact.ring_s
        if self.contact.behaviour == "no_answer" or rings > at_most_s:
            rings, outcome = at_most_s, UNANSWERED["no_answer"]
        await self.clock.sleep(rings)
        if outcome is not None:
            return self._fail(outcome[1], outcome[0])
        self.answered_at = time.time()
        self.sip_code = 200
        self._progress("in-progress")
        return True

    def _fail(self, sip_code: int, status: str) -> bool:
        self.sip_code = sip_code
        self.finish(status)
        return False

    async def accept(self) -> bool:
        """Run the whisper, if there is one: falling off its end bridges the call."""
        if not (url := self.noun.get("url")):
            if self.contact.behaviour == "own_voicemail":
                self.call.warn("the caller was bridged to a contact's voicemail")
            return True
        self._scripted = asyncio.create_task(self._press_after_whisper())
        try:
            whisper = await self.fetch(
                urljoin(self.document.url, url), {}, self.noun.get("method", "POST")
            )
            await run_documents(self, whisper, WHISPER_VERBS)
        except (End, HungUp):
            return False
        except WebhookFailed as error:
            self.complain(error.code, f"whisper: {error.text}")
            return False
        finally:
            self._scripted.cancel()
            self.call.whispers.append(self.ear.text())
        return True

    async def _press_after_whisper(self) -> None:
        await self.ear.until(lambda: self.ear.turns > 0)
        if self.contact.behaviour == "hangs_up":
            self.interrupt(HungUp())
        for key in self.contact.keys:
            await self.line.press(key)

    async def talk(self, limit: float) -> None:
        """The conversation: over when the contact hangs up or the leg is ended."""
        self.bridged = True
        self.call.ear.hear("contact", self.contact.says)
        self.call.ear.mark("bridged")
        wait = self.clock.real(min(self.contact.talk_s, limit))
        try:
            async with asyncio.timeout(wait):
                await self.over.wait()
        except TimeoutError:
            return

    def finish(self, status: str) -> None:
        """The leg has ended; once only."""
        if self.status in {"initiated", "ringing", "in-progress"}:
            self.ended_at = time.time()
            self._progress(status)

    # Telling the product.

    def _progress(self, status: str) -> None:
        self.status = status
        url = self.noun.get("statusCallback")
        asked = (self.noun.get("statusCallbackEvent") or "completed").split()
        if not url or EVENT_OF.get(status, "completed") not in asked:
            return
        extra = {
            "CallbackSource": "call-progress-events",
            "SequenceNumber": str(self._sequence),
            "Timestamp": formatdate(),
        }
        if status not in EVENT_OF:
            extra |= {
                "CallDuration": str(self.duration),
                "Duration": str(-(-self.duration // 60)),
                "SipResponseCode": str(self.sip_code or 487),
            }
        self._sequence += 1
        self.call.callback(
            urljoin(self.document.url, url),
            {**self.params(), **extra},
            self.noun.get("statusCallbackMethod", "POST"),
        )

"""One inbound call at the carrier: its state, its webhooks and who may end it."""

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from email.utils import formatdate

from calls.simulator.carrier.clock import Clock
from calls.simulator.carrier.contact import Contact
from calls.simulator.carrier.order import (
    CallOrder,
    CallRecord,
    Session,
    VoiceSession,
)
from calls.simulator.carrier.party import HungUp, Party
from calls.simulator.carrier.product import Product, Reply, Webhook, WebhookFailed
from calls.simulator.carrier.recordings import Recording
from calls.simulator.carrier.sip import SipHost
from calls.simulator.config import SimulatorConfig
from calls.simulator.sids import new_sid
from calls.simulator.twiml.document import Document
from calls.simulator.violations import ViolationLog

LATE_CALLBACK_S = 1.5
STRANGE_SHARE = 0.1
ENDINGS = frozenset(
    {"application_error", "timed_out", "gave_up", "rejected", "unreached"}
)
WITHHELD = frozenset({"anonymous", "unknown", "unavailable", "restricted"})
PLACE = {"City": "WASHINGTON", "State": "DC", "Zip": "20001", "Country": "US"}


class CarrierCall(Party):
    def __init__(
        self,
        order: CallOrder,
        config: SimulatorConfig,
        product: Product,
        clock: Clock,
        violations: ViolationLog,
    ) -> None:
        super().__init__(new_sid("CA"), product, clock, self._violation)
        self.order = order
        self.config = config
        self.from_ = order.from_
        self.to = config.numbers.get(order.to, order.to)
        self.status = "ringing"
        self.ended_by = ""
        self.started_at = time.time()
        self.answered_at = 0.0
        self.ended_at = 0.0
        self.dial_attempts = 0
        self.bridged = False
        self.whispers: list[str] = []
        self.legs: list[Party] = []
        self.sessions: list[Session] = []
        self.voice_sessions: list[VoiceSession] = []
        self.sip: SipHost | None = None
        """The voice model's side, where there is one."""
        self.recovered = False
        """The trunk's disaster recovery has been asked."""
        self.recordings: list[Recording] = []
        self.warnings: list[str] = []
        self.violations: list[str] = []
        self.random = random.Random(order.seed)
        # Twilio adds fields without notice.
        self._is_strange = (
            order.knobs.unknown_additions or self.random.random() < STRANGE_SHARE
        )
        self._violation_log = violations
        self._contacts = iter(order.contacts)
        self._contact = Contact()
        self.when_over: list[Callable[[], None]] = []
        self._callbacks: set[asyncio.Task[None]] = set()
        self._previous_callback: asyncio.Task[None] | None = None

    # State.

    def answer(self) -> None:
        if self.status == "ringing":
            self.status = "in-progress"
            self.answered_at = time.time()

    def hang_up(self, by: str) -> None:
        """The caller leaves or is made to; `by` is caller, rest, gave_up, timed_out."""
        if self.ended_at:
            return
        if self.interrupt(HungUp()):
            self.ended_by = by
            self.end("completed" if self.answered_at else "canceled")
        else:  # a redirect is just being dealt with
            asyncio.get_running_loop().call_later(0.05, self.hang_up, by)

    def end(self, status: str) -> None:
        if not self.ended_at:
            self.status = status
            self.ended_at = time.time()
            self.ear.mark("ended")

    @property
    def duration(self) -> int:
        if not self.answered_at:
            return 0
        return max(1, round((self.ended_at or time.time()) - self.answered_at))

    def next_contact(self, number: str) -> Contact:
        if number in self.order.contacts_by_number:
            return self.order.contacts_by_number[number]
        self._contact = next(self._contacts, self._contact)
        return self._contact

    # What goes wrong.

    def _violation(self, code: str, text: str) -> None:
        self._violation_log.add(
            code, text, call_sid=self.sid, scenario=self.order.scenario
        )
        self.violations.append(f"{code}: {text}"[:2000])

    def warn(self, text: str) -> None:
        self.warnings.append(text)

    # Webhooks.

    def params(self) -> dict[str, str]:
        """https://www.twilio.com/docs/voice/twiml#request-parameters"""
        params = {
            "CallSid": self.sid,
            "AccountSid": self.config.account_sid,
            "ApiVersion": "2010-04-01",
            "Direction": "inbound",
            "CallStatus": self.status,
            "From": self.from_,
            "Caller": self.from_,
            "To": self.to,
            "Called": self.to,
            **{f"To{name}": value for name, value in PLACE.items()},
            **{f"Called{name}": value for name, value in PLACE.items()},
        }
        if self.from_.lower() not in WITHHELD:
            params |= {f"From{name}": value for name, value in PLACE.items()}
            params |= {f"Caller{name}": value for name, value in PLACE.items()}
            params["StirVerstat"] = self.order.stir
        if self.order.caller_name:
            params["CallerName"] = self.order.caller_name
        if self.order.forwarded_from:
            params["ForwardedFrom"] = self.order.forwarded_from
        if self._is_strange:
            params["NetworkMoodIndex"] = "7"
        return params

    async def post(self, hook: Webhook) -> Reply:
        """One webhook; now and then it is delivered twice, as real ones are."""
        await self.lag()
        if self.random.random() >= self.order.knobs.duplicate_webhooks:
            return await self.product.send(hook)
        first, second = await asyncio.gather(
            self.product.send(hook), self.product.send(hook)
        )
        if first.body != second.body:
            self.complain("duplicate", f"{hook.url} answered a repeat differently")
        return second

    async def lag(self) -> None:
        if self.order.knobs.latency_ms:
            await asyncio.sleep(self.order.knobs.latency_ms / 1000)

    async def fetch(
        self, url: str, extra: Mapping[str, str], method: str = "POST"
    ) -> Document:
        """Ask for TwiML; when that fails, ask the number's VoiceFallbackUrl."""
        try:
            return await super().fetch(url, extra, method)
        except WebhookFailed as error:
            self.complain(error.code, error.text)
            fallback = self.config.fallback_url
            if not fallback or url == fallback:
                raise
            trouble = {"ErrorCode": error.code, "ErrorUrl": url}
            return await super().fetch(fallback, trouble)

    def callback(self, url: str, params: dict[str, str], method: str = "POST") -> None:
        """Send a status callback in the background, in order unless knobs mix it up."""
        before = self._previous_callback
        if self.order.knobs.reorder_callbacks:
            before = None
        task = asyncio.create_task(self._callback(before, Webhook(url, params, method)))
        self._previous_callback = task
        self._callbacks.add(task)
        task.add_done_callback(self._callbacks.discard)

    async def _callback(
        self, before: "asyncio.Task[None] | None", hook: Webhook
    ) -> None:
        if before is not None:
            await asyncio.wait({before})
        if self.order.knobs.reorder_callbacks:
            await asyncio.sleep(self.random.uniform(0, LATE_CALLBACK_S))
        try:
            await self.post(hook)
        except WebhookFailed as error:
            self.complain(error.code, f"callback: {error.text}")

    def record_callback(self, recording: Recording, url: str, asked: str) -> None:
        """`recordingStatusCallback` for the events that were asked for."""
        if url and recording.status in (asked or "completed").split():
            self.callback(url, recording.callback_params())

    def report_end(self) -> None:
        """The number's own status callback: only the final state, for inbound calls."""
        extra = {
            "CallDuration": str(self.duration),
            "Duration": str(-(-self.duration // 60)),
            "SipResponseCode": "200" if self.answered_at else "486",
            "CallbackSource": "call-progress-events",
            "SequenceNumber": "0",
            "Timestamp": formatdate(),
        }
        self.callback(self.config.status_url, {**self.params(), **extra})

    async def settle(self) -> None:
        """Wait until every callback is out."""
        while self._callbacks:
            await asyncio.wait(set(self._callbacks))

    # The result.

    def result(self) -> CallRecord:
        return CallRecord(
            call_sid=self.sid,
            scenario=self.order.scenario,
            from_=self.from_,
            to=self.to,
            outcome=self._outcome(),
            status=self.status,
            duration_s=round((self.ended_at or time.time()) - self.started_at, 2),
            violations=list(self.violations),
            warnings=list(self.warnings),
            transcript=[
                {"who": h.who, "text": h.text, "at": h.at} for h in self.ear.heard
            ],
            whispers=list(self.whispers),
            sessions=list(self.sessions),
            voice_sessions=list(self.voice_sessions),
            dial_attempts=self.dial_attempts,
            bridged=self.bridged,
            recordings=[r.sid for r in self.recordings],
            voicemails=sum(
                r.source == "RecordVerb" and r.status == "completed"
                for r in self.recordings
            ),
        )

    def _outcome(self) -> str:
        """What an observer at the carrier would say became of the call."""
        if self.ended_by in ENDINGS:
            return self.ended_by
        if self.bridged:
            return "handed_off"
        if any(
            r.source == "RecordVerb" and r.status == "completed"
            for r in self.recordings
        ):
            return "voicemail"
        return {"caller": "caller_hung_up", "rest": "ended_by_rest"}.get(
            self.ended_by, "agent_ended"
        )

"""The Messages resource: texts that go nowhere, with their status callbacks.

https://www.twilio.com/docs/messaging/api/message-resource. The magic numbers are those
of Twilio's test credentials (https://www.twilio.com/docs/iam/test-credentials).
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

from calls.simulator.carrier.carrier import Carrier
from calls.simulator.carrier.product import Webhook, WebhookFailed
from calls.simulator.sids import new_sid
from calls.simulator.twilio_api.errors import refuse
from calls.simulator.twiml.values import E164

MAGIC_TO: Mapping[str, tuple[int, str]] = {
    "+15005550001": (21211, "Invalid 'To' Phone Number"),
    "+15005550002": (21612, "The 'To' phone number is not reachable from this 'From'"),
    "+15005550003": (21408, "Permission to send an SMS has not been enabled"),
    "+15005550004": (21610, "Attempt to send to unsubscribed recipient"),
    "+15005550009": (21614, "'To' number is not a valid mobile number"),
}
MAGIC_FROM: Mapping[str, tuple[int, str]] = {
    "+15005550001": (21212, "Invalid 'From' Phone Number"),
    "+15005550007": (21606, "The 'From' phone number is not SMS capable"),
    "+15005550008": (21611, "This 'From' number has exceeded its queue"),
}
GOOD_FROM = "+15005550006"
# Ours: accepted by the API and undeliverable later, as happens with real numbers.
FAILS_LATER: Mapping[str, int] = {
    "+12025550130": 30003,
    "+12025550131": 30006,
    "+12025550132": 30007,
}
MAX_BODY = 1600
STEP_S = 1.0
PER_SEGMENT = 0.0083
REMEMBERED = 2000


@dataclass(slots=True)
class Message:
    account_sid: str
    to: str
    from_: str
    service_sid: str
    body: str
    callback: str
    sid: str = field(default_factory=lambda: new_sid("SM"))
    status: str = "queued"
    error_code: int | None = None
    created_at: float = field(default_factory=time.time)

    @property
    def segments(self) -> int:
        """GSM text comes in pieces of 160 (153 each in a chain), other in 70 (67)."""
        single, chained = (160, 153) if self.body.isascii() else (70, 67)
        if len(self.body) <= single:
            return 1
        return -(-len(self.body) // chained)

    def as_json(self, price_after_s: float) -> dict[str, Any]:
        priced = self.status in {"delivered", "undelivered"} and (
            time.time() >= self.created_at + price_after_s
        )
        uri = f"/2010-04-01/Accounts/{self.account_sid}/Messages/{self.sid}"
        return {
            "sid": self.sid,
            "account_sid": self.account_sid,
            "api_version": "2010-04-01",
            "to": self.to,
            "from": self.from_ or None,
            "messaging_service_sid": self.service_sid or None,
            "body": self.body,
            "status": self.status,
            "direction": "outbound-api",
            "num_segments": "0" if self.service_sid else str(self.segments),
            "num_media": "0",
            "price": f"-{PER_SEGMENT * self.segments:.5f}" if priced else None,
            "price_unit": "USD",
            "error_code": self.error_code,
            "error_message": None,
            "date_created": formatdate(self.created_at),
            "date_updated": formatdate(self.created_at),
            "date_sent": None if self.status == "queued" else formatdate(),
            "uri": f"{uri}.json",
            "subresource_uris": {"media": f"{uri}/Media.json"},
        }

    def callback_params(self) -> dict[str, str]:
        params = {
            "MessageSid": self.sid,
            "SmsSid": self.sid,
            "MessageStatus": self.status,
            "SmsStatus": self.status,
            "AccountSid": self.account_sid,
            "ApiVersion": "2010-04-01",
            "To": self.to,
            "From": self.from_,
        }
        if self.error_code is not None:
            params["ErrorCode"] = str(self.error_code)
        return params


class Messages:
    def __init__(self, carrier: Carrier) -> None:
        self.carrier = carrier
        self.sent: OrderedDict[str, Message] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    def create(self, form: Mapping[str, str]) -> Message:
        to, from_ = form.get("To", ""), form.get("From", "")
        service = form.get("MessagingServiceSid", "")
        body = form.get("Body", "")
        self._check_to(to)
        self._check_from(from_, service)
        if not body:
            raise refuse(21602, "Message body is required")
        if len(body) > MAX_BODY:
            raise refuse(21617, "The message body exceeds the 1600 character limit")
        callback = form.get("StatusCallback", "")
        account = self.carrier.config.account_sid
        message = Message(account, to, from_, service, body, callback)
        self.sent[message.sid] = message
        while len(self.sent) > REMEMBERED:
            self.sent.popitem(last=False)
        task = asyncio.create_task(self._deliver(message))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return message

    def _check_to(self, to: str) -> None:
        if to in MAGIC_TO:
            raise refuse(*MAGIC_TO[to])
        if not to:
            raise refuse(21604, "A 'To' phone number is required")
        if not E164.accepts(to):
            raise refuse(21211, f"Invalid 'To' Phone Number: {to}")

    def _check_from(self, from_: str, service: str) -> None:
        if from_ in MAGIC_FROM:
            raise refuse(*MAGIC_FROM[from_])
        if not from_ and not service:
            raise refuse(21603, "A 'From' phone number is required")
        owned = {GOOD_FROM, *self.carrier.config.numbers.values()}
        if from_ and from_ not in owned:
            raise refuse(21606, f"The 'From' phone number {from_} is not yours")

    async def _deliver(self, message: Message) -> None:
        """queued, sent, delivered; each told to the callback that was asked for."""
        error = FAILS_LATER.get(message.to)
        last = "delivered" if error is None else "undelivered"
        for status in ("sent", last):
            await self.carrier.clock.sleep(STEP_S)
            message.status = status
            if status == last:
                message.error_code = error
            await self._tell(message)

    async def _tell(self, message: Message) -> None:
        if not message.callback:
            return
        hook = Webhook(message.callback, message.callback_params())
        try:
            await self.carrier.product.send(hook)
        except WebhookFailed as failure:
            self.carrier.violations.add(failure.code, f"message: {failure.text}")

    async def settle(self) -> None:
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await self.settle()

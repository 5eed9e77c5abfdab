"""The webhook that tells of a call, delivered as OpenAI does.

Signed anew for each attempt under one id, never redirected, and tried again with
growing pauses until it is answered with 2xx: the real one goes on for 72 hours, this
one for a few attempts (https://developers.openai.com/api/docs/guides/webhooks).
"""

import asyncio
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from calls.simulator.carrier.product import Product, WebhookFailed
from calls.simulator.carrier.sip import Invite
from calls.simulator.config import SimulatorConfig
from calls.simulator.realtime.standard_webhooks import sign

PAUSES_S = (0.5, 1.0, 2.0, 4.0)
SECONDS = 5.0
AGENT = "OpenAI/1.0 (+https://platform.openai.com/docs/webhooks)"


@dataclass(frozen=True, slots=True)
class Announcement:
    body: bytes
    id: str = field(default_factory=lambda: "wh_" + secrets.token_hex(12))


def realtime(invite: Invite, call_id: str) -> Announcement:
    return _event(invite, "realtime.call.incoming", {"call_id": call_id})


def live(invite: Invite, session_id: str) -> Announcement:
    data = {"type": "sip", "session_id": session_id}
    return _event(invite, "live.transport.incoming", data)


def _event(invite: Invite, kind: str, data: Mapping[str, Any]) -> Announcement:
    """Credentials are taken out of the headers; order and repeats stay."""
    media = "srtp" if invite.address.encrypted else "rtp"
    headers = [
        {"name": name, "value": value}
        for name, value in invite.headers
        if "authorization" not in name.lower()
    ]
    event = {
        "object": "event",
        "id": "evt_" + secrets.token_hex(12),
        "type": kind,
        "created_at": int(time.time() - invite.caller.order.knobs.webhook_age_s),
        "data": {**data, "sip_headers": headers, "sip_media_security": media},
    }
    return Announcement(orjson.dumps(event))


class Announcer:
    def __init__(self, config: SimulatorConfig, product: Product) -> None:
        self.config = config
        self.product = product

    async def tell(self, announcement: Announcement, answers: list[int]) -> bool:
        """Deliver it; `answers` gets the status of each attempt. False if in vain."""
        for pause in (*PAUSES_S, None):
            status = await self._once(announcement)
            answers.append(status)
            if 200 <= status < 300:
                return True
            if pause is not None:
                await asyncio.sleep(pause)
        return False

    async def _once(self, announcement: Announcement) -> int:
        now = int(time.time())
        secret = self.config.openai_webhook_secret
        headers = {
            "User-Agent": AGENT,
            "Content-Type": "application/json",
            "webhook-id": announcement.id,
            "webhook-timestamp": str(now),
            "webhook-signature": sign(secret, announcement.id, now, announcement.body),
        }
        url = self.config.public_origin + self.config.openai_webhook_path
        try:
            async with asyncio.timeout(SECONDS):
                return await self.product.deliver(url, announcement.body, headers)
        except (WebhookFailed, TimeoutError):
            return 0

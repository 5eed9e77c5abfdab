"""The voice provider's webhook: verify, store, decide, acknowledge.

Whatever fails verification is refused alike, and never with 500. A verified delivery
is always acknowledged once it is stored, for anything else is delivered again for three
days. A redirect would count as a failure, too, so this path must never meet one.
"""

import asyncio
import logging

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from calls.driver import engine_calls
from calls.driver.runtime import runtime
from calls.providers.openai_realtime.webhooks import (
    Delivery,
    WebhookRefused,
    read_webhook,
)
from calls.views.verified import Refused, refuse_large
from calls.views.webhook import log_failure

logger = logging.getLogger(__name__)

# The provider gives up on an answer after a few seconds. Until then a process that
# dies has acknowledged nothing, and the delivery comes again to another one.
PATIENCE_SECONDS = 2.0


async def openai_webhook(request: HttpRequest) -> HttpResponse:
    try:
        delivery = verified(request)
    except Refused as refused:
        return refused.response()
    try:
        await act(delivery, request.body.decode())
    except (OperationalError, InterfaceError) as error:
        log_failure("no database for a webhook", "openai", error)
        return plain("try again", 503)
    except Exception as error:  # noqa: BLE001  Django's own page would quote it
        log_failure("webhook failed", "openai", error)
        return plain("failed", 500)
    return plain("ok", 200)


openai_webhook.csrf_exempt = True  # type: ignore[attr-defined]  # what Django looks for


def plain(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain")


def verified(request: HttpRequest) -> Delivery:
    """Raises `Refused`."""
    if request.method != "POST":
        raise Refused(405, "only POST")
    refuse_large(request)
    secrets = settings.OPENAI_WEBHOOK_SECRETS
    try:
        return read_webhook(request.body, request.headers, secrets=secrets)
    except WebhookRefused as refused:
        logger.warning("webhook refused", extra={"why": str(refused)})
        raise Refused(400, str(refused)) from None


async def act(delivery: Delivery, body: str) -> None:
    """Accepting is not undone by a provider that hangs up on us meanwhile."""
    held_by = runtime()
    work = await engine_calls.receive(delivery, body, held_by)
    if work is not None:
        task = held_by.spawn(engine_calls.carry_out(work, held_by))
        await asyncio.wait({task}, timeout=PATIENCE_SECONDS)

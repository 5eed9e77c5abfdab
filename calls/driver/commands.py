"""Telling whichever process drives a call what it cannot hear for itself.

Nothing depends on a command having arrived: a driver also looks for itself, only later.
"""

import asyncio
import logging
from functools import partial

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

from calls.driver.runtime import COMMANDS

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 1.0


def caller_gone(call_id: int) -> None:
    """Once the transaction has committed."""
    message = {"type": "caller.gone", "call": call_id}
    transaction.on_commit(partial(send, message), robust=True)


def send(message: dict[str, object]) -> None:
    async_to_sync(send_to_all)(message)


async def send_to_all(message: dict[str, object]) -> None:
    layer = get_channel_layer()
    assert layer is not None
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await layer.group_send(COMMANDS, message)
    except Exception:
        logger.warning("command was not sent", exc_info=True)

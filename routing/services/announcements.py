"""A new release is announced on the channel layer, so that nobody has to ask for it.

Nothing depends on it: who hears nothing, as long as Redis is away, still looks for
itself from time to time, see `routing.services.live`.

It stands among the services, though it knows the channel layer, because the thread in
which every process follows the releases is there; a driver could only be handed to it
by way of the settings.
"""

import asyncio
import contextlib
import logging

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

logger = logging.getLogger(__name__)

GROUP = "routing.releases"
PATIENCE_SECONDS = 1.0


def announce() -> None:
    """Once the release can be read by others."""
    async_to_sync(tell_all)()


async def tell_all() -> None:
    layer = get_channel_layer()
    if layer is None:
        return
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await layer.group_send(GROUP, {"type": "release.published"})
    except Exception as problem:  # noqa: BLE001  whatever the driver raises
        logger.warning(
            "release was not announced", extra={"problem": type(problem).__name__}
        )


class Listener:
    """For one thread, which has no event loop but this."""

    def __init__(self) -> None:
        self.runner = asyncio.Runner()
        self.heard = asyncio.Event()
        self.listening: asyncio.Task[None] | None = None

    def wait(self, seconds: float) -> None:
        """Until a release is announced, and no longer than this."""
        self.runner.run(self.hear(seconds))

    def close(self) -> None:
        self.runner.close()

    async def hear(self, seconds: float) -> None:
        if self.listening is None or self.listening.done():
            self.listening = asyncio.create_task(self.listen())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.heard.wait()
        self.heard.clear()

    async def listen(self) -> None:
        """Goes on between the waits, for one that is cancelled is not subscribed any

        more. When it ends, the next wait begins it anew.
        """
        layer = get_channel_layer()
        if layer is None:
            return
        try:
            channel = await layer.new_channel()
            await layer.group_add(GROUP, channel)
            while True:
                await layer.receive(channel)
                self.heard.set()
        except Exception as problem:  # noqa: BLE001  whatever the driver raises
            logger.debug("not listening", extra={"problem": type(problem).__name__})

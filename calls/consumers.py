"""The relay socket: authenticate, accept, decode, hand in, send, close.

Source: Twilio, "ConversationRelay", handshake signature and `setup` message. A
refusal before `accept` becomes HTTP 403, which the carrier reports as 64102.
"""

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from typing import Any

from autobahn.exception import Disconnected
from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer
from django.conf import settings

from calls.core import events as ev
from calls.driver import sidebands
from calls.driver.opening import SessionRefused, open_call
from calls.driver.relay import RelayDriver
from calls.driver.runtime import runtime
from calls.driver.watch import keep_watch
from calls.providers import relay_frames
from calls.providers.relay_frames import Ignored, Malformed, SetupFrame
from calls.providers.twilio.signature import verify_handshake

logger = logging.getLogger(__name__)

SETUP_SECONDS = 5.0
# The caller hears the greeting meanwhile, and then nothing.
OPEN_SECONDS = 8.0
NORMAL, GOING_AWAY, POLICY, FAULT = 1000, 1001, 1008, 1011


class RelayConsumer(AsyncConsumer):
    """Without a channel layer of its own: commands for calls reach the process once.

    Channels' own way of a frame makes two tasks of it and hops to the one thread that
    all sockets share, to look after database connections; there are none here.
    """

    def __init__(self) -> None:
        self._driver: RelayDriver | None = None
        self._early: list[ev.Event] = []
        self._opening: asyncio.Task[None] | None = None
        self._setup_timer: asyncio.TimerHandle | None = None
        self._open = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.scope, self.base_send = scope, send
        with contextlib.suppress(StopConsumer):
            while True:
                await self.dispatch(await receive())

    async def dispatch(self, message: Mapping[str, Any]) -> None:
        match message["type"]:
            case "websocket.receive":
                await self._received(message.get("text") or message.get("bytes") or "")
            case "websocket.connect":
                await self._connected()
            case "websocket.disconnect":
                self._disconnected(int(message.get("code") or GOING_AWAY))
                raise StopConsumer

    async def _connected(self) -> None:
        given = dict(self.scope["headers"]).get(b"x-twilio-signature", b"")
        if not verify_handshake(
            given.decode("latin-1"),
            relay_url=settings.RELAY_URL,
            tokens=settings.TWILIO_AUTH_TOKENS,
        ):
            logger.warning(
                "relay handshake refused", extra={"expected_url": settings.RELAY_URL}
            )
            await self.send({"type": "websocket.close", "code": POLICY})
            return
        await self.send({"type": "websocket.accept"})
        self._open = True
        loop = asyncio.get_running_loop()
        self._setup_timer = loop.call_later(SETUP_SECONDS, self._no_setup)

    def _no_setup(self) -> None:
        self._opening = asyncio.create_task(self._refuse("no setup frame came in time"))

    async def _received(self, text: str | bytes) -> None:
        frame = relay_frames.read(text)
        if self._opening is None:
            await self._expect_setup(frame)
        elif isinstance(frame, Malformed):
            logger.warning("relay frame unreadable", extra={"why": frame.why})
        elif isinstance(frame, Ignored):
            logger.info("relay frame ignored", extra={"frame": frame.type[:40]})
        elif not isinstance(frame, SetupFrame):
            self._tell(frame)

    async def _expect_setup(self, frame: relay_frames.Frame) -> None:
        if self._setup_timer is not None:
            self._setup_timer.cancel()
        if isinstance(frame, SetupFrame):
            self._opening = asyncio.create_task(self._open_call(frame))
        elif self._open:
            await self._refuse("the first frame was not setup")

    def _tell(self, event: ev.Event) -> None:
        if self._driver is None:
            self._early.append(event)
        else:
            self._driver.tell(event)

    async def _open_call(self, setup: SetupFrame) -> None:
        try:
            async with asyncio.timeout(OPEN_SECONDS):
                driver = await open_call(
                    setup, runtime(), send=self._write, close=self._close
                )
        except SessionRefused as refused:
            await self._refuse(str(refused))
        except Exception:
            logger.exception("relay session could not be opened")
            await self._close(FAULT)
        else:
            for event in self._early:
                driver.tell(event)
            self._driver = driver

    async def _refuse(self, why: str) -> None:
        logger.warning("relay socket refused", extra={"why": why})
        await self._close(POLICY)

    async def _write(self, frame: str) -> None:
        """A socket that closes under us tells of it by its own disconnect."""
        if self._open:
            with contextlib.suppress(Disconnected):
                await self.send({"type": "websocket.send", "text": frame})

    async def _close(self, code: int) -> None:
        if self._open:
            self._open = False
            await self.send({"type": "websocket.close", "code": code})

    def _disconnected(self, code: int) -> None:
        """1000 is the carrier's word for a caller who left; all else is a loss."""
        self._open = False
        if self._setup_timer is not None:
            self._setup_timer.cancel()
        left = code == NORMAL
        self._tell(ev.CallerLeft() if left else ev.TransportLost(code))
        self._driver = None  # each knows the other, and would keep it alive


class SidebandConsumer(AsyncConsumer):
    """Hosts sidebands in `manage.py runworker sideband`.

    The channel layer hands an announcement to every such process; the lease in the
    database lets one of them drive.
    """

    async def sideband_attach(self, message: Mapping[str, Any]) -> None:
        if sidebands.host():
            keep_watch()
            await sidebands.drive(int(message["engine_session"]))

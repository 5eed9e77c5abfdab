"""What the server runs: pages and webhooks over HTTP, the relay over a WebSocket.

The relay socket has no origin check and no session: the provider sends no Origin and
no cookie. It is authenticated by signature and one-time token in its consumer.
"""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

from asgiref.sync import ThreadSensitiveContext
from channels.routing import ChannelNameRouter, ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.exception import convert_exception_to_response
from django.urls import re_path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "phoneops.settings")
pages = get_asgi_application()

# These need the apps.
from calls.consumers import SidebandConsumer  # noqa: E402
from calls.driver.sidebands import CHANNEL  # noqa: E402
from calls.websocket_urls import websocket_urlpatterns  # noqa: E402

WEBHOOKS = ("/twilio/", "/openai/")
HEALTH = ("/healthz", "/readyz", "/metrics")
WEBHOOK_THREADS = 4
REPORTS_AT_ONCE = 2
# Callbacks that are told and not asked.
REPORTS = ("/twilio/status/", "/twilio/recording/", "/twilio/message-status/")
# As the carrier writes of a call that has ended: its caller waits for no answer.
GONE = re.compile(rb"(^|&)CallStatus=(completed|busy|failed|no-answer|canceled)(&|$)")


class Threads:
    """Threads that requests share, each request on one of them from first to last.

    Django starts two for every request. When many calls end at once, that is a hundred
    threads that the event loop, and with it every call, has to take turns with.
    """

    def __init__(self, count: int) -> None:
        self._threads = [
            ThreadPoolExecutor(1, thread_name_prefix=f"webhooks-{number}")
            for number in range(count)
        ]
        self._requests = [0] * count

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """The one with the fewest requests."""
        chosen = self._requests.index(min(self._requests))
        self._requests[chosen] += 1
        try:
            async with ThreadSensitiveContext(executor=self._threads[chosen]):
                yield
        finally:
            self._requests[chosen] -= 1


def is_report(path: str, body: bytes) -> bool:
    """Nobody is on the line who waits for the answer."""
    return path.startswith(REPORTS) or GONE.search(body) is not None


class MachineHandler(ASGIHandler):
    """Django's handler without middleware: a machine has no session, no cookie and no
    browser. And whoever asks for our health may do so by any name or number of ours,
    which for a page would be a host that is not allowed.
    """

    def load_middleware(self, is_async: bool = False) -> None:
        self._view_middleware: list[Any] = []
        self._template_response_middleware: list[Any] = []
        self._exception_middleware: list[Any] = []
        get_response = self._get_response_async  # type: ignore[attr-defined]  # private
        self._middleware_chain = convert_exception_to_response(get_response)


class WebhookHandler(MachineHandler):
    """A process answers about twice as many webhooks without middleware.

    When many calls end at once, a new caller must not wait behind what is told of
    them: of reports only a few are handled at a time, and the rest wait here.
    """

    def __init__(self) -> None:
        super().__init__()
        self._threads = Threads(WEBHOOK_THREADS)
        self._reports = asyncio.Semaphore(REPORTS_AT_ONCE)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        first = await receive()

        async def receive_all() -> Any:
            nonlocal first
            message, first = first, None
            return message or await receive()

        if is_report(scope["path"], first.get("body", b"")):
            async with self._reports:
                await self._handle(scope, receive_all, send)
        else:
            await self._handle(scope, receive_all, send)

    async def listen_for_disconnect(self, receive: Any) -> None:
        """Never: what was begun for a caller is finished, even if whoever told us of
        it does not wait for the answer.
        """
        await asyncio.get_running_loop().create_future()

    async def _handle(self, scope: Any, receive: Any, send: Any) -> None:
        async with self._threads.one():
            await self.handle(scope, receive, send)


webhooks, machines = WebhookHandler(), MachineHandler()


async def answer(scope: Any, receive: Any, send: Any) -> None:
    if scope["path"].startswith(WEBHOOKS):
        await webhooks(scope, receive, send)
    else:
        handler = machines if scope["path"] in HEALTH else pages
        await handler(scope, receive, send)


async def refuse(scope: Any, receive: Any, send: Any) -> None:
    """A socket that nobody serves is turned down without a traceback."""
    await receive()
    await send({"type": "websocket.close", "code": 4404})


application = ProtocolTypeRouter(
    {
        "http": answer,
        # The stubs know only a private kind of pattern, which `path` does not return.
        # `manage.py runworker sideband` hosts the sidebands of voice calls.
        "channel": ChannelNameRouter({CHANNEL: SidebandConsumer.as_asgi()}),
        "websocket": URLRouter([*websocket_urlpatterns, re_path("", refuse)]),  # type: ignore[list-item, arg-type]
    }
)

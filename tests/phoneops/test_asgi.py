"""What the server hands to whom."""

import asyncio
import threading
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.testing import HttpCommunicator, WebsocketCommunicator
from django.http import HttpRequest, HttpResponse

from phoneops.asgi import REPORTS_AT_ONCE, Threads, WebhookHandler, application


async def ask(
    method: str, path: str, host: bytes = b"localhost"
) -> tuple[int, dict[bytes, bytes]]:
    headers = [(b"host", host)]
    server = HttpCommunicator(application, method, path, headers=headers)
    response = await server.get_response()
    await server.wait()  # the answer is out before the handler is done
    return response["status"], dict(response["headers"])


async def test_a_webhook_passes_no_middleware() -> None:
    status, headers = await ask("POST", "/twilio/nothing-here/")
    assert status == 404
    assert b"X-Frame-Options" not in headers


@pytest.mark.parametrize("path", ["/healthz", "/metrics"])
async def test_health_may_be_asked_for_by_any_name(path: str) -> None:
    status, headers = await ask("GET", path, host=b"10.0.0.7:8000")
    assert status == 200
    assert b"X-Frame-Options" not in headers


async def test_a_page_may_not() -> None:
    status, _ = await ask("GET", "/admin/", host=b"10.0.0.7:8000")
    assert status == 400


async def test_a_page_passes_all_middleware() -> None:
    status, headers = await ask("GET", "/nothing-here/")
    assert status == 404
    assert headers[b"X-Frame-Options"] == b"DENY"


async def test_a_socket_that_nobody_serves_is_refused() -> None:
    connected, code = await WebsocketCommunicator(application, "/other/").connect()
    assert (connected, code) == (False, 4404)


here = sync_to_async(threading.get_ident)


async def test_a_request_stays_on_its_thread_beside_others() -> None:
    threads = Threads(2)
    async with threads.one():
        first = await here()
        assert await here() == first
    async with threads.one():
        assert await here() == first


async def test_many_requests_share_few_threads() -> None:
    threads, all_there = Threads(3), asyncio.Barrier(12)

    async def request() -> int:
        async with threads.one():
            await all_there.wait()
            return await here()

    used = await asyncio.gather(*(request() for _ in range(12)))
    assert sorted(used.count(thread) for thread in set(used)) == [4, 4, 4]


class Busy(WebhookHandler):
    """Every request takes until the test lets it go on."""

    def __init__(self) -> None:
        super().__init__()
        self.at_work: list[str] = []
        self.go_on = asyncio.Event()

    async def handle(self, scope: Any, receive: Any, send: Any) -> None:
        message = await receive()
        self.at_work.append(f"{scope['path']} {message['body'].decode()}")
        await self.go_on.wait()


@pytest.mark.parametrize(
    ("path", "body", "waits"),
    [
        ("/twilio/status/", "CallStatus=completed", True),
        ("/twilio/relay-ended/", "A=b&CallStatus=completed&C=d", True),
        ("/twilio/relay-ended/", "A=b&CallStatus=in-progress", False),
        (
            "/twilio/dial-ended/",
            "DialCallStatus=completed&CallStatus=in-progress",
            False,
        ),
        ("/twilio/voice/", "CallStatus=ringing", False),
    ],
)
async def test_whoever_waits_for_an_answer_overtakes_what_is_only_told(
    path: str, body: str, *, waits: bool
) -> None:
    busy = Busy()

    async def ask(path: str, body: str) -> None:
        messages = iter([{"type": "http.request", "body": body.encode()}])

        async def receive() -> Any:
            return next(messages)

        await busy({"type": "http", "path": path}, receive, None)

    reports = [ask("/twilio/status/", str(n)) for n in range(REPORTS_AT_ONCE + 3)]
    tasks = [asyncio.create_task(work) for work in [*reports, ask(path, body)]]
    for _ in range(100):  # far more turns of the loop than it takes
        await asyncio.sleep(0)
    assert len(busy.at_work) == REPORTS_AT_ONCE + (not waits)
    assert (f"{path} {body}" in busy.at_work) is not waits
    busy.go_on.set()
    await asyncio.gather(*tasks)
    assert len(busy.at_work) == len(tasks)


class Slow(WebhookHandler):
    """Decides once the test lets it."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.go_on = asyncio.Event(), asyncio.Event()

    async def run_get_response(self, request: HttpRequest) -> HttpResponse:
        self.begun.set()
        await self.go_on.wait()
        return HttpResponse("decided")


async def test_what_was_begun_is_finished_though_nobody_waits_for_it() -> None:
    slow = Slow()
    server = HttpCommunicator(slow, "POST", "/twilio/voice/", body=b"CallSid=CA1")
    answer = asyncio.create_task(server.get_response())
    await slow.begun.wait()
    await server.send_input({"type": "http.disconnect"})
    for _ in range(100):  # far more turns of the loop than it takes to be cancelled
        await asyncio.sleep(0)
    slow.go_on.set()
    assert (await answer)["body"] == b"decided"
    await server.wait()

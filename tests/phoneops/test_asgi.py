"""What the server hands to whom."""

import asyncio
import threading

from asgiref.sync import sync_to_async
from channels.testing import HttpCommunicator, WebsocketCommunicator

from phoneops.asgi import Threads, application


async def ask(method: str, path: str) -> tuple[int, dict[bytes, bytes]]:
    headers = [(b"host", b"localhost")]
    server = HttpCommunicator(application, method, path, headers=headers)
    response = await server.get_response()
    await server.wait()  # the answer is out before the handler is done
    return response["status"], dict(response["headers"])


async def test_a_webhook_passes_no_middleware() -> None:
    status, headers = await ask("POST", "/twilio/nothing-here/")
    assert status == 404
    assert b"X-Frame-Options" not in headers


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

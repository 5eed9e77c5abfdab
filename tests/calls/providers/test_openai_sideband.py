"""The sideband's own rule for opening again, against a provider on the wire."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from calls.providers.openai_realtime import sideband
from calls.providers.openai_realtime.sideband import (
    Closed,
    Opened,
    Sideband,
    sideband_url,
)

Step = int | str
HANG_UP, BREAK, CUT, QUIET = "hang up", "break", "cut", "quiet"
NONSENSE = "nonsense"
NO_TEXT = b"\x00\xff\xfe"


@asynccontextmanager
async def provider(*steps: Step) -> AsyncIterator[tuple[Sideband, list[str]]]:
    """Answers each handshake as its step says: a status, or a way to close after one
    frame. When there are no more steps there is no such call any more.
    """
    left, headers = list(steps), []

    async def answer(request: web.Request) -> web.StreamResponse:
        headers.append(request.headers["Authorization"])
        assert request.query["call_id"] == "rtc_1"
        step = left.pop(0) if left else 404
        if isinstance(step, int):
            return web.Response(status=step)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if step == NONSENSE:
            await socket.send_bytes(NO_TEXT)
        await socket.send_str("hello")
        if step == CUT:
            assert request.transport is not None
            request.transport.abort()
        elif step == QUIET:
            await socket.receive()
        else:
            await socket.close(code=1011 if step == BREAK else 1000)
        return socket

    application = web.Application()
    application.router.add_get("/v1/realtime", answer)
    async with TestServer(application) as server:
        url = sideband_url(str(server.make_url("/v1")), "rtc_1")
        yield Sideband(url, "key"), headers


async def heard(found: Sideband, *, fresh: bool = True) -> list[object]:
    async with asyncio.timeout(20):
        return [item async for item in found.listen(fresh=fresh)]


@pytest.fixture(autouse=True)
def _no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sideband, "PAUSES", (0.0, 0.01, 0.01, 0.01))
    monkeypatch.setattr(sideband, "FRESH_PAUSE", 0.01)


async def test_a_call_that_is_over_is_not_knocked_at_again() -> None:
    async with provider(HANG_UP) as (found, headers):
        assert await heard(found) == [Opened(False), b"hello", Closed(1000, gone=True)]
    assert headers == ["Bearer key"] * 2


@pytest.mark.parametrize(("how", "code"), [(BREAK, 1011), (CUT, 1006)])
async def test_a_connection_that_breaks_is_opened_again(how: str, code: int) -> None:
    async with provider(how, HANG_UP) as (found, _):
        first, _, second, *_, last = await heard(found)
    assert (first, second) == (Opened(False), Opened(True))
    assert last == Closed(1000, gone=True)


async def test_what_is_no_text_does_not_end_the_connection() -> None:
    async with provider(NONSENSE) as (found, _):
        _, first, second, _ = await heard(found)
    assert (first, second) == (NO_TEXT, b"hello")


async def test_the_first_moments_after_the_accept_may_find_no_call() -> None:
    async with provider(404, 404, HANG_UP) as (found, headers):
        assert (await heard(found))[0] == Opened(False)
    assert len(headers) == 4


async def test_a_call_taken_over_is_over_when_it_is_not_found() -> None:
    async with provider(404, HANG_UP) as (found, headers):
        assert await heard(found, fresh=False) == [Closed(1006, gone=True)]
    assert len(headers) == 1


async def test_a_provider_that_refuses_is_given_up_after_four_more_tries() -> None:
    async with provider(*[503] * 9) as (found, headers):
        assert await heard(found) == [Closed(1006, gone=False)]
    assert len(headers) == 5


async def test_sockets_that_break_at_once_do_not_go_on_for_ever() -> None:
    async with provider(*[BREAK] * 9) as (found, headers):
        assert (await heard(found))[-1] == Closed(1011, gone=False)
    assert len(headers) == 5


async def test_a_steady_connection_may_break_as_often_as_it_likes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sideband, "STEADY_SECONDS", -1.0)
    async with provider(*[BREAK] * 9) as (found, headers):
        assert (await heard(found))[-1] == Closed(1011, gone=True)
    assert len(headers) == 10


async def test_a_connection_on_which_nothing_comes_is_opened_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sideband, "QUIET_SECONDS", 0.2)
    async with provider(QUIET, HANG_UP) as (found, headers):
        first, _, second, *_, last = await heard(found)
    assert (first, second) == (Opened(False), Opened(True))
    assert last == Closed(1000, gone=True)
    assert len(headers) == 3


async def test_leaving_is_no_reason_to_come_back() -> None:
    async with provider(BREAK, BREAK) as (found, headers):
        items = found.listen(fresh=True)
        assert await anext(items) == Opened(False)
        await found.close()
        rest = [item async for item in items]
    assert isinstance(rest[-1], Closed)
    assert len(headers) == 1


async def test_nothing_is_kept_for_a_connection_that_is_not_there() -> None:
    async with provider() as (found, _):
        assert await found.send("{}") is False


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("https://api.openai.com/v1", "wss://api.openai.com/v1/realtime?call_id=a"),
        ("http://127.0.0.1:1/v1/", "ws://127.0.0.1:1/v1/realtime?call_id=a"),
    ],
)
def test_the_address_is_the_rest_base_without_model_or_beta(
    base: str, url: str
) -> None:
    assert sideband_url(base, "a") == url

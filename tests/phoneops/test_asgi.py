"""What the server hands to whom."""

from channels.testing import HttpCommunicator, WebsocketCommunicator

from phoneops.asgi import application


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

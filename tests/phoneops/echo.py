"""A small application to serve: it says back what it hears and tells how it ended."""

from typing import Any


async def application(scope: Any, receive: Any, send: Any) -> None:
    assert scope["type"] == "websocket"
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        if event["text"].startswith("close"):
            await send({"type": "websocket.close", "code": int(event["text"][5:])})
        else:
            await send({"type": "websocket.send", "text": event["text"]})
    print("ended with", event["code"], flush=True)

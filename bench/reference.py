"""The smallest honest relay: asyncio, `websockets` and HTTP by hand, no Django.

It does what any relay has to do: take the setup frame, send the caller's words with
the history to the model, and pass every token on as a frame. It has no rules, no
journal, no tools, no barge-in and no database. The bench holds the portal against it.

    python -m bench.reference --port 9001 --model http://127.0.0.1:9000/v1
"""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from websockets.asyncio.server import ServerConnection, serve

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Model:
    """Streams answers over kept-alive connections, one per call."""

    def __init__(self, url: str, key: str) -> None:
        parts = urlsplit(url)
        self.host, self.port = parts.hostname or "", parts.port or 80
        self.head = (
            f"POST {parts.path}/responses HTTP/1.1\r\nHost: {parts.netloc}\r\n"
            f"Authorization: Bearer {key}\r\nContent-Type: application/json\r\n"
        )

    async def connect(self) -> Streams:
        return await asyncio.open_connection(self.host, self.port)

    async def answer(
        self, streams: Streams, history: list[dict[str, str]]
    ) -> AsyncIterator[str]:
        reader, writer = streams
        body = json.dumps(
            {
                "model": "gpt-6-luna",
                "instructions": "You answer the phone.",
                "input": history,
                "stream": True,
                "store": False,
            }
        )
        head = f"{self.head}Content-Length: {len(body)}\r\n\r\n"
        writer.write((head + body).encode())
        while (await reader.readline()).strip():
            pass
        while size := int((await reader.readline()).strip() or b"0", 16):
            chunk = await reader.readexactly(size + 2)
            for line in chunk.split(b"\n"):
                if line.startswith(b"data: {"):
                    event = json.loads(line[6:])
                    if event["type"] == "response.output_text.delta":
                        yield event["delta"]
        await reader.readline()


async def relay(socket: ServerConnection, model: Model) -> None:
    history: list[dict[str, str]] = []
    streams = await model.connect()
    async for text in socket:
        frame = json.loads(text)
        if frame["type"] != "prompt":
            continue
        history.append({"role": "user", "content": frame["voicePrompt"]})
        said = ""
        async for token in model.answer(streams, history):
            said += token
            out = {"type": "text", "token": token, "last": False}
            await socket.send(json.dumps(out))
        await socket.send('{"type": "text", "token": "", "last": true}')
        history.append({"role": "assistant", "content": said})
    streams[1].close()


async def run(port: int, model: Model) -> None:
    async with serve(
        lambda socket: relay(socket, model), "127.0.0.1", port, compression=None
    ):
        print(f"reference on {port}, process {os.getpid()}", file=sys.stderr)
        await asyncio.get_running_loop().create_future()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--key", default="sk-bench")
    given = parser.parse_args()
    asyncio.run(run(given.port, Model(given.model, given.key)))


if __name__ == "__main__":
    main()

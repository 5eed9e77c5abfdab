"""The smallest honest sideband: asyncio, `aiohttp` and `websockets`, no Django.

It does what any has to do: check the webhook's signature, store it once, in a
transaction that is on the disk before the call is accepted, accept with a session,
attach, greet, and answer every tool call with an output and one response. It decides
nothing, and it has no journal, no limits and no lease. The bench holds the portal
against it.

    python -m bench.reference_sideband --port 9003 --provider http://127.0.0.1:9000/v1
"""

import argparse
import asyncio
import base64
import hashlib
import hmac
import json

import aiohttp
import psycopg
from aiohttp import web
from websockets.asyncio.client import connect

TABLE = """
CREATE TABLE IF NOT EXISTS bench_announcement
(key text PRIMARY KEY, body jsonb NOT NULL, at timestamptz NOT NULL DEFAULT now())
"""
STORE = "INSERT INTO bench_announcement (key, body) VALUES (%s, %s)"
SESSION = {
    "type": "realtime",
    "model": "gpt-realtime-2.1",
    "instructions": "You answer the phone.",
    "tools": [],
}
GREET = json.dumps({"type": "response.create"})


class Portal:
    def __init__(self, given: argparse.Namespace) -> None:
        self.provider, self.api_key = given.provider, given.key
        self.secret = base64.b64decode(given.secret.removeprefix("whsec_"))
        self.tool = f"{given.provider.removesuffix('/v1')}/tools/opening-slots"
        self.tasks: set[asyncio.Task[None]] = set()

    async def start(self, dsn: str) -> None:
        self.database = await psycopg.AsyncConnection.connect(dsn, autocommit=True)
        await self.database.execute(TABLE)
        self.session = aiohttp.ClientSession(
            headers={"Authorization": f"Bearer {self.api_key}"}
        )

    async def webhook(self, request: web.Request) -> web.Response:
        body, name = await request.read(), request.headers["webhook-id"]
        text = f"{name}.{request.headers['webhook-timestamp']}.".encode() + body
        digest = hmac.new(self.secret, text, hashlib.sha256).digest()
        expected = f"v1,{base64.b64encode(digest).decode()}"
        if not hmac.compare_digest(expected, request.headers["webhook-signature"]):
            return web.Response(status=400)
        await self.database.execute(STORE, (name, body.decode()))
        call = json.loads(body)["data"]["call_id"]
        task = asyncio.create_task(self.take(call))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return web.Response()

    async def take(self, call: str) -> None:
        url = f"{self.provider}/realtime/calls/{call}/accept"
        async with self.session.post(url, json=SESSION) as answer:
            answer.raise_for_status()
        address = f"{self.provider.replace('http', 'ws', 1)}/realtime?call_id={call}"
        headers = {"Authorization": f"Bearer {self.api_key}"}
        async with connect(
            address, additional_headers=headers, compression=None
        ) as socket:
            async for text in socket:
                event = json.loads(text)
                if event["type"] == "session.created":
                    await socket.send(GREET)
                elif event["type"] == "response.done":
                    for item in event["response"]["output"]:
                        if item["type"] == "function_call":
                            await socket.send(await self.output(item))
                            await socket.send(GREET)

    async def output(self, item: dict[str, str]) -> str:
        output = "saved"
        if item["name"] == "check_opening_slots":
            async with self.session.post(self.tool, data=item["arguments"]) as answer:
                output = await answer.text()
        found = {
            "type": "function_call_output",
            "call_id": item["call_id"],
            "output": output,
        }
        return json.dumps({"type": "conversation.item.create", "item": found})


async def run(given: argparse.Namespace) -> None:
    portal = Portal(given)
    await portal.start(given.database)
    app = web.Application()
    app.router.add_post("/openai/webhook/", portal.webhook)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", given.port, backlog=1024).start()
    await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--provider", required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("--secret", required=True)
    parser.add_argument("--key", default="sk-bench")
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()

"""The smallest honest voice webhook: asyncio, one connection, HTTP by hand, no Django.

It does what any has to do: check the signature, store the request once, in a
transaction that is on the disk before the answer goes out, and answer with TwiML. It
decides nothing. The bench holds the portal against it.

    python -m bench.reference_webhook --port 9002 --database postgres://…
"""

import argparse
import asyncio
import base64
import hashlib
import hmac
import json
from urllib.parse import parse_qsl

import psycopg

TABLE = """
CREATE TABLE IF NOT EXISTS bench_callback
(key text PRIMARY KEY, params jsonb NOT NULL, at timestamptz NOT NULL DEFAULT now())
"""
STORE = (
    "INSERT INTO bench_callback (key, params) VALUES (%s, %s) ON CONFLICT DO NOTHING"
)
TWIML = (
    b'<?xml version="1.0" encoding="UTF-8"?><Response><Connect><ConversationRelay '
    b'url="wss://phoneops.test/twilio/relay/"/></Connect></Response>'
)


class Webhook:
    def __init__(self, database: psycopg.AsyncConnection, url: str, token: str) -> None:
        self.database = database
        self.url = url
        self.token = token.encode()

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                lines = (line.partition(": ") for line in head.split("\r\n")[1:])
                headers = {name.lower(): value for name, _, value in lines}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                status, answer = await self.answer(headers, body.decode())
                writer.write(
                    b"HTTP/1.1 %s\r\nContent-Type: text/xml\r\n"
                    b"Content-Length: %d\r\n\r\n%s" % (status, len(answer), answer)
                )
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def answer(self, headers: dict[str, str], body: str) -> tuple[bytes, bytes]:
        form = dict(parse_qsl(body, keep_blank_values=True))
        if not hmac.compare_digest(
            self.sign(form), headers.get("x-twilio-signature", "")
        ):
            return b"403 Forbidden", b""
        await self.database.execute(STORE, (form["CallSid"], json.dumps(form)))
        return b"200 OK", TWIML

    def sign(self, form: dict[str, str]) -> str:
        text = self.url + "".join(name + form[name] for name in sorted(form))
        digest = hmac.new(self.token, text.encode(), hashlib.sha1).digest()
        return base64.b64encode(digest).decode()


async def run(given: argparse.Namespace) -> None:
    database = await psycopg.AsyncConnection.connect(given.database, autocommit=True)
    await database.execute(TABLE)
    webhook = Webhook(database, given.url, given.token)
    server = await asyncio.start_server(webhook.serve, "127.0.0.1", given.port)
    await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("--url", default="https://phoneops.test/twilio/voice/")
    parser.add_argument("--token", default="simulated-twilio-auth-token")
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()

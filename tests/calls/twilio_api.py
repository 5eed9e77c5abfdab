"""Twilio's REST API as far as the tests ask it: any request, one answer."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs


class FakeTwilio(ThreadingHTTPServer):
    """Answers every request with what the test has put in `answer` and `headers`.

    What is in `first` is answered before, one after the other.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer: tuple[int, Any] = (200, {})
        self.first: list[tuple[int, Any]] = []
        self.headers = {"Content-Type": "application/json"}
        self.authorizations: list[str | None] = []
        self.asked: list[tuple[str, str, dict[str, list[str]]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: FakeTwilio

    def respond(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append((self.command, self.path, parse_qs(body.decode())))
        self.server.authorizations.append(self.headers.get("Authorization"))
        first = self.server.first
        status, answer = first.pop(0) if first else self.server.answer
        text = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = respond

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def twilio_api() -> Iterator[FakeTwilio]:
    with FakeTwilio() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()

"""A mail server that does to each message what the test wants."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class MailServer(socketserver.ThreadingTCPServer):
    """`at` is the command that goes wrong, `how` the answer; empty breaks the line."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, at: str = "", how: str = "") -> None:
        super().__init__(("127.0.0.1", 0), Talk)
        self.at, self.how = at, how
        self.messages: list[str] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class Talk(socketserver.StreamRequestHandler):
    """As much of SMTP as a mail needs (RFC 5321)."""

    server: MailServer

    def handle(self) -> None:
        self.say("220 ready")
        while line := self.rfile.readline().decode().strip():
            word = line.split(maxsplit=1)[0].upper()
            if word == self.server.at:
                if not self.server.how:
                    return
                self.say(self.server.how)
            elif word == "DATA":
                if not self.take_message():
                    return
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 fine")

    def take_message(self) -> bool:
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline().decode()) != ".\r\n":
            lines.append(line)
        if self.server.at == "END":
            if not self.server.how:
                return False
            self.say(self.server.how)
            return True
        self.server.messages.append("".join(lines))
        self.say("250 taken")
        return True

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def mail_server(at: str = "", how: str = "") -> Iterator[MailServer]:
    with MailServer(at, how) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()

"""A real mail server on this machine, which does what it is told to do badly."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from bench.machine import free_port

WELCOME = "250 OK"


def no_more() -> None:
    """Nothing happens while a mail is taken."""


@dataclass
class MailServer:
    """`refused` maps an address to the answer it gets; `answer` is that to a mail's

    text. `hanging` is the command that is never answered. `on_text` is called when
    the text has come, before it is answered.
    """

    refused: dict[str, str] = field(default_factory=dict)
    answer: str = WELCOME
    hanging: str = ""
    on_text: Callable[[], None] = no_more
    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)
    port: int = 0
    released: threading.Event = field(default_factory=threading.Event)

    async def hang(self, command: str, server: SMTP) -> None:
        """Until the client has gone away, or the test is over."""
        if self.hanging == command:
            loop = server.loop
            await loop.run_in_executor(None, self.released.wait, 60)

    async def handle_EHLO(
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        await self.hang("EHLO", server)
        session.host_name = hostname
        return responses

    async def handle_RCPT(
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        await self.hang("RCPT", server)
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return WELCOME

    async def handle_DATA(
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.on_text()
        await self.hang("DATA", server)
        if self.answer == WELCOME:
            content = envelope.content
            assert isinstance(content, bytes)
            mail = message_from_bytes(content, policy=policy.default)
            assert isinstance(mail, EmailMessage)
            self.taken += [(address, mail) for address in envelope.rcpt_tos]
        return self.answer

    @property
    def reached(self) -> list[str]:
        return sorted(address for address, _ in self.taken)


@contextmanager
def mail_server() -> Iterator[MailServer]:
    found = MailServer(port=free_port())
    controller = Controller(found, hostname="127.0.0.1", port=found.port)
    controller.start()
    try:
        yield found
    finally:
        found.released.set()
        controller.stop()

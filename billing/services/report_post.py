"""Handing a mail to the mail server, and knowing afterwards whether it has it.

A server has a mail once it has read its text to the end and said so. Whatever breaks
before the text is sent, the mail was certainly not delivered; whatever breaks after
it and before the answer leaves that open. So the caller is told right before the text
goes out, and can write down that from here on nobody knows.
"""

import smtplib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend
from django.core.mail.message import EmailMessage

from billing.models import SendState

TIMEOUT_SECONDS = 15.0
GOES_AHEAD = 354
PERMANENT = 500

Hook = Callable[[], None]


class TakenOver(Exception):
    """Somebody else has taken the mail meanwhile; ours must not go out."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`state` is waiting where it is certain that nothing was sent and it may be

    tried again. `why` names no address. `lost`: the server is not there at all.
    """

    state: SendState
    why: str = ""
    lost: bool = False


class Watched(smtplib.SMTP):
    def __init__(self, *args: Any, before_text: Hook, **kwargs: Any) -> None:
        self.before_text = before_text
        super().__init__(*args, **kwargs)

    def getreply(self) -> tuple[int, bytes]:
        """354 is the answer to DATA alone: go ahead with the text."""
        code, words = super().getreply()
        if code == GOES_AHEAD:
            self.before_text()
        return code, words


class WatchedSsl(Watched, smtplib.SMTP_SSL):
    pass


class WatchedBackend(SmtpBackend):
    before_text: Hook = staticmethod(lambda: None)

    @property
    def connection_class(self) -> Any:
        kind = WatchedSsl if self.use_ssl else Watched
        return partial(kind, before_text=lambda: self.before_text())


class Post:
    """One connection, opened when it is first needed and again after it broke."""

    def __init__(self, timeout: float = TIMEOUT_SECONDS) -> None:
        self.backend: BaseEmailBackend = get_connection()
        if isinstance(self.backend, SmtpBackend):
            self.backend = WatchedBackend(timeout=timeout)

    def send(self, mail: EmailMessage, before_text: Hook) -> Outcome:
        """`before_text` may raise `TakenOver`, and then nothing is sent."""
        if not isinstance(self.backend, WatchedBackend):
            before_text()
            return self.hand_over(mail, begun=[True])
        begun: list[bool] = []

        def note() -> None:
            before_text()
            begun.append(True)

        self.backend.before_text = note
        try:
            self.backend.open()
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            return Outcome(SendState.WAITING, words_for(error), lost=True)
        return self.hand_over(mail, begun)

    def hand_over(self, mail: EmailMessage, begun: list[bool]) -> Outcome:
        try:
            self.backend.send_messages([mail])
        except (OSError, smtplib.SMTPException) as error:
            if not isinstance(error, REFUSALS):
                self.close()
            return outcome_of(error, begun=bool(begun))
        except BaseException:
            self.close()
            raise
        return Outcome(SendState.SENT)

    def close(self) -> None:
        """What happens to the connection now changes nothing for any mail."""
        with suppress(OSError, smtplib.SMTPException):
            self.backend.close()
        if isinstance(self.backend, SmtpBackend):
            self.backend.connection = None


REFUSALS = (smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException)


def outcome_of(error: Exception, *, begun: bool) -> Outcome:
    code = code_of(error)
    refused_it = (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError)
    if isinstance(error, refused_it) and code is not None:
        state = SendState.REFUSED if code >= PERMANENT else SendState.WAITING
        return Outcome(state, words_for(error))
    return Outcome(SendState.UNKNOWN if begun else SendState.WAITING, words_for(error))


def code_of(error: Exception) -> int | None:
    """The server's three figures. Its text is left out: it names addresses."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max(code for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code
    return None


def words_for(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"the mail server refused our user name or password ({error.smtp_code})"
    if isinstance(error, smtplib.SMTPSenderRefused):
        return f"the mail server refused our sender address ({error.smtp_code})"
    code = code_of(error)
    if code is not None:
        return f"the mail server refused it ({code})"
    # smtplib takes a timeout for a closed connection, and keeps the timeout with it.
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return "the mail server did not answer in time"
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "the mail server broke the connection off"
    return "the mail server could not be reached"

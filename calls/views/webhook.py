"""The one way in for every callback of the carrier.

In this order: method, size, form, signature, fields, inbox. What fails before the
inbox is refused with a plain word and a log line; it is either not from the carrier
or not anything we could act on. From the inbox on a caller may be waiting, so a
failure of ours is answered with something to hear, and a database that is away with
503, which the carrier tries again.
"""

import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Generic, TypeVar

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from calls import tasks
from calls.carrier_place import place
from calls.core.carrier_status import is_end
from calls.core.instructions import ConnectAgent, Instruction
from calls.core.progress import ENDED
from calls.core.words import CauseOwner
from calls.driver import commands
from calls.errors import BadCallback, Unrenderable
from calls.models import Call
from calls.providers.twilio.callbacks import Callback
from calls.providers.twilio.twiml import render
from calls.services import inbox, rescue
from calls.services.inbox import Answer, Letter
from calls.views.verified import Refused, Verified, verify_request
from routing.core.ruleset import Path

logger = logging.getLogger(__name__)

NO_CONTENT = 204
DATABASE_AWAY = (OperationalError, InterfaceError)
C = TypeVar("C", bound=Callback)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What to answer, and the call it is about where there is one."""

    instruction: Instruction
    call: Call | None = None


Act = Callable[[C, datetime], Outcome]
View = Callable[[HttpRequest], HttpResponse]


@dataclass(frozen=True, slots=True)
class Endpoint(Generic[C]):
    """`rescued` is what is done instead when `act` breaks."""

    name: str
    model: type[C]
    act: Act[C]
    rescued: Act[C]
    status: int = 200


def webhook(
    name: str, model: type[C], *, rescued: Act[C], status: int = 200
) -> Callable[[Act[C]], View]:
    """Makes a view of a function from a callback to its outcome."""

    def wrap(act: Act[C]) -> View:
        endpoint = Endpoint(name, model, act, rescued, status)

        def view(request: HttpRequest) -> HttpResponse:
            try:
                return serve(endpoint, verify_request(request))
            except Refused as refused:
                return refused.response()

        view.csrf_exempt = True  # type: ignore[attr-defined]  # what Django looks for
        return view

    return wrap


def serve(endpoint: Endpoint[C], verified: Verified) -> HttpResponse:
    try:
        received = endpoint.model.read(verified.fields)
    except BadCallback as problem:
        logger.warning(
            "callback refused",
            extra={"endpoint": endpoint.name, "fields": ",".join(problem.fields)},
        )
        raise Refused(400, str(problem)) from None
    letter = Letter(
        endpoint=endpoint.name,
        key=key_of(endpoint, received, verified),
        call_sid=received.sid,
        params=verified.fields,
    )
    try:
        answer = answer_somehow(endpoint, received, letter)
    except DATABASE_AWAY as error:
        log_failure("no database for a callback", endpoint.name, error)
        return HttpResponse("try again", status=503, content_type="text/plain")
    except Exception as error:  # noqa: BLE001  Django's own page would quote it
        log_failure("callback failed twice", endpoint.name, error)
        return HttpResponse("failed", status=500, content_type="text/plain")
    return HttpResponse(
        answer.body, status=answer.status, content_type=answer.content_type
    )


def log_failure(what: str, endpoint: str, error: Exception) -> None:
    """The text of an error may quote the caller; its type and its trace do not."""
    trace = "".join(traceback.format_tb(error.__traceback__))
    extra = {"endpoint": endpoint, "error": type(error).__name__, "trace": trace}
    logger.error(what, extra=extra)


def key_of(endpoint: Endpoint[C], received: C, verified: Verified) -> str:
    """`calls.services.inbox` says why the token comes second."""
    part = received.once or f"token:{verified.idempotency_token}"
    return f"{endpoint.name}:{part}"


def answer_somehow(endpoint: Endpoint[C], received: C, letter: Letter) -> Answer:
    try:
        return twice(letter, partial(answer, endpoint, endpoint.act, received))
    except DATABASE_AWAY:
        raise
    except Exception as problem:  # noqa: BLE001  a caller is waiting for something
        log_failure("callback failed", endpoint.name, problem)
        error = type(problem).__name__
    # Nothing of the first try was stored.
    return twice(letter, partial(answer_rescued, endpoint, received, error))


def twice(letter: Letter, act: Callable[[], Answer]) -> Answer:
    """Once more where a connection had died: the first try was rolled back whole."""
    try:
        return inbox.answer_once(letter, act)
    except DATABASE_AWAY:
        return inbox.answer_once(letter, act)


def answer_rescued(endpoint: Endpoint[C], received: C, error: str) -> Answer:
    now = timezone.now()
    outcome = endpoint.rescued(received, now)
    rescue.report(
        endpoint.name,
        received.once or received.sid,
        now,
        detail=f"The {endpoint.name} callback could not be handled ({error}).",
        call=outcome.call,
    )
    return finish(endpoint, outcome, now)


def answer(endpoint: Endpoint[C], act: Act[C], received: C) -> Answer:
    now = timezone.now()
    return finish(endpoint, act(received, now), now)


def finish(endpoint: Endpoint[C], outcome: Outcome, now: datetime) -> Answer:
    call = outcome.call
    try:
        body = render(outcome.instruction, place())
        instruction = outcome.instruction
    except Unrenderable as problem:
        instruction = instead(endpoint, call, problem, now)
        body = render(instruction, place())
    if call is not None and call.state in ENDED:
        if is_end(call.carrier_status) or call.path == Path.SIP:
            # Until then it waits for that word; should it never come, for the sweep.
            tasks.close_soon(call.pk)
        if call.path == Path.SIP:
            commands.caller_gone(call.pk)
    if endpoint.status == NO_CONTENT:
        return Answer("", status=NO_CONTENT)
    if isinstance(instruction, ConnectAgent):
        return Answer(
            body, token=instruction.token, token_number=instruction.token_number
        )
    return Answer(body, status=endpoint.status)


def instead(
    endpoint: Endpoint[C], call: Call | None, problem: Unrenderable, now: datetime
) -> Instruction:
    """The carrier would refuse what the language profile says."""
    rescue.report(
        endpoint.name,
        str(call.pk if call else ""),
        now,
        cause=CauseOwner.CONFIGURATION,
        detail=str(problem),
        call=call,
    )
    return rescue.to_voicemail(call, now) if call else rescue.goodbye()

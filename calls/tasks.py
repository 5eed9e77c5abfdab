"""Work after and around calls. Every task may run twice and may be lost.

The sweep looks every ten seconds for whatever was left lying, so nothing here depends
on a message having been delivered; enqueuing only makes it sooner.
"""

import contextlib
import logging
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Any

from celery import Task, shared_task
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.utils import timezone

from calls.core.carrier_events import StatusReported
from calls.core.words import MailState
from calls.errors import NotFoundThere, ProviderError
from calls.models import Call
from calls.providers.openai_realtime import control
from calls.providers.openai_realtime.listing import list_models
from calls.providers.twilio.rest import Account, Carrier
from calls.services import (
    carrier_reports,
    closing,
    dry_runs,
    retiring_models,
    stalled,
    summary_mail,
    sweeps,
    trunk_ends,
)
from routing.errors import NoRelease
from routing.services import live, model_life

logger = logging.getLogger(__name__)

CLOSE_SOON_SECONDS = 3
MAIL_TIMEOUT_SECONDS = 20
MOST_MAIL_TRIES = 8
MOST_LIST_TRIES = 8
LONGEST_PAUSE_SECONDS = 100  # below the broker's visibility timeout
MOST_AT_A_TIME = 100
STALE_SECONDS = 30
REFUSED = (SMTPResponseException, SMTPRecipientsRefused)


def enqueue(
    task: "Task[Any, Any]", *args: object, countdown: int = 0, expires: int = 3600
) -> None:
    """Once the transaction has committed. A broker that is away is the sweep's matter:

    it must not turn a callback that was acted on into a failure.
    """

    def send_task() -> None:
        task.apply_async(args, countdown=countdown, expires=expires, retry=False)

    transaction.on_commit(send_task, robust=True)


def close_soon(call_id: int) -> None:
    enqueue(close_call, call_id, countdown=CLOSE_SOON_SECONDS)


@shared_task
def close_call(call_id: int) -> None:
    if closing.close(call_id, timezone.now()):
        enqueue(mail_summary, call_id)


@shared_task
def mail_summary(call_id: int, tries: int = 0) -> None:
    """Tried again only while it is certain that nothing was sent."""
    call = summary_mail.claim(call_id, timezone.now())
    if call is None:
        return
    mail = summary_mail.compose(call)
    if not mail.to:
        summary_mail.move(call, MailState.NOT_WANTED, timezone.now())
        return
    try:
        sent = send(mail)
    except Exception:
        logger.exception("mail about a call: fate unknown", extra={"call": call_id})
        summary_mail.give_up(call, MailState.UNKNOWN, timezone.now())
        return
    if sent:
        summary_mail.move(call, MailState.SENT, timezone.now())
    elif tries + 1 >= MOST_MAIL_TRIES:
        summary_mail.give_up(call, MailState.FAILED, timezone.now())
    else:
        summary_mail.move(call, "", timezone.now())
        pause = min(LONGEST_PAUSE_SECONDS, 10 * 2**tries)
        enqueue(mail_summary, call_id, tries + 1, countdown=pause)


def send(mail: EmailMultiAlternatives) -> bool:
    """False: certainly not sent. An exception: nobody knows."""
    server = get_connection(timeout=MAIL_TIMEOUT_SECONDS)
    try:
        server.open()
    except (OSError, SMTPException) as error:
        log_refusal(error)
        return False
    try:
        server.send_messages([mail])
    except REFUSED as error:
        log_refusal(error)
        return False
    finally:
        # What happens to the connection now changes nothing for the mail.
        with contextlib.suppress(OSError, SMTPException):
            server.close()
    return True


def log_refusal(error: Exception) -> None:
    """The text of a refusal names addresses; its type and code do not."""
    code = error.smtp_code if isinstance(error, SMTPResponseException) else ""
    logger.warning(
        "mail server refused", extra={"error": type(error).__name__, "code": code}
    )


@shared_task
def check_call(call_id: int) -> None:
    """Ask the carrier what became of a call that went silent."""
    call = Call.objects.live().filter(pk=call_id).first()
    if call is None:
        return
    now = timezone.now()
    try:
        found = carrier().fetch(call.carrier_sid)
        truth = StatusReported(call.carrier_sid, found.status, seconds=found.seconds)
    except NotFoundThere:
        truth = StatusReported(call.carrier_sid, "failed")
    except ProviderError as error:
        logger.warning(
            "carrier not reached about a call",
            extra={"call": call_id, "code": error.code, "retryable": error.retryable},
        )
        if not sweeps.is_too_old(call, now):
            return
        truth = StatusReported(call.carrier_sid, "failed")
    if carrier_reports.truth_found(truth, now):
        close_soon(call_id)


@shared_task
def rescue_calls() -> None:
    """Every five seconds: calls whose process may have stopped are looked at again."""
    for one in stalled.claim(timezone.now(), MOST_AT_A_TIME):
        seconds = round(stalled.GRACE.total_seconds())
        enqueue(
            rescue_call, *one.as_words(), countdown=seconds, expires=2 * STALE_SECONDS
        )


@shared_task
def rescue_call(call_id: int, *words: str) -> None:
    """Have the carrier bring back a caller whom nobody serves.

    Not one who is with a person: where our answers failed, the carrier may have gone
    by the number's fallback.
    """
    one = stalled.Stalled.from_words(call_id, *words)
    try:
        if not stalled.still_so(one, timezone.now()):
            return
        if carrier().is_with_somebody(one.carrier_sid):
            return
        url = stalled.fetch(one, timezone.now())
        if url is not None:
            carrier().send_to(one.carrier_sid, url)
    except ProviderError as error:
        stalled.not_fetched(one)
        logger.warning(
            "stalled call could not be fetched",
            extra={"call": call_id, "code": error.code, "retryable": error.retryable},
        )
        if not error.retryable:
            check_call(call_id)


def carrier() -> Carrier:
    return Carrier(
        Account(
            settings.TWILIO_ACCOUNT_SID,
            settings.TWILIO_AUTH_TOKEN,
            settings.TWILIO_API_BASE_URL,
        )
    )


@shared_task
def sweep() -> None:
    """Every ten seconds, each kind of work bounded: the rest comes next time."""
    now = timezone.now()
    for call_id in sweeps.to_close(now, MOST_AT_A_TIME):
        enqueue(close_call, call_id, expires=STALE_SECONDS)
    for call_id in sweeps.claim_unheard(now, MOST_AT_A_TIME):
        enqueue(check_call, call_id, expires=STALE_SECONDS)
    for session_id in sweeps.forsaken(now, MOST_AT_A_TIME):
        trunk_ends.forsake(session_id, now)
    for call_id in summary_mail.forgotten(now, MOST_AT_A_TIME):
        enqueue(mail_summary, call_id, expires=STALE_SECONDS)
    for run_id in dry_runs.forsaken(now):
        enqueue(dry_run, run_id, expires=STALE_SECONDS)
    for call in summary_mail.stuck(now, MOST_AT_A_TIME):
        summary_mail.give_up(call, MailState.UNKNOWN, now)


@shared_task
def dry_run(run_id: int) -> None:
    """A slice of it; the next one is a task of its own, for none may take long."""
    if dry_runs.go_on(run_id):
        enqueue(dry_run, run_id)


@shared_task
def check_models(tries: int = 0) -> None:
    """Once a day: learn which models stop, and say where one of them is in use."""
    now = timezone.now()
    account = control.Account(
        settings.OPENAI_API_KEY, settings.OPENAI_BASE_URL, settings.OPENAI_PROJECT_ID
    )
    try:
        model_life.learn(list_models(account), now)
    except ProviderError as error:
        logger.warning("models could not be listed", extra={"code": error.code})
        if error.retryable and tries + 1 < MOST_LIST_TRIES:
            enqueue(check_models, tries + 1, countdown=LONGEST_PAUSE_SECONDS)
            return
    with contextlib.suppress(NoRelease):  # then no call needs a model either
        retiring_models.report(live.current(), now)

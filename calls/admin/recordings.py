"""The sound of a recording, passed on from the carrier to whoever may see the call.

The carrier asks for the account's password, which no manager has or should have.
"""

import logging

from django.conf import settings
from django.db import connection
from django.http import HttpResponse

from calls.errors import NotFoundThere, ProviderError
from calls.models import Recording
from calls.providers.twilio.recordings import Sound, fetch_sound
from calls.providers.twilio.rest import Account

logger = logging.getLogger(__name__)

GONE = "The carrier no longer has this recording. Somebody may have deleted it there."
LATER = "The carrier did not send this recording. Try again in a minute."
REFUSED = (
    "The carrier refused to send this recording. Ask an engineer to check the "
    "carrier's keys; `manage.py doctor` tells what is wrong with them."
)
EXTENSIONS = {"audio/wav": "wav", "audio/mpeg": "mp3"}


def play(recording: Recording) -> HttpResponse:
    sid, pk = recording.sid, recording.pk
    if not connection.in_atomic_block:
        connection.close()  # a call can use it while the carrier takes its time
    try:
        return as_file(fetch_sound(account(), sid), pk)
    except NotFoundThere:
        return sentence(GONE, 404)
    except ProviderError as error:
        logger.warning(
            "a recording could not be fetched",
            extra={"recording": pk, "problem": str(error)},
        )
        return sentence(LATER if error.retryable else REFUSED, 502)


def as_file(sound: Sound, number: int) -> HttpResponse:
    name = f"recording-{number}.{EXTENSIONS[sound.media_type]}"
    return HttpResponse(
        sound.content,
        content_type=sound.media_type,
        headers={
            "Content-Disposition": f'inline; filename="{name}"',
            "Accept-Ranges": "none",
        },
    )


def sentence(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")


def account() -> Account:
    return Account(
        settings.TWILIO_ACCOUNT_SID,
        settings.TWILIO_AUTH_TOKEN,
        settings.TWILIO_API_BASE_URL,
    )

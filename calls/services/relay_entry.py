"""Connecting a caller to the agent, for the first time or again.

Every entry gets a one-time token. It is worked out from the installation's secret,
the call and a number that grows with every entry, so it need not be kept: the call
holds only its digest (taken back by the socket that brings it), a stored answer only
its number, and a repeated delivery is nevertheless answered with the same bytes.
"""

import re
from datetime import datetime

from django.conf import settings
from django.core.signing import Signer
from django.utils.crypto import salted_hmac

from calls.core.callback_urls import callback_url
from calls.core.instructions import ConnectAgent, Sentences
from calls.core.words import EventKind
from calls.models import Call
from calls.services import carrier_journal, progress
from calls.services.call_script import script_of
from calls.services.sessions import token_digest
from routing.core.ruleset import LanguageProfile

CONNECTION_LOST, NOBODY_FREE = "connection_lost", "nobody_free"
SPOKEN = [EventKind.GREETED, EventKind.AGENT_SAID, EventKind.CALLER_SAID]
SESSIONS = Signer(salt="calls.relay.session", sep=".")
PLACE_OF_TOKEN = re.compile(r"\[relay token (\d+)\]")


def first(call: Call, profile: LanguageProfile, say: Sentences = ()) -> ConnectAgent:
    """For a call that is about to be stored."""
    call.relay_entries = 1
    entry = connect(call, profile, greet=True, say=say)
    call.relay_token_digest = token_digest(entry.token)
    return entry


def again(
    call: Call, now: datetime, say: Sentences = (), *, why: str
) -> ConnectAgent | None:
    """None when there is no agent or no usable profile to go back to.

    A caller who never heard the agent has not entered yet: the greeting is still due.
    """
    profile = script_of(call).profile
    if profile is None or not call.agent_key:
        return None
    heard = has_heard(call)
    call.relay_entries = max(1, call.relay_entries + (1 if heard else 0))
    entry = connect(call, profile, greet=not heard, say=say)
    progress.note(
        call,
        relay_entries=call.relay_entries,
        relay_token_digest=token_digest(entry.token),
        session_status="",
        redirected=False,
    )
    carrier_journal.enter(
        call, EventKind.RECONNECTED, now, entry=call.relay_entries, why=why
    )
    return entry


def has_heard(call: Call) -> bool:
    """Whether the caller has heard the agent. A caller who comes from the voice model

    may have been answered there and never greeted; the journal knows.
    """
    if call.relay_entries:
        return call.answered_at is not None
    return call.events.filter(kind__in=SPOKEN).exists()


def connect(
    call: Call, profile: LanguageProfile, *, greet: bool, say: Sentences
) -> ConnectAgent:
    number = call.relay_entries + call.relay_failures
    return ConnectAgent(
        profile=profile,
        language=call.language,
        token=token_for(call.carrier_sid, number),
        token_number=number,
        greet=greet,
        fallback=script_of(call).voicemail(),
        say=say,
    )


def resume_url(session: str) -> str:
    """Where the carrier sends a caller whom it takes out of a session for us."""
    reference = SESSIONS.sign(session)
    return callback_url(settings.PUBLIC_BASE_URL, "resume", session=reference)


def token_for(carrier_sid: str, number: int) -> str:
    what = f"{carrier_sid}:{number}"
    return salted_hmac("calls.relay_token", what, algorithm="sha256").hexdigest()


def without_token(answer: str, token: str, number: int) -> str:
    """The answer as it may be stored."""
    return answer.replace(token, f"[relay token {number}]") if token else answer


def with_token(stored: str, carrier_sid: str) -> str:
    return PLACE_OF_TOKEN.sub(
        lambda found: token_for(carrier_sid, int(found[1])), stored
    )

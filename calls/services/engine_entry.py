"""Giving a caller to the voice model: by its SIP address, with a reference of ours.

The provider's address is no secret, and what comes back with its announcement was
written by whoever sent the call. So the reference is signed, expires, belongs to one
call and is good for one decision; its digest is kept, not the reference itself.
"""

import hashlib
from datetime import datetime, timedelta

from django.conf import settings
from django.core.signing import BadSignature, Signer, TimestampSigner

from calls.core.instructions import ConnectVoice, Sentences
from calls.core.words import CauseOwner, IncidentKind
from calls.models import Call, EngineSession
from calls.services import incidents
from calls.services.call_script import script_of

# The announcement comes within seconds or not at all.
REFERENCE_LIFE = timedelta(seconds=120)
# How long the caller hears it ring before somebody else takes over.
RING_SECONDS = 12
# Only characters that mean nothing in an address: a colon would have to be escaped.
REFERENCES = TimestampSigner(salt="calls.engine.reference", sep=".")
LEGS = Signer(salt="calls.engine.leg", sep=".")

# The caller waits for these, and to put them together takes longer than to answer them.
# Columns that are not named here are read when asked for.
GIVEN_OUT = """
SELECT id, call_id, engine, provider_call, state, claims FROM calls_enginesession
WHERE call_id = %s AND reference_digest = %s AND reference_expires_at > %s
"""
ITS_CALL = """
SELECT id, state, release_number, agent_key, profile_key, number_label
FROM calls_call WHERE id = %s
"""


def is_set_up() -> bool:
    """Whether there is an address to send calls to."""
    return bool(settings.OPENAI_PROJECT_ID)


def report_missing(call: Call, now: datetime) -> None:
    incidents.report(
        IncidentKind.NO_CONFIGURATION,
        CauseOwner.CONFIGURATION,
        key=f"no voice project:{now:%Y-%m-%d}",
        now=now,
        call=call,
        detail="A line is answered speech to speech, but OPENAI_PROJECT_ID is not set. "
        "The agent took the call over the relay.",
    )


def first(call: Call, now: datetime, say: Sentences = ()) -> ConnectVoice:
    """For a call that has just been stored."""
    reference = REFERENCES.sign_object(call.pk)
    session = EngineSession(
        call=call,
        reference_digest=digest(reference),
        reference_expires_at=now + REFERENCE_LIFE,
    )
    session.save(force_insert=True)
    return ConnectVoice(
        reference=reference,
        leg=LEGS.sign_object(session.pk),
        ring_seconds=RING_SECONDS,
        fallback=script_of(call).voicemail(),
        say=say,
    )


def digest(reference: str) -> str:
    return hashlib.sha256(reference.encode()).hexdigest()


def referred(reference: str, now: datetime) -> EngineSession | None:
    """The session that a reference was given out for, while it is good."""
    try:
        call = REFERENCES.unsign_object(reference, max_age=REFERENCE_LIFE)
    except (BadSignature, ValueError):
        return None
    given_out = EngineSession.objects.raw(GIVEN_OUT, [call, digest(reference), now])
    session = next(iter(given_out), None)
    if session is not None:
        session.call = Call.objects.raw(ITS_CALL, [call])[0]
    return session


def session_of_leg(given: str) -> EngineSession | None:
    try:
        pk = LEGS.unsign_object(given)
    except (BadSignature, ValueError):
        return None
    return EngineSession.objects.select_related("call").filter(pk=pk).first()

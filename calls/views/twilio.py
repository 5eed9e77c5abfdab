"""Twilio's callbacks, each handed to the service that acts on it."""

from datetime import datetime

from calls.core.carrier_events import (
    LegEnded,
    Offered,
    Recorded,
    SessionEnded,
    SessionStatus,
    StatusReported,
    VoiceLegEnded,
)
from calls.core.instructions import HangUp, Nothing
from calls.providers.twilio.callbacks import (
    AboutCall,
    Callback,
    CallbackAnswer,
    CallProgress,
    DialEnded,
    HandOver,
    MessageProgress,
    RecordingProgress,
    RelayEnded,
    Resume,
    SipEnded,
    VoiceCall,
    VoicemailEnded,
    Whisper,
    WhisperAnswer,
)
from calls.services import (
    admission,
    callback_offer,
    carrier_reports,
    engine_handoff,
    hunt,
    incidents,
    progress,
    relay_ends,
    rescue,
    sip_ends,
    stalled,
    voicemail,
    whispers,
)
from calls.views.webhook import NO_CONTENT, Outcome, webhook


def offered_by(received: VoiceCall) -> Offered:
    return Offered(
        carrier_sid=received.call_sid,
        account_sid=received.account_sid,
        dialled=received.dialled,
        caller=received.caller,
        caller_name=received.caller_name,
        forwarded_from=received.forwarded_from,
        verstat=received.stir_verstat,
        headers=received.sip_headers,
    )


def take_blindly(received: VoiceCall, now: datetime) -> Outcome:
    call, instruction = admission.admit_blindly(offered_by(received), now)
    return Outcome(instruction, call)


def take_voicemail(received: AboutCall, now: datetime) -> Outcome:
    """For a caller who is on the line while we fail."""
    call = progress.heard_of(received.call_sid, now)
    if call is None:
        return Outcome(rescue.goodbye())
    return Outcome(rescue.to_voicemail(call, now), call)


def hang_up(received: Callback, now: datetime) -> Outcome:
    """For a contact's phone, and for a caller who has left a message already."""
    return Outcome(HangUp())


def do_nothing(received: Callback, now: datetime) -> Outcome:
    return Outcome(Nothing())


def unknown(endpoint: str, received: AboutCall, now: datetime) -> Outcome:
    """The carrier knows a call that we do not; a caller may be on it."""
    incidents.unknown_call(endpoint, received.call_sid, now)
    return Outcome(Nothing() if received.caller_gone else rescue.goodbye())


@webhook("voice", VoiceCall, rescued=take_blindly)
def voice(received: VoiceCall, now: datetime) -> Outcome:
    call, instruction = admission.admit(offered_by(received), now)
    return Outcome(instruction, call)


@webhook("relay-ended", RelayEnded, rescued=take_voicemail)
def relay_ended(received: RelayEnded, now: datetime) -> Outcome:
    call = progress.heard_of(received.call_sid, now)
    if call is None:
        return unknown("relay-ended", received, now)
    ended = SessionEnded(
        session=received.session_id,
        status=session_status(received.session_status),
        seconds=received.session_duration,
        error_code=received.error_code,
        error_message=received.error_message,
        handoff_hint=received.handoff_data,
        caller_gone=received.caller_gone,
    )
    return Outcome(relay_ends.relay_ended(call, ended, now), call)


def session_status(word: str) -> SessionStatus:
    """A word we do not know is met as a failure: the caller is brought back."""
    known = word in [*SessionStatus]
    return SessionStatus(word) if known else SessionStatus.FAILED


@webhook("dial-ended", DialEnded, rescued=take_voicemail)
def dial_ended(received: DialEnded, now: datetime) -> Outcome:
    call = progress.heard_of(received.call_sid, now)
    if call is None:
        return unknown("dial-ended", received, now)
    ended = LegEnded(
        attempt=received.attempt,
        status=received.dial_call_status,
        leg_sid=received.dial_call_sid,
        seconds=received.dial_call_duration,
        bridged=received.bridged,
        caller_gone=received.caller_gone,
    )
    return Outcome(hunt.after_leg(call, ended, now), call)


@webhook("sip-ended", SipEnded, rescued=take_voicemail)
def sip_ended(received: SipEnded, now: datetime) -> Outcome:
    call = progress.heard_of(received.call_sid, now)
    if call is None:
        return unknown("sip-ended", received, now)
    ended = VoiceLegEnded(
        status=received.dial_call_status,
        answered=received.answered,
        leg_sid=received.dial_call_sid,
        seconds=received.dial_call_duration,
        sip_code=received.dial_sip_response_code or 0,
        caller_gone=received.caller_gone,
    )
    return Outcome(sip_ends.sip_ended(call, ended, now), call)


@webhook("hand-over", HandOver, rescued=take_voicemail)
def hand_over(received: HandOver, now: datetime) -> Outcome:
    call = progress.heard_of(received.call_sid, now)
    if call is None:
        return unknown("hand-over", received, now)
    return Outcome(engine_handoff.hand_over(call, received.handoff, now), call)


@webhook("resume", Resume, rescued=take_voicemail)
def resume(received: Resume, now: datetime) -> Outcome:
    call = progress.heard_of(received.call_sid, now)
    if call is None:
        return unknown("resume", received, now)
    return Outcome(stalled.resume(call, now), call)


@webhook("whisper", Whisper, rescued=hang_up)
def whisper(received: Whisper, now: datetime) -> Outcome:
    return Outcome(whispers.whisper(received.attempt, received.call_sid, now))


@webhook("whisper-answer", WhisperAnswer, rescued=hang_up)
def whisper_answer(received: WhisperAnswer, now: datetime) -> Outcome:
    return Outcome(whispers.answer(received.attempt, received.digits, now))


@webhook("callback-answer", CallbackAnswer, rescued=take_voicemail)
def callback_answer(received: CallbackAnswer, now: datetime) -> Outcome:
    call = progress.heard_of(received.call_sid, now)
    if call is None:
        return unknown("callback-answer", received, now)
    return Outcome(callback_offer.answered(call, received.digits, now), call)


@webhook("voicemail-ended", VoicemailEnded, rescued=hang_up)
def voicemail_ended(received: VoicemailEnded, now: datetime) -> Outcome:
    call = progress.heard_of(received.call_sid, now)
    if call is None:
        return unknown("voicemail-ended", received, now)
    recorded = Recorded(
        sid=received.recording_sid,
        url=received.recording_url,
        seconds=received.recording_duration,
        caller_gone=received.caller_gone,
    )
    return Outcome(voicemail.left(call, recorded, now), call)


@webhook("status", CallProgress, rescued=do_nothing)
def status(received: CallProgress, now: datetime) -> Outcome:
    number = received.sequence_number
    reported = StatusReported(
        leg_sid=received.call_sid,
        status=received.call_status,
        sequence=-1 if number is None else number,
        seconds=received.call_duration,
    )
    if received.attempt or received.leg:
        if not leg_status(received, reported, now):
            incidents.unknown_call("status", received.call_sid, now)
        return Outcome(Nothing())
    call = progress.heard_of(received.call_sid, now)
    if call is None:
        incidents.unknown_call("status", received.call_sid, now)
        return Outcome(Nothing())
    carrier_reports.call_reported(call, reported, now)
    return Outcome(Nothing(), call)


def leg_status(received: CallProgress, reported: StatusReported, now: datetime) -> bool:
    """False for a leg that we did not ring."""
    if received.leg:
        return carrier_reports.voice_leg_reported(received.leg, reported, now)
    return carrier_reports.leg_reported(received.attempt, reported, now)


@webhook("recording", RecordingProgress, rescued=do_nothing)
def recording(received: RecordingProgress, now: datetime) -> Outcome:
    call = progress.heard_of(received.call_sid, now)
    if call is None:
        incidents.unknown_call("recording", received.call_sid, now)
        return Outcome(Nothing())
    recorded = Recorded(
        sid=received.recording_sid,
        url=received.recording_url,
        seconds=received.recording_duration,
        status=received.recording_status,
    )
    voicemail.keep(call, recorded, now)
    return Outcome(Nothing(), call)


@webhook("message-status", MessageProgress, rescued=do_nothing, status=NO_CONTENT)
def message_status(received: MessageProgress, now: datetime) -> Outcome:
    """Kept in the inbox; nothing is sent by text yet that could be moved on."""
    return Outcome(Nothing())

"""Our instructions as TwiML.

Behind each verb that ends with a callback stands what the caller hears should Twilio
ever come past it. `<Say>` names no voice: a voice that a provider has dropped silences
the sentence, and these sentences are spoken when something has already gone wrong.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from twilio.twiml.voice_response import (  # type: ignore[import-untyped]  # no stubs
    Dial,
    Gather,
    VoiceResponse,
)

from calls.core.callback_urls import callback_url
from calls.core.instructions import (
    AskContact,
    ConnectAgent,
    ConnectVoice,
    GoTo,
    HangUp,
    Instruction,
    Nothing,
    OfferCallback,
    RejectCall,
    RingContact,
    Sentences,
    TakeVoicemail,
)
from calls.providers.twilio import relay_twiml

VOICEMAIL_SECONDS = 180
VOICEMAIL_SILENCE = 6
WHISPER_SECONDS = 10
CALLBACK_SECONDS = 6
LEG_EVENTS = "initiated ringing answered completed"


@dataclass(frozen=True, slots=True)
class Place:
    """Where Twilio reaches us, and the voice model ("sip:project@host")."""

    base_url: str
    relay_url: str
    voice_address: str = ""

    def url(self, path: str, **query: str) -> str:
        return callback_url(self.base_url, path, **query)


def render(instruction: Instruction, place: Place) -> str:
    """Raises `Unrenderable` when Twilio would refuse what the profile says."""
    response = VoiceResponse()
    match instruction:
        case ConnectAgent():
            say(response, instruction.say)
            relay_twiml.connect(
                response,
                instruction,
                relay_url=place.relay_url,
                action=place.url("relay-ended"),
            )
            voicemail(response, instruction.fallback, place)
        case ConnectVoice():
            say(response, instruction.say)
            ring_voice(response, instruction, place)
            voicemail(response, instruction.fallback, place)
        case RejectCall(busy):
            response.reject(reason="busy" if busy else "rejected")
        case RingContact():
            say(response, instruction.say)
            dial(response, instruction, place)
            response.hangup()
        case AskContact():
            whisper(response, instruction, place)
        case TakeVoicemail():
            voicemail(response, instruction, place)
        case OfferCallback():
            offer_callback(response, instruction, place)
        case HangUp():
            say(response, instruction.say)
            response.hangup()
        case GoTo():
            response.redirect(instruction.url, method="POST")
        case Nothing():
            pass
    return str(response)


def say(verb: VoiceResponse | Gather, sentences: Sentences) -> None:
    for sentence in sentences:
        verb.say(sentence.text, language=sentence.language or None)


def dial(response: VoiceResponse, ring: RingContact, place: Place) -> None:
    """One `<Dial>` per contact: with several, the first leg that is answered takes the

    call before anybody has pressed a key (https://www.twilio.com/docs/voice/twiml/dial).
    """
    rung: Dial = response.dial(
        action=place.url("dial-ended", attempt=ring.attempt),
        method="POST",
        timeout=ring.ring_seconds,
        caller_id=ring.caller_id or None,
        answer_on_bridge=True,
    )
    rung.number(
        ring.phone,
        url=place.url("whisper", attempt=ring.attempt),
        method="POST",
        status_callback=place.url("status", attempt=ring.attempt),
        status_callback_method="POST",
        status_callback_event=LEG_EVENTS,
    )


def ring_voice(response: VoiceResponse, ask: ConnectVoice, place: Place) -> None:
    """`secure=true` is SRTP, which goes with TLS. The query becomes SIP headers.

    Without `answerOnBridge` the caller would be answered by silence, and the model's
    first words would be lost (https://www.twilio.com/docs/voice/twiml/sip).
    """
    query = urlencode({"X-Call-Ref": ask.reference})
    rung: Dial = response.dial(
        action=place.url("sip-ended"),
        method="POST",
        timeout=ask.ring_seconds,
        answer_on_bridge=True,
    )
    rung.sip(
        f"{place.voice_address};transport=tls;secure=true?{query}",
        status_callback=place.url("status", leg=ask.leg),
        status_callback_method="POST",
        status_callback_event=LEG_EVENTS,
    )


def whisper(response: VoiceResponse, ask: AskContact, place: Place) -> None:
    """A mobile's own voicemail answers, too, but presses no key: it is hung up on."""
    gather = Gather(
        input="dtmf",
        num_digits=1,
        timeout=WHISPER_SECONDS,
        action=place.url("whisper-answer", attempt=ask.attempt),
        method="POST",
    )
    say(gather, ask.say)
    response.append(gather)
    response.hangup()


def offer_callback(response: VoiceResponse, ask: OfferCallback, place: Place) -> None:
    """Without a key Twilio goes on to the next verb, which asks for a message."""
    gather = Gather(
        input="dtmf",
        num_digits=1,
        timeout=CALLBACK_SECONDS,
        action=place.url("callback-answer"),
        method="POST",
    )
    say(gather, ask.say)
    response.append(gather)
    voicemail(response, ask.otherwise, place)


def voicemail(response: VoiceResponse, take: TakeVoicemail, place: Place) -> None:
    """Without `action` Twilio would ask for this document again, and again.

    When nothing was recorded the action is not called and the next verb runs.
    """
    say(response, take.say)
    response.record(
        action=place.url("voicemail-ended"),
        method="POST",
        timeout=VOICEMAIL_SILENCE,
        max_length=VOICEMAIL_SECONDS,
        finish_on_key="#",
        play_beep=True,
        trim="trim-silence",
        recording_status_callback=place.url("recording"),
        recording_status_callback_method="POST",
        recording_status_callback_event="completed absent",
    )
    say(response, (take.thanks,))
    response.hangup()

"""Every TwiML element the simulator can play, with its attributes and children.

From https://www.twilio.com/docs/voice/twiml and its pages per verb, checked against
the argument names of Twilio's Python library 9.13.0.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from calls.simulator.twiml.relay_grammar import (
    FAILOVER_ATTRIBUTES,
    LANGUAGE_ATTRIBUTES,
    PARAMETER_ATTRIBUTES,
    RELAY_ATTRIBUTES,
)
from calls.simulator.twiml.values import (
    BOOL,
    E164,
    LANGUAGE,
    METHOD,
    SIP_ADDRESS,
    TEXT,
    URL,
    Value,
    matching,
    one_of,
    some_of,
    whole,
)


@dataclass(frozen=True, slots=True)
class Element:
    attributes: Mapping[str, Value] = field(default_factory=dict)
    children: frozenset[str] = frozenset()
    text: Value | None = None
    required: frozenset[str] = frozenset()
    any_children: bool = False
    """SSML inside `<Say>`: read for its text only."""


CALLBACK = {"statusCallback": URL, "statusCallbackMethod": METHOD}
LEG_EVENTS = some_of("initiated", "ringing", "answered", "completed")
RECORDING = {
    "recordingStatusCallback": URL,
    "recordingStatusCallbackMethod": METHOD,
    "recordingStatusCallbackEvent": some_of("in-progress", "completed", "absent"),
}
TRIM = one_of("trim-silence", "do-not-trim")
LEG = {
    **CALLBACK,
    "url": URL,
    "method": METHOD,
    "statusCallbackEvent": LEG_EVENTS,
    "machineDetection": one_of("Enable", "DetectMessageEnd", "Disable"),
    "machineDetectionTimeout": whole(3, 59),
}
ACTION = {"action": URL, "method": METHOD}
KEYS = matching(r"[0-9#*]*", "digits, # or *")
VERBS = frozenset(
    {
        "Say",
        "Play",
        "Pause",
        "Gather",
        "Dial",
        "Record",
        "Connect",
        "Start",
        "Reject",
        "Hangup",
        "Redirect",
        "Enqueue",
    }
)

DIAL = Element(
    {
        **ACTION,
        **RECORDING,
        "timeout": whole(5, 600),
        "timeLimit": whole(1, 86400),
        "hangupOnStar": BOOL,
        "callerId": TEXT,
        "record": one_of(
            "do-not-record",
            "true",
            "false",
            "record-from-answer",
            "record-from-ringing",
            "record-from-answer-dual",
            "record-from-ringing-dual",
        ),
        "trim": TRIM,
        "answerOnBridge": BOOL,
        "ringTone": matching(r"[a-z]{2}|us-old", "a two-letter country"),
        "recordingTrack": one_of("inbound", "outbound", "both"),
        "sequential": BOOL,
        "referUrl": URL,
        "referMethod": METHOD,
    },
    frozenset({"Number", "Sip"}),
    text=matching(r"\+[1-9]\d{6,14}|", "a number in E.164 form"),
)

GATHER = Element(
    {
        **ACTION,
        "input": some_of("dtmf", "speech"),
        "timeout": whole(1, 600, word="auto"),
        "numDigits": whole(1, 1000),
        "finishOnKey": KEYS,
        "language": LANGUAGE,
        "hints": TEXT,
        "bargeIn": BOOL,
        "actionOnEmptyResult": BOOL,
        "profanityFilter": BOOL,
        "speechTimeout": whole(1, 60, word="auto"),
        "maxSpeechTime": whole(1, 600),
        "speechModel": TEXT,
        "enhanced": BOOL,
    },
    frozenset({"Say", "Play", "Pause"}),
)

RECORD = Element(
    {
        **ACTION,
        **RECORDING,
        "timeout": whole(1, 600),
        "finishOnKey": KEYS,
        "maxLength": whole(1, 14400),
        "playBeep": BOOL,
        "trim": TRIM,
        "transcribe": BOOL,
        "transcribeCallback": URL,
    }
)

ELEMENTS: Mapping[str, Element] = {
    "Response": Element({}, VERBS),
    "Say": Element(
        {"voice": TEXT, "language": LANGUAGE, "loop": whole(0, 1000)},
        text=TEXT,
        any_children=True,
    ),
    "Play": Element({"loop": whole(0, 1000), "digits": KEYS}, text=TEXT),
    "Pause": Element({"length": whole(1, 600)}),
    "Gather": GATHER,
    "Dial": DIAL,
    "Number": Element({**LEG, "sendDigits": TEXT}, text=E164),
    "Sip": Element({**LEG, "username": TEXT, "password": TEXT}, text=SIP_ADDRESS),
    "Record": RECORD,
    "Connect": Element(ACTION, frozenset({"ConversationRelay"})),
    "ConversationRelay": Element(
        RELAY_ATTRIBUTES,
        frozenset({"Language", "Parameter", "Failover"}),
        required=frozenset({"url"}),
    ),
    "Language": Element(LANGUAGE_ATTRIBUTES, required=frozenset({"code"})),
    "Failover": Element(FAILOVER_ATTRIBUTES),
    "Parameter": Element(PARAMETER_ATTRIBUTES, required=frozenset({"name", "value"})),
    "Start": Element(ACTION, frozenset({"Recording"})),
    "Recording": Element(
        {
            **RECORDING,
            "channels": one_of("mono", "dual"),
            "track": one_of("inbound", "outbound", "both"),
            "trim": TRIM,
        }
    ),
    "Reject": Element({"reason": one_of("rejected", "busy")}),
    "Hangup": Element(),
    "Redirect": Element({"method": METHOD}, text=URL),
    "Enqueue": Element(
        {**ACTION, "waitUrl": URL, "waitUrlMethod": METHOD, "maxQueueSize": TEXT},
        text=matching(r".{1,64}", "a queue name of at most 64 characters"),
    ),
}

"""Every attribute of `<ConversationRelay>` and `<Language>`: our own table.

Twilio ignores what it does not know and the libraries write whatever they are given,
so a misspelt attribute is silent on both sides. This table is what the rendered TwiML
is checked against and what the language profile's form is made from.

Source: https://www.twilio.com/docs/voice/twiml/connect/conversationrelay, and
twilio-python 9.13.0 where the page is silent. An empty attribute fails the whole call
(64101), and a default that Twilio changes changes our calls. Therefore no attribute is
ever empty, and whatever shapes a conversation is always written out.
"""

from collections.abc import Mapping
from dataclasses import replace

from routing.core.attribute import Attribute, Kind, Mark, Source
from routing.core.behaviour_attributes import BEHAVIOUR

CALL, LANGUAGE = Source.CALL, Source.LANGUAGE

ATTRIBUTES = (
    Attribute(
        "url", Kind.SOCKET, CALL, "Where the conversation is connected to.", always=True
    ),
    Attribute("welcomeGreeting", Kind.TEXT, CALL, "The first sentence callers hear."),
    Attribute(
        "language",
        Kind.LANGUAGE,
        LANGUAGE,
        "The language the call begins in.",
        allowed=("multi",),
        always=True,
    ),
    Attribute(
        "ttsLanguage",
        Kind.LANGUAGE,
        LANGUAGE,
        "The language the agent speaks, where it differs.",
        allowed=("multi",),
    ),
    Attribute(
        "transcriptionLanguage",
        Kind.LANGUAGE,
        LANGUAGE,
        "The language callers are understood in, where it differs.",
        allowed=("multi",),
    ),
    Attribute(
        "ttsProvider",
        Kind.ENUM,
        LANGUAGE,
        "Whose voices the agent speaks with.",
        allowed=("Google", "Amazon", "ElevenLabs"),
        always=True,
    ),
    Attribute("voice", Kind.TEXT, LANGUAGE, "The voice callers hear.", always=True),
    Attribute(
        "transcriptionProvider",
        Kind.ENUM,
        LANGUAGE,
        "Who turns the caller's speech into text.",
        allowed=("Google", "Deepgram"),
        always=True,
    ),
    Attribute(
        "speechModel",
        Kind.TEXT,
        LANGUAGE,
        "How well callers are understood, and how soon the agent answers.",
        always=True,
    ),
    Attribute(
        "hints",
        Kind.TEXT,
        LANGUAGE,
        "Names and words that callers say here, so that they are understood.",
    ),
    *BEHAVIOUR,
)

RELAY: Mapping[str, Attribute] = {a.name: a for a in ATTRIBUTES}

CODE = replace(
    RELAY["language"], name="code", notices="The language this entry is for."
)

# Some users found it safer to repeat provider and voice than to rely on the parent.
LANGUAGE_ELEMENT: Mapping[str, Attribute] = {
    "code": CODE,
    **{
        name: RELAY[name]
        for name in ("ttsProvider", "voice", "transcriptionProvider", "speechModel")
    },
    **{
        name: replace(RELAY[name], always=False)
        for name in (
            "hints",
            "asrSmartFormat",
            "ttsTextNormalization",
            "ttsLanguageTextNormalization",
        )
    },
}

# What a language profile has a field for, in the order of its form.
PROFILE_ATTRIBUTES = tuple(a for a in BEHAVIOUR if a.mark is not Mark.EXPERIMENTAL)

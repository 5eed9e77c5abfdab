"""The attributes that shape a conversation: a language profile has a field for each.

`notices` is what the profile's form says of it: what the caller notices.
"""

from routing.core.attribute import Attribute, Kind, Mark, Source

INPUT = ("none", "dtmf", "speech", "any")
NORMALISATION = ("auto", "on", "off")
PROFILE = Source.PROFILE

BEHAVIOUR = (
    # Barge-in
    Attribute(
        "interruptible",
        Kind.ENUM,
        PROFILE,
        "What stops the agent in mid-sentence: speaking, a key, both or nothing.",
        allowed=INPUT,
        always=True,
    ),
    Attribute(
        "welcomeGreetingInterruptible",
        Kind.ENUM,
        PROFILE,
        "What cuts the greeting short. With nothing, callers must hear all of it.",
        allowed=INPUT,
        always=True,
    ),
    Attribute(
        "interruptSensitivity",
        Kind.ENUM,
        PROFILE,
        "How little speech stops the agent. High reacts at once, also to noise; low "
        "makes callers speak up longer before the agent stops.",
        allowed=("low", "medium", "high"),
        always=True,
    ),
    Attribute(
        "ignoreBackchannel",
        Kind.BOOL,
        PROFILE,
        "The agent talks on when a caller only says “mhm” or “okay”.",
        always=True,
    ),
    Attribute(
        "reportInputDuringAgentSpeech",
        Kind.ENUM,
        PROFILE,
        "What the agent is told of things said or keyed while it was speaking. With "
        "nothing, the words that interrupted it can be missing from its answer.",
        allowed=INPUT,
        always=True,
    ),
    Attribute(
        "preemptible",
        Kind.BOOL,
        PROFILE,
        "A newer sentence of the agent cuts off the one it is saying.",
        always=True,
    ),
    Attribute(
        "echoPromptFiltering",
        Kind.BOOL,
        PROFILE,
        "On a loudspeaker the agent does not answer its own voice.",
        always=True,
    ),
    # Listening
    Attribute(
        "profanityFilter",
        Kind.BOOL,
        PROFILE,
        "Swear words are masked in transcripts. What was said is then not on record.",
        mark=Mark.LIB,
        always=True,
    ),
    Attribute(
        "backgroundNoiseReduction",
        Kind.BOOL,
        PROFILE,
        "Street and office noise is taken out before callers are transcribed.",
        mark=Mark.LIB,
        always=True,
    ),
    Attribute(
        "asrSmartFormat",
        Kind.BOOL,
        PROFILE,
        "Spoken numbers, dates and sums are written as figures.",
        mark=Mark.LIB,
        always=True,
    ),
    Attribute(
        "deepgramSmartFormat",
        Kind.BOOL,
        PROFILE,
        "The older switch for figures, for Deepgram only. The one above wins.",
        always=True,
    ),
    Attribute(
        "partialPrompts",
        Kind.BOOL,
        PROFILE,
        "The agent sees words while they are being said, before the caller is done.",
        always=True,
    ),
    Attribute(
        "partialPromptOnHangup",
        Kind.BOOL,
        PROFILE,
        "The last words of a caller who hangs up in mid-sentence are kept.",
        mark=Mark.LIB,
        always=True,
    ),
    # Turn end
    Attribute(
        "speechTimeout",
        Kind.INTEGER,
        PROFILE,
        "How long a pause ends the caller's turn. Longer lets people think; shorter "
        "makes the agent answer faster and cut in more.",
        allowed=("auto",),
        low=600,
        high=5000,
        always=True,
    ),
    Attribute(
        "eotThreshold",
        Kind.DECIMAL,
        PROFILE,
        "How sure the flux model must be that the caller is done. Higher waits longer.",
        low=0.5,
        high=0.9,
    ),
    Attribute(
        "eagerEotThreshold",
        Kind.DECIMAL,
        PROFILE,
        "When the flux model may begin to prepare an answer; below the one above.",
        low=0.3,
        high=0.9,
        mark=Mark.LIB,
    ),
    Attribute(
        "turnDetection",
        Kind.BOOL,
        PROFILE,
        "The carrier's own way of telling that a caller is done.",
        mark=Mark.EXPERIMENTAL,
    ),
    # Keypad
    Attribute(
        "dtmfDetection",
        Kind.BOOL,
        PROFILE,
        "Keys that callers press reach the agent. Without it 0 reaches nobody.",
        always=True,
    ),
    # Speech
    Attribute(
        "ttsTextNormalization",
        Kind.ENUM,
        PROFILE,
        "Figures, dates and abbreviations are spoken the way people say them.",
        allowed=NORMALISATION,
        mark=Mark.LIB,
        always=True,
    ),
    Attribute(
        "elevenlabsTextNormalization",
        Kind.ENUM,
        PROFILE,
        "The older setting for that, for ElevenLabs only. The one above wins.",
        allowed=NORMALISATION,
        always=True,
    ),
    Attribute(
        "ttsLanguageTextNormalization",
        Kind.BOOL,
        PROFILE,
        "Figures follow the customs of the language; the agent answers a little later.",
        mark=Mark.LIB,
        always=True,
    ),
    # Diagnostics
    Attribute(
        "events",
        Kind.WORDS,
        PROFILE,
        "Nothing callers notice: who speaks when, and which words were really played.",
        allowed=("speaker-events", "tokens-played", "config-updated"),
        always=True,
    ),
    Attribute(
        "includeInPrompt",
        Kind.WORDS,
        PROFILE,
        "Nothing callers notice: details of how their speech was split into turns.",
        allowed=("turn-state", "prompt-segments"),
        mark=Mark.LIB,
    ),
    Attribute(
        "debug",
        Kind.WORDS,
        PROFILE,
        "Nothing callers notice: round-trip times, for an engineer on a test line.",
        allowed=("debugging",),
    ),
    Attribute(
        "applicationReconnect",
        Kind.BOOL,
        PROFILE,
        "After a lost connection the carrier calls us back instead of starting anew.",
        always=True,
    ),
    Attribute(
        "intelligenceService",
        Kind.TEXT,
        PROFILE,
        "Nothing callers notice: the Twilio Intelligence service to inform.",
    ),
    Attribute(
        "conversationConfiguration",
        Kind.TEXT,
        PROFILE,
        "Nothing callers notice: the Twilio conversation configuration to use.",
    ),
    Attribute(
        "customerName",
        Kind.TEXT,
        PROFILE,
        "Nothing callers notice: the caller's name in Twilio's own records.",
        mark=Mark.LIB,
    ),
)

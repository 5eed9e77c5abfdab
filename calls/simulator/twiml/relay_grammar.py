"""`<ConversationRelay>` and its children: every attribute and what it may hold.

From https://www.twilio.com/docs/voice/twiml/connect/conversationrelay and the named
arguments of Twilio's Python library 9.13.0. Twilio ignores attributes that it does not
know, and so do its libraries: a misspelt name is silent on both sides, which is why it
is a violation here.
"""

from collections.abc import Mapping

from calls.simulator.twiml.values import (
    BOOL,
    INTERRUPTIBLE,
    LANGUAGE,
    LANGUAGE_OR_MULTI,
    REPORT_INPUT,
    SOCKET_URL,
    TEXT,
    Value,
    decimal,
    matching,
    one_of,
    some_of,
    whole,
)

TTS_PROVIDER = one_of("Google", "Amazon", "ElevenLabs")
STT_PROVIDER = one_of("Google", "Deepgram")
NORMALIZATION = one_of("on", "auto", "off")

RELAY_ATTRIBUTES: Mapping[str, Value] = {
    "url": SOCKET_URL,
    "welcomeGreeting": TEXT,
    "welcomeGreetingInterruptible": INTERRUPTIBLE,
    "language": LANGUAGE_OR_MULTI,
    "ttsLanguage": LANGUAGE_OR_MULTI,
    "transcriptionLanguage": LANGUAGE_OR_MULTI,
    "ttsProvider": TTS_PROVIDER,
    "voice": TEXT,
    "transcriptionProvider": STT_PROVIDER,
    "speechModel": TEXT,
    "profanityFilter": BOOL,
    "hints": TEXT,
    "interruptible": INTERRUPTIBLE,
    "interruptSensitivity": one_of("low", "medium", "high"),
    "ignoreBackchannel": BOOL,
    "reportInputDuringAgentSpeech": REPORT_INPUT,
    "preemptible": BOOL,
    "dtmfDetection": BOOL,
    "partialPrompts": BOOL,
    "partialPromptOnHangup": BOOL,
    "speechTimeout": whole(600, 5000, word="auto"),
    "eotThreshold": decimal(0.5, 0.9),
    "eagerEotThreshold": decimal(0.3, 0.9),
    "turnDetection": BOOL,
    "echoPromptFiltering": BOOL,
    "backgroundNoiseReduction": BOOL,
    "deepgramSmartFormat": BOOL,
    "asrSmartFormat": BOOL,
    "elevenlabsTextNormalization": NORMALIZATION,
    "ttsTextNormalization": NORMALIZATION,
    "ttsLanguageTextNormalization": BOOL,
    "elevenlabsLanguageTextNormalization": BOOL,
    "includeInPrompt": some_of("turn-state", "prompt-segments"),
    "events": some_of("speaker-events", "tokens-played", "config-updated"),
    "debug": some_of("debugging", "speaker-events", "tokens-played"),
    "applicationReconnect": BOOL,
    "intelligenceService": TEXT,
    "conversationConfiguration": matching(
        r"conv_configuration_\w+", "a conv_configuration_ identifier"
    ),
    "customerName": TEXT,
}

LANGUAGE_ATTRIBUTES: Mapping[str, Value] = {
    "code": LANGUAGE_OR_MULTI,
    "ttsProvider": TTS_PROVIDER,
    "voice": TEXT,
    "transcriptionProvider": STT_PROVIDER,
    "speechModel": TEXT,
    "hints": TEXT,
    "asrSmartFormat": BOOL,
    "ttsTextNormalization": NORMALIZATION,
    "ttsLanguageTextNormalization": BOOL,
}

# Attribute names of <Failover> (2026-11-18) could not be read, so only what every
# sample shows is let through.
FAILOVER_ATTRIBUTES: Mapping[str, Value] = {
    "code": LANGUAGE,
    "ttsProvider": TTS_PROVIDER,
    "voice": TEXT,
    "transcriptionProvider": STT_PROVIDER,
    "speechModel": TEXT,
}

PARAMETER_ATTRIBUTES: Mapping[str, Value] = {"name": TEXT, "value": TEXT}

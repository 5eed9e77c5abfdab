"""What a `<ConversationRelay>` element asks for, and when Twilio refuses it.

Error numbers (https://www.twilio.com/docs/api/errors/64101): 64101 an attribute has a
value that is not allowed, also an empty one; 64106 the provider does not offer the
language, model or voice.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from calls.simulator.twiml.document import Node

VOICE_OF: Mapping[str, re.Pattern[str]] = {
    # Voice names look different at each provider; the full matrix changes too often
    # to be kept here.
    "Google": re.compile(r"(Google\.)?[a-z]{2,3}-[A-Z]{2}-[\w-]+"),
    "Amazon": re.compile(r"[A-Z][a-zA-Z]+(-(Neural|Generative|Long-Form|Standard))?"),
    "ElevenLabs": re.compile(r"[A-Za-z0-9]{20}(-[\w.-]+)?"),
}
MODELS: Mapping[str, frozenset[str]] = {
    "Google": frozenset({"telephony", "long"}),
    "Deepgram": frozenset({"nova-3-general", "nova-2-general", "flux"}),
}
MULTI_MODELS = frozenset({"", "nova-3-general", "nova-2-general"})


class SessionRefused(Exception):
    """The session cannot run with these attributes."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text


@dataclass(frozen=True, slots=True)
class Voice:
    """One language's choice of providers; from the element or a `<Language>`."""

    tts_provider: str
    voice: str
    stt_provider: str
    model: str


@dataclass(frozen=True, slots=True)
class RelaySettings:
    url: str
    node: Node
    voice: Voice
    languages: Mapping[str, Voice]
    tts_language: str
    stt_language: str
    events: frozenset[str]
    parameters: Mapping[str, str]

    @property
    def greeting(self) -> str:
        return self.node.get("welcomeGreeting")

    @property
    def report_input(self) -> str:
        """`none` since May 2025; it was `any` before."""
        return self.node.get("reportInputDuringAgentSpeech", "none")

    def reports(self, kind: str) -> bool:
        return self.report_input in {"any", kind}

    def voice_for(self, language: str) -> Voice:
        return self.languages.get(language, self.voice)


def read_settings(node: Node) -> RelaySettings:
    """The element's settings; 64101 when one of its attributes is unusable."""
    for found in (node, *node.children):
        for why in found.invalid.values():
            raise SessionRefused("64101", why)
    voice = Voice(
        node.get("ttsProvider", "ElevenLabs"),
        node.get("voice"),
        node.get("transcriptionProvider", "Deepgram"),
        node.get("speechModel"),
    )
    language = node.get("language", "en-US")
    return RelaySettings(
        node.get("url"),
        node,
        voice,
        {n.get("code"): _language_voice(n, voice) for n in node.named("Language")},
        node.get("ttsLanguage", language),
        node.get("transcriptionLanguage", language),
        frozenset(f"{node.get('events')} {node.get('debug')}".split()),
        {n.get("name"): n.get("value") for n in node.named("Parameter")},
    )


def _language_voice(node: Node, parent: Voice) -> Voice:
    """What a `<Language>` does not say is taken from its parent."""
    return Voice(
        node.get("ttsProvider", parent.tts_provider),
        node.get("voice", parent.voice),
        node.get("transcriptionProvider", parent.stt_provider),
        node.get("speechModel", parent.model),
    )


def check_speech(settings: RelaySettings, tts: str, stt: str) -> None:
    """Whether the providers can speak and understand these languages; else 64106."""
    _check_tts(settings.voice_for(tts), tts)
    _check_stt(settings.voice_for(stt), stt)


def _check_tts(voice: Voice, language: str) -> None:
    if language == "multi" and voice.tts_provider != "ElevenLabs":
        raise SessionRefused("64106", f"ttsLanguage multi with {voice.tts_provider}")
    if not voice.voice:
        return
    if not VOICE_OF[voice.tts_provider].fullmatch(voice.voice):
        raise SessionRefused(
            "64106", f"{voice.tts_provider} has no voice {voice.voice!r}"
        )
    spoken = voice.voice.removeprefix("Google.")
    if voice.tts_provider == "Google" and not spoken.startswith(language):
        raise SessionRefused("64106", f"{voice.voice} does not speak {language}")


def _check_stt(voice: Voice, language: str) -> None:
    if language == "multi" and (
        voice.stt_provider != "Deepgram" or voice.model not in MULTI_MODELS
    ):
        raise SessionRefused(
            "64106",
            f"transcriptionLanguage multi with {voice.stt_provider} {voice.model}",
        )
    if voice.model and voice.model not in MODELS[voice.stt_provider]:
        raise SessionRefused("64106", f"{voice.stt_provider} has no {voice.model!r}")

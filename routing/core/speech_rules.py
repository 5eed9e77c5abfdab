"""Which voices, languages and speech models go together.

A wrong pairing is an error frame and the end of the session (64101, 64106), after the
caller has been answered. Full matrices of voices change every month and are Twilio's
to know; what is checked here is what its documentation promises.
"""

import re
from collections.abc import Mapping

MULTI = "multi"
MULTI_MODELS = ("nova-2-general", "nova-3-general")
FLUX = "flux"
MODELS: Mapping[str, tuple[str, ...]] = {
    "Google": ("telephony", "long"),
    "Deepgram": ("nova-3-general", "nova-2-general", FLUX),
}

GOOGLE_VOICE = re.compile(
    r"(Google\.)?(?P<locale>[a-z]{2,3}-([A-Z][a-z]{3}-)?[A-Z]{2})-[A-Z]\w*(-\w+)*"
)
AMAZON_VOICE = re.compile(r"(Polly\.)?[A-Z][^\W\d_]+(-Neural|-Generative)?")
ELEVENLABS_VOICE = re.compile(
    r"[A-Za-z0-9]{20}(-[a-z][a-z0-9_]*)?(-\d(\.\d+)?(_\d(\.\d+)?){0,2})?"
)
VOICES: Mapping[str, tuple[re.Pattern[str], str]] = {
    "Google": (GOOGLE_VOICE, "en-US-Chirp3-HD-Aoede"),
    "Amazon": (AMAZON_VOICE, "Joanna-Neural"),
    "ElevenLabs": (ELEVENLABS_VOICE, "UgBBYS2sOqTuMpoF3BR0"),
}
# Google names these languages differently in its voices than in its codes.
SAME_LANGUAGE = {"cmn": "zh", "yue": "zh", "fil": "tl", "no": "nb"}


def check_speech(attributes: Mapping[str, str]) -> list[str]:
    """Rules between the attributes of one element; absent ones are not judged."""
    language = attributes.get("language") or attributes.get("code", "")
    speaks = attributes.get("ttsLanguage", language)
    hears = attributes.get("transcriptionLanguage", language)
    return [
        *check_hearing(attributes, hears),
        *check_voice(attributes, speaks),
        *check_turn_end(attributes),
    ]


def check_hearing(attributes: Mapping[str, str], language: str) -> list[str]:
    provider = attributes.get("transcriptionProvider", "")
    model = attributes.get("speechModel", "")
    problems = []
    if provider in MODELS and model and model not in MODELS[provider]:
        known = ", ".join(MODELS[provider])
        problems.append(
            f"speechModel: {provider} has no model {model}; choose one of {known}."
        )
    if language == MULTI and not (provider == "Deepgram" and model in MULTI_MODELS):
        problems.append(
            "speechModel: automatic detection needs Deepgram with nova-3-general or "
            "nova-2-general; choose one of these."
        )
    return problems


def check_voice(attributes: Mapping[str, str], language: str) -> list[str]:
    provider, voice = attributes.get("ttsProvider", ""), attributes.get("voice", "")
    problems = []
    if language == MULTI and provider != "ElevenLabs":
        problems.append(
            "ttsProvider: automatic detection needs a voice of ElevenLabs; choose "
            "ElevenLabs and one of its voices."
        )
    if provider in VOICES and voice:
        problems += check_voice_name(provider, voice, language)
    return problems


def check_voice_name(provider: str, voice: str, language: str) -> list[str]:
    pattern, example = VOICES[provider]
    found = pattern.fullmatch(voice)
    if found is None:
        return [
            f"voice: {voice} is not a voice of {provider}; write one such as {example}."
        ]
    judged = provider == "Google" and language not in ("", MULTI)
    if judged and not speaks(found["locale"], language):
        return [
            f"voice: {voice} does not speak {language}; choose a voice whose name "
            f"begins with {language}."
        ]
    return []


def speaks(locale: str, language: str) -> bool:
    first, _, rest = locale.partition("-")
    wanted, _, wanted_rest = language.partition("-")
    same = SAME_LANGUAGE.get(first, first) == SAME_LANGUAGE.get(wanted, wanted)
    return same and (rest == wanted_rest or not wanted_rest)


def check_turn_end(attributes: Mapping[str, str]) -> list[str]:
    eot, eager = attributes.get("eotThreshold"), attributes.get("eagerEotThreshold")
    flux = attributes.get("speechModel") == FLUX
    problems = []
    if (eot or eager) and "speechModel" in attributes and not flux:
        problems.append(
            "eotThreshold: only the flux model knows it; choose flux as the speech "
            "model, or leave this and the one below it empty."
        )
    if eot and eager and not below(eager, eot):
        problems.append(
            "eagerEotThreshold: must be lower than the one above it; lower it, or "
            "leave it empty."
        )
    if flux and attributes.get("turnDetection") == "true":
        problems.append(
            "turnDetection: flux decides when a turn ends; leave turnDetection out."
        )
    return problems


def below(low: str, high: str) -> bool:
    try:
        return float(low) < float(high)
    except ValueError:  # not numbers, which is reported for each by itself
        return True

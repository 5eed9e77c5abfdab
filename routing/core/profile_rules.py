"""What would make a language profile fail on a live call."""

from collections.abc import Mapping, Sequence

from routing.core.attribute_table import PROFILE_ATTRIBUTES
from routing.core.relay_attributes import (
    check_attributes,
    check_language_element,
    check_text,
)
from routing.core.ruleset import Language
from routing.core.speech_rules import FLUX, check_turn_end


def check_profile(
    languages: Sequence[Language], attributes: Mapping[str, str]
) -> list[str]:
    """Problems of a whole profile, each beginning with what it is about."""
    return [
        *check_together(languages, attributes),
        *(f"{lang.code}: {text}" for lang in languages for text in check_entry(lang)),
        *check_behaviour(attributes),
    ]


def check_together(
    languages: Sequence[Language], attributes: Mapping[str, str]
) -> list[str]:
    """What no language and no attribute can tell by itself."""
    if not languages:
        return ["Languages: add at least one; the first is the one a call begins in."]
    return [
        *check_codes(languages),
        *check_greeting(languages[0]),
        *check_thresholds(languages, attributes),
    ]


def check_codes(languages: Sequence[Language]) -> list[str]:
    codes = [language.code for language in languages]
    return [
        f"{code}: is listed twice; remove one of them."
        for code in sorted({code for code in codes if codes.count(code) > 1})
    ]


def check_greeting(first: Language) -> list[str]:
    if first.greeting.strip():
        return []
    return [
        f"{first.code}: write a greeting; without one the caller hears silence until "
        "they speak."
    ]


def check_entry(language: Language) -> list[str]:
    greeting = check_text(language.greeting)
    return [
        *check_language_element(element(language)),
        *([f"greeting: {greeting}"] if greeting else []),
    ]


def element(language: Language) -> dict[str, str]:
    """The attributes of the language's own element, empty ones left out."""
    written = {
        "code": language.code,
        "ttsProvider": language.tts_provider,
        "voice": language.voice,
        "transcriptionProvider": language.transcription_provider,
        "speechModel": language.speech_model,
        "hints": language.hints,
    }
    return {name: value for name, value in written.items() if value}


def check_behaviour(attributes: Mapping[str, str]) -> list[str]:
    missing = [
        a.name for a in PROFILE_ATTRIBUTES if a.always and a.name not in attributes
    ]
    return [
        *check_attributes(attributes),
        *(f"{name}: choose a value; it is always sent." for name in missing),
    ]


def check_thresholds(
    languages: Sequence[Language], attributes: Mapping[str, str]
) -> list[str]:
    """The thresholds belong to the call as a whole: one language with flux will do."""
    flux = any(language.speech_model == FLUX for language in languages)
    speech_model = {"speechModel": FLUX if flux else "another"}
    return check_turn_end({**attributes, **speech_model})

from dataclasses import replace

from routing.core.attribute import Kind
from routing.core.attribute_table import PROFILE_ATTRIBUTES
from routing.core.phrases import ENGLISH, SPANISH, has_phrases, phrases_for
from routing.core.profile_rules import check_profile
from routing.core.ruleset import Language, LanguageProfile
from tests.routing.core.rulesets import LANGUAGE

VALUES = {Kind.BOOL: "true", Kind.INTEGER: "auto", Kind.WORDS: "speaker-events"}
ATTRIBUTES = {
    a.name: VALUES.get(a.kind, a.allowed[-1] if a.allowed else "x")
    for a in PROFILE_ATTRIBUTES
    if a.always
}
SPANISH_US = replace(LANGUAGE, code="es-US", voice="es-US-Journey-O", greeting="")


def problems(*languages: Language, **attributes: str) -> list[str]:
    return check_profile(languages, {**ATTRIBUTES, **attributes})


def test_a_complete_profile_has_no_problem() -> None:
    assert problems(LANGUAGE, SPANISH_US) == []


def test_a_profile_needs_a_language() -> None:
    assert "add at least one" in problems()[0]


def test_a_language_is_listed_once() -> None:
    assert problems(LANGUAGE, LANGUAGE) == [
        "en-US: is listed twice; remove one of them."
    ]


def test_the_first_language_needs_a_greeting() -> None:
    (problem,) = problems(SPANISH_US, LANGUAGE)
    assert problem.startswith("es-US: write a greeting")


def test_each_language_is_checked() -> None:
    wrong = replace(SPANISH_US, voice="en-US-Journey-O", greeting="4111111111111111")
    found = problems(LANGUAGE, wrong)
    assert found[0].startswith("es-US: voice: ")
    assert found[1].startswith("es-US: greeting: ")


def test_behaviour_is_always_written_out() -> None:
    found = check_profile([LANGUAGE], {"interruptible": "sometimes"})
    assert "interruptible: choose one of none, dtmf, speech, any." in found
    assert "dtmfDetection: choose a value; it is always sent." in found


def test_thresholds_need_one_language_with_flux() -> None:
    flux = replace(SPANISH_US, speech_model="flux")
    assert problems(LANGUAGE, flux, eotThreshold="0.8") == []
    assert "choose flux" in problems(LANGUAGE, eotThreshold="0.8")[0]


def test_phrases_are_known_by_language_and_english_otherwise() -> None:
    assert phrases_for("es-MX") == SPANISH
    assert phrases_for("multi") == phrases_for("fr-FR") == ENGLISH
    assert has_phrases("en")
    assert not has_phrases("fr-FR")


def test_a_language_is_found_by_code_by_first_subtag_or_is_the_first() -> None:
    detected = replace(LANGUAGE, code="multi")
    profile = LanguageProfile("p", "", (detected, LANGUAGE, SPANISH_US), {})
    assert profile.language("ES-us") is SPANISH_US
    assert profile.language("es") is SPANISH_US
    assert profile.language("es-MX") is SPANISH_US
    assert profile.language("de-DE") is detected
    bare = replace(LANGUAGE, code="en")
    assert LanguageProfile("p", "", (detected, bare), {}).language("en-GB") is bare

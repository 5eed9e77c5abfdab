from dataclasses import replace

from calls.core.script import Script
from routing.core.phrases import ENGLISH, SPANISH
from routing.core.ruleset import Language, LanguageProfile, Phrases


def language(code: str, phrases: Phrases) -> Language:
    return Language(code, "Deepgram", "flux", "Google", "v", "Hi", "", phrases)


PROFILE = LanguageProfile(
    "p",
    "Profile",
    (
        language("en-US", ENGLISH),
        language("es-US", SPANISH),
        language("multi", ENGLISH),
    ),
    {},
)


def test_sentences_are_in_the_language_of_the_call() -> None:
    script = Script(PROFILE, "es")
    assert script.phrases is SPANISH
    assert script.line("Adiós").language == "es-US"


def test_a_detected_language_is_left_to_the_carrier() -> None:
    assert Script(PROFILE, "multi").code == ""


def test_without_a_profile_english_is_spoken() -> None:
    script = Script(None)
    assert (script.phrases, script.code) == (ENGLISH, "en-US")


def test_nothing_empty_is_spoken() -> None:
    assert [s.text for s in Script(None).lines("Hello", "", " ")] == ["Hello"]


def test_a_voicemail_is_asked_for_even_where_the_words_are_missing() -> None:
    silent = replace(ENGLISH, voicemail="", closing="")
    profile = replace(PROFILE, languages=(language("en-US", silent),))
    taken = Script(profile).voicemail("Sorry.")
    assert [s.text for s in taken.say] == ["Sorry.", ENGLISH.voicemail]
    assert taken.thanks.text == ENGLISH.closing

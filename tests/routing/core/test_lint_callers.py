"""Findings about what callers would hear, and about lines that cannot do everything."""

from dataclasses import replace

from routing.core.phrases import ENGLISH
from routing.core.ruleset import LanguageProfile
from tests.routing.core.rulesets import LANGUAGE, PROFILE
from tests.routing.core.test_lint import findings, ruleset

WORDED = replace(
    ENGLISH, callback_offer="Drücken Sie die 1.", callback_promised="Bis bald."
)


def offers(*profiles: LanguageProfile) -> list[str]:
    made = ruleset(profiles={profile.key: profile for profile in profiles})
    return [key + " " + field for _, _, key, field in findings(made) if "-" in field]


def test_a_language_that_would_offer_to_call_back_in_english_is_told() -> None:
    german = replace(LANGUAGE, code="de-DE", voice="de-DE-Chirp3-HD-Aoede")
    half = replace(WORDED, callback_promised=ENGLISH.callback_promised)
    place = "p languages-1-callback_offer"
    for phrases, expected in ((ENGLISH, [place]), (half, [place]), (WORDED, [])):
        spoken = (LANGUAGE, replace(german, phrases=phrases))
        assert offers(LanguageProfile("p", "Both", spoken, {})) == expected
    unused = LanguageProfile("q", "Nobody's", (replace(german, phrases=ENGLISH),), {})
    assert offers(PROFILE, unused) == []

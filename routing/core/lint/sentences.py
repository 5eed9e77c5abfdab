"""Sentences that callers would hear in another language than their own."""

from collections.abc import Iterator

from routing.core.lint.finding import Finding, Known, warning
from routing.core.phrases import ENGLISH, OFFERS, has_phrases
from routing.core.ruleset import Language, Ruleset


def foreign_sentences(ruleset: Ruleset, known: Known) -> Iterator[Finding]:
    """A rule, a full line or a spent budget may offer to call back, wherever a profile

    is spoken. Everything else that is said the form asks for.
    """
    for profile in ruleset.profiles.values():
        if profile.key not in spoken(ruleset):
            continue
        for place, language in enumerate(profile.languages):
            if offers_in_english(language):
                yield warning(
                    "profiles",
                    profile.key,
                    f"languages-{place}-callback_offer",
                    f"Language profile “{profile.name}”",
                    f"{language.code}: callers would be offered to be called back in "
                    "English, for nobody has written how it is said.",
                    "Write both sentences about calling back.",
                )


def spoken(ruleset: Ruleset) -> set[str]:
    numbers = {n.profile for n in ruleset.numbers.values() if n.active}
    return numbers | {rule.profile for rule in ruleset.rules}


def offers_in_english(language: Language) -> bool:
    said = (getattr(language.phrases, name) for name in OFFERS)
    ours = [getattr(ENGLISH, name) for name in OFFERS]
    return not has_phrases(language.code) and any(words in ours for words in said)

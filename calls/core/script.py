"""The sentences of a call, in the caller's language.

A call without a usable language profile still has to be told something, so there is
one built-in set, in English.
"""

from dataclasses import dataclass

from calls.core.instructions import HangUp, Sentences, Spoken, TakeVoicemail
from routing.core.phrases import ENGLISH
from routing.core.ruleset import LanguageProfile, Phrases
from routing.core.speech_rules import MULTI

NOT_IN_SERVICE = HangUp(
    (Spoken("This number is not in service at the moment. Goodbye.", "en-US"),)
)


@dataclass(frozen=True, slots=True)
class Script:
    """`profile` None: nothing usable is configured for this call."""

    profile: LanguageProfile | None
    language: str = ""

    @property
    def phrases(self) -> Phrases:
        if self.profile is None:
            return ENGLISH
        return self.profile.language(self.language).phrases

    @property
    def code(self) -> str:
        """What to speak the phrases in. "multi" cannot be spoken: it is left open."""
        if self.profile is None:
            return "en-US"
        code = self.profile.language(self.language).code
        return "" if code == MULTI else code

    def line(self, text: str) -> Spoken:
        return Spoken(text, self.code)

    def lines(self, *texts: str) -> Sentences:
        return tuple(self.line(text) for text in texts if text.strip())

    def voicemail(self, *first: str, instead: str = "") -> TakeVoicemail:
        """`first` is said before the invitation, `instead` in its place."""
        invitation = instead or self.phrases.voicemail or ENGLISH.voicemail
        return TakeVoicemail(
            say=self.lines(*first, invitation),
            thanks=self.line(self.phrases.closing or ENGLISH.closing),
        )

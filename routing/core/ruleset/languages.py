"""What is said in which language, and by whose voice."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrases:
    """What the product itself says in one language, word for word."""

    filler: str
    apology: str
    still_there: str
    silence_goodbye: str
    length_warning: str
    limit_goodbye: str
    handoff: str
    resumed: str
    closing: str
    whisper: str
    voicemail: str
    nobody_free: str
    closed: str
    callback_offer: str
    callback_promised: str


@dataclass(frozen=True, slots=True)
class Language:
    """One language of a profile, with everything ConversationRelay needs for it.

    `code` is BCP-47 or "multi" (automatic detection). Empty strings mean that the
    attribute is left out of the TwiML, never that it is sent empty (error 64101).
    `disclosure`: words that tell callers a machine speaks, one wording a line.
    """

    code: str
    transcription_provider: str
    speech_model: str
    tts_provider: str
    voice: str
    greeting: str
    hints: str
    phrases: Phrases
    disclosure: str = ""


@dataclass(frozen=True, slots=True)
class LanguageProfile:
    """`attributes` holds the shared behaviour attributes by their TwiML names,

    already rendered as the strings that stand in the XML. The first language is
    the one a call starts in. `must_disclose`: every greeting has to say that a
    machine speaks.
    """

    key: str
    name: str
    languages: tuple[Language, ...]
    attributes: Mapping[str, str]
    merge_window_ms: int = 450
    inter_digit_ms: int = 2500
    digit_terminator: str = "#"
    must_disclose: bool = False

    def language(self, code: str) -> Language:
        """The entry for `code`; matches on the primary subtag, else the first.

        With automatic detection Twilio reports "en" where the profile says "en-US".
        """
        for wanted in (code.lower(), code.lower().split("-")[0]):
            for entry in self.languages:
                if entry.code.lower() == wanted:
                    return entry
        primary = code.lower().split("-")[0]
        for entry in self.languages:
            if entry.code.lower().split("-")[0] == primary:
                return entry
        return self.languages[0]

"""One language of a profile: who listens, who speaks, and the sentences it says."""

from dataclasses import fields

from django.core.exceptions import ValidationError
from django.db import models

from routing.core import ruleset
from routing.core.naming import sentence, snake_case
from routing.core.phrases import OFFERS, has_phrases, phrases_for
from routing.core.profile_rules import check_entry
from routing.core.ruleset import Phrases
from routing.models.choices import (
    LAST,
    SPEECH_MODELS,
    TRANSCRIPTION_PROVIDERS,
    TTS_PROVIDERS,
)
from routing.models.profiles import LanguageProfile


def phrase(name: str, when: str) -> "models.TextField[str, str]":
    return models.TextField(name, blank=True, default="", help_text=when)


class Language(models.Model):
    profile = models.ForeignKey(
        LanguageProfile, models.CASCADE, related_name="languages"
    )
    position = models.PositiveIntegerField(default=LAST, db_index=True)
    code = models.CharField(
        "language",
        max_length=35,
        default="en-US",
        help_text="A language code such as en-US or es-US, or multi to let the "
        "carrier tell which language the caller speaks.",
    )
    transcription_provider = models.CharField(
        "speech recognition by",
        max_length=16,
        choices=TRANSCRIPTION_PROVIDERS,
        default="Deepgram",
        help_text="Who turns the caller's speech into text.",
    )
    speech_model = models.CharField(
        "speech model",
        max_length=32,
        choices=SPEECH_MODELS,
        default="nova-3-general",
        help_text="It must be one of the provider chosen beside it.",
    )
    tts_provider = models.CharField(
        "voice by",
        max_length=16,
        choices=TTS_PROVIDERS,
        default="Google",
        help_text="Whose voices the agent speaks with.",
    )
    voice = models.CharField(
        max_length=120,
        default="en-US-Chirp3-HD-Aoede",
        help_text="The provider's own name of the voice, for example "
        "en-US-Chirp3-HD-Aoede (Google), Joanna-Neural (Amazon) or the 20 letters and "
        "digits of an ElevenLabs voice.",
    )
    greeting = models.TextField(
        blank=True,
        help_text="The first sentence callers hear. Only the first language's is "
        "spoken; no card data.",
    )
    disclosure = models.TextField(
        "words that tell callers it is a machine",
        blank=True,
        help_text="Where the profile demands it: words of which the greeting must "
        "hold one, each on a line of its own, for example “automated assistant”.",
    )
    hints = models.TextField(
        blank=True,
        help_text="Names and words that callers say here, separated by commas, names "
        "in capitals, so that they are understood. No card data.",
    )

    filler = phrase("one moment", "When an answer takes longer than usual.")
    apology = phrase("apology", "When an answer took far too long.")
    still_there = phrase("are you there", "When the caller has been silent a while.")
    silence_goodbye = phrase(
        "goodbye after silence", "When the caller stays silent and the call ends."
    )
    length_warning = phrase("call is getting long", "Shortly before the time is up.")
    limit_goodbye = phrase("goodbye at the limit", "When the time is up.")
    handoff = phrase("putting through", "Before the caller is put through to a person.")
    resumed = phrase("back after an interruption", "After the connection was lost.")
    closing = phrase("goodbye", "When a call ends well.")
    whisper = phrase(
        "to the colleague", "What your colleague hears before taking the caller."
    )
    voicemail = phrase("before the tone", "Before a caller leaves a message.")
    nobody_free = phrase("nobody is free", "When no colleague took the caller.")
    closed = phrase("we are closed", "When a rule turns a caller away after hours.")
    callback_offer = phrase(
        "offer to call back",
        "When callers may press 1 to be called back. Say which key, and what happens "
        "without it: they leave a message.",
    )
    callback_promised = phrase(
        "call back is promised", "When the caller has pressed 1, before the goodbye."
    )

    class Meta:
        verbose_name = "language"
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["profile", "code"],
                name="routing_language_once_in_a_profile",
                violation_error_message="This language is in the profile already; "
                "remove one of the two.",
            )
        ]

    def __str__(self) -> str:
        return self.code

    def phrases(self) -> dict[str, str]:
        """What is left empty is said in our own words, where we have some."""
        usual = phrases_for(self.code)
        return {
            f.name: getattr(self, f.name).strip() or getattr(usual, f.name)
            for f in fields(Phrases)
        }

    def compiled(self) -> ruleset.Language:
        return ruleset.Language(
            code=self.code,
            transcription_provider=self.transcription_provider,
            speech_model=self.speech_model,
            tts_provider=self.tts_provider,
            voice=self.voice,
            greeting=self.greeting.strip(),
            hints=" ".join(self.hints.split()),
            phrases=Phrases(**self.phrases()),
            disclosure=self.disclosure.strip(),
        )

    def clean(self) -> None:
        problems: dict[str, list[str]] = {}
        for problem in check_entry(self.compiled()):
            name, _, text = problem.partition(": ")
            problems.setdefault(snake_case(name), []).append(sentence(text))
        if not has_phrases(self.code):
            for field in fields(Phrases):
                if field.name in OFFERS:
                    continue
                if not getattr(self, field.name).strip():
                    problems[field.name] = [
                        f"Write this sentence in {self.code}; we have sentences of our "
                        "own in English and Spanish only."
                    ]
        if problems:
            raise ValidationError(problems)

"""How an agent speaks and listens where the model does both itself (the sip path)."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from routing.core.ruleset import TurnDetection, VoiceSettings
from routing.core.voice_rules import check_voice
from routing.models.choices import (
    EAGERNESS,
    NOISE_REDUCTIONS,
    TURN_DETECTIONS,
    VOICE_EFFORTS,
)

USUAL = VoiceSettings()
# Where an agent has a field of the setting's own name for something else.
RENAMED = {
    "model": "voice_model",
    "max_output_tokens": "voice_max_output_tokens",
    "reasoning_effort": "voice_reasoning_effort",
}
SETTINGS: Mapping[str, str] = {
    setting.name: RENAMED.get(setting.name, setting.name)
    for setting in fields(VoiceSettings)
}


def between(low: float, high: float) -> list[Any]:
    return [MinValueValidator(low), MaxValueValidator(high)]


class VoiceFields(models.Model):
    """The fields of `VoiceSettings`; SETTINGS says which field holds which."""

    voice_model = models.CharField(
        max_length=64,
        default=USUAL.model,
        help_text="The model that hears and speaks. Callers notice a smaller one by "
        "more misunderstandings; it costs less.",
    )
    voice = models.CharField(
        max_length=64,
        default=USUAL.voice,
        help_text="The voice callers hear from the first word to the last.",
    )
    speed = models.FloatField(
        "speed of speech",
        default=USUAL.speed,
        validators=between(0.25, 1.5),
        help_text="How fast callers hear the agent speak, from 0.25 to 1.5; 1 is the "
        "voice's own pace.",
    )
    noise_reduction = models.CharField(
        max_length=16,
        choices=NOISE_REDUCTIONS,
        default=USUAL.noise_reduction,
        blank=True,
        help_text="Takes away the noise around callers before the agent listens, so "
        "that a street or a television interrupts it less.",
    )
    turn_detection = models.CharField(
        "end of a turn is noticed",
        max_length=16,
        choices=TURN_DETECTIONS,
        default=USUAL.turn_detection.value,
        help_text="By silence, every pause of a certain length is answered. By "
        "meaning, callers may think aloud, and some answers come later.",
    )
    vad_threshold = models.FloatField(
        "loudness that counts as speech",
        default=USUAL.vad_threshold,
        validators=between(0, 1),
        help_text="From 0 to 1, by silence only. Higher: noise interrupts the agent "
        "less. Lower: it also hears callers who speak softly.",
    )
    prefix_padding_ms = models.PositiveIntegerField(
        "sound kept before speech (milliseconds)",
        default=USUAL.prefix_padding_ms,
        validators=between(0, 5000),
        help_text="From 0 to 5000, by silence only. With too little the agent misses "
        "the first syllable of what callers say.",
    )
    silence_duration_ms = models.PositiveIntegerField(
        "pause that ends a turn (milliseconds)",
        default=USUAL.silence_duration_ms,
        validators=between(100, 10_000),
        help_text="From 100 to 10000, by silence only. Shorter: answers come sooner, "
        "and callers who pause are talked over.",
    )
    idle_timeout_ms = models.PositiveIntegerField(
        "model asks again after (milliseconds)",
        default=USUAL.idle_timeout_ms,
        help_text="How long a caller may be silent before the model says something by "
        "itself: from 5000 to 30000, by silence only. With 0 the portal asks, in "
        "the words of the language profile.",
    )
    eagerness = models.CharField(
        "eagerness to answer",
        max_length=16,
        choices=EAGERNESS,
        default=USUAL.eagerness,
        help_text="By meaning only: how long callers may take to finish a thought "
        "before the agent answers.",
    )
    transcription_models = models.TextField(
        "transcription models, in this order",
        default="\n".join(USUAL.transcription_models),
        help_text="They write down what callers say, for the call page, the first "
        "that works. One per line. Callers hear no difference.",
    )
    voice_max_output_tokens = models.PositiveIntegerField(
        "longest spoken answer (tokens)",
        default=USUAL.max_output_tokens,
        validators=between(1, 4096),
        help_text="From 1 to 4096; a second of speech takes about 20. An answer that "
        "would be longer stops in the middle of a sentence.",
    )
    voice_reasoning_effort = models.CharField(
        "thinking before speaking",
        max_length=16,
        choices=VOICE_EFFORTS,
        default=USUAL.reasoning_effort,
        help_text="Callers hear thinking as a pause. Models before gpt-realtime-2 do "
        "not think and ignore this.",
    )
    retention_ratio = models.FloatField(
        "share kept when the memory is full",
        default=USUAL.retention_ratio,
        validators=between(0, 1),
        help_text="From 0 to 1. With a small share the agent forgets more of the "
        "conversation at once, and callers have to repeat themselves.",
    )
    post_instructions_tokens = models.PositiveIntegerField(
        "memory of the conversation (tokens)",
        default=USUAL.post_instructions_tokens,
        validators=between(500, 100_000),
        help_text="From 500 to 100000. A minute takes about 600 when the caller "
        "speaks and 1200 when the agent does. With too little, callers have to "
        "repeat themselves; with too much, long calls become dear.",
    )
    dead_air_seconds = models.FloatField(
        "dead air before we step in (seconds)",
        default=USUAL.dead_air_seconds,
        validators=between(2, 30),
        help_text="How long callers may wait for a sound of the agent. Then it is told "
        "to speak again, and after that they reach a person.",
    )
    ghost_seconds = models.FloatField(
        "nobody on the line after (seconds)",
        default=USUAL.ghost_seconds,
        validators=between(10, 120),
        help_text="A call in which nobody has said a word by then is ended. Callers "
        "who hesitate longer than that are cut off.",
    )

    class Meta:
        abstract = True

    def transcription_list(self) -> tuple[str, ...]:
        lines = (line.strip() for line in self.transcription_models.splitlines())
        return tuple(line for line in lines if line)

    def voice_settings(self) -> VoiceSettings:
        values = {name: getattr(self, field) for name, field in SETTINGS.items()}
        values["turn_detection"] = TurnDetection(self.turn_detection)
        values["transcription_models"] = self.transcription_list()
        return VoiceSettings(**values)

    def voice_problems(self) -> dict[str, str]:
        """By the name of the field where each is put right."""
        try:
            found = check_voice(self.voice_settings())
        except (AttributeError, TypeError, ValueError):
            return {}  # a value is missing or no such value, which its field reports
        return {SETTINGS[name]: problem for name, problem in found.items()}

"""How the two sides of a conversation take turns, and what the carrier is told of it.

There is a field for every documented attribute of the carrier's relay element, and
each always has a value where Twilio has a default: a default that Twilio changes must
not change our calls.
"""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from routing.core.attribute import Attribute
from routing.core.attribute_table import PROFILE_ATTRIBUTES, RELAY
from routing.core.naming import sentence
from routing.core.relay_attributes import check_value
from routing.models.choices import INPUT, NORMALISATION, SENSITIVITY, TERMINATORS


def notices(name: str) -> str:
    return f"{RELAY[name].notices} Twilio calls it {name}."


def rendered(value: object) -> str:
    """As it stands in the XML; empty when it is to be left out."""
    match value:
        case bool():
            return "true" if value else "false"
        case Decimal():
            return f"{value.normalize():f}"
        case None:
            return ""
        case _:
            return str(value).strip()


class LanguageProfile(models.Model):
    name = models.CharField(
        max_length=120,
        unique=True,
        help_text="How you call this set of languages, for example “English”.",
    )

    must_disclose = models.BooleanField(
        "greeting must say that it is a machine",
        default=False,
        help_text="Required by law in some places. A greeting without the words that "
        "are given with each language can then not be published.",
    )

    # Barge-in
    interruptible = models.CharField(
        "what stops the agent",
        max_length=8,
        choices=INPUT,
        default="any",
        help_text=notices("interruptible"),
    )
    welcome_greeting_interruptible = models.CharField(
        "what stops the greeting",
        max_length=8,
        choices=INPUT,
        default="any",
        help_text=notices("welcomeGreetingInterruptible"),
    )
    interrupt_sensitivity = models.CharField(
        "how easily speech stops the agent",
        max_length=8,
        choices=SENSITIVITY,
        default="high",
        help_text=notices("interruptSensitivity"),
    )
    ignore_backchannel = models.BooleanField(
        "talk on through “mhm”",
        default=True,
        help_text=notices("ignoreBackchannel"),
    )
    report_input_during_agent_speech = models.CharField(
        "what the agent hears while speaking",
        max_length=8,
        choices=INPUT,
        default="any",
        help_text=notices("reportInputDuringAgentSpeech"),
    )
    preemptible = models.BooleanField(
        "newer sentences cut off older ones",
        default=False,
        help_text=notices("preemptible"),
    )
    echo_prompt_filtering = models.BooleanField(
        "ignore the agent's own echo",
        default=False,
        help_text=notices("echoPromptFiltering"),
    )

    # Listening
    profanity_filter = models.BooleanField(
        "mask swear words",
        default=False,
        help_text=notices("profanityFilter"),
    )
    background_noise_reduction = models.BooleanField(
        "reduce background noise",
        default=False,
        help_text=notices("backgroundNoiseReduction"),
    )
    asr_smart_format = models.BooleanField(
        "write numbers as figures",
        default=True,
        help_text=notices("asrSmartFormat"),
    )
    deepgram_smart_format = models.BooleanField(
        "write numbers as figures (Deepgram, older)",
        default=True,
        help_text=notices("deepgramSmartFormat"),
    )
    partial_prompts = models.BooleanField(
        "show words while they are said",
        default=False,
        help_text=notices("partialPrompts"),
    )
    partial_prompt_on_hangup = models.BooleanField(
        "keep the last words at hang-up",
        default=True,
        help_text=notices("partialPromptOnHangup"),
    )

    # Turn end
    speech_timeout = models.CharField(
        "pause that ends a turn",
        max_length=8,
        default="auto",
        help_text="Write auto, or milliseconds from 600 to 5000. "
        + notices("speechTimeout"),
    )
    eot_threshold = models.DecimalField(
        "certainty that a turn is over",
        max_digits=3,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="From 0.5 to 0.9, only with flux; otherwise leave it empty. "
        + notices("eotThreshold"),
    )
    eager_eot_threshold = models.DecimalField(
        "certainty to begin preparing an answer",
        max_digits=3,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="From 0.3 to 0.9, only with flux; otherwise leave it empty. "
        + notices("eagerEotThreshold"),
    )
    merge_window_ms = models.PositiveIntegerField(
        "wait for the rest of a sentence (ms)",
        default=450,
        validators=[MinValueValidator(0), MaxValueValidator(3000)],
        help_text="A pause in mid-sentence can split it in two. For this long the "
        "agent waits whether more is coming before it answers.",
    )

    # Keypad
    dtmf_detection = models.BooleanField(
        "listen to keys",
        default=True,
        help_text=notices("dtmfDetection"),
    )
    inter_digit_ms = models.PositiveIntegerField(
        "wait for the next digit (ms)",
        default=2500,
        validators=[MinValueValidator(500), MaxValueValidator(10000)],
        help_text="How long a caller may pause between two digits of one number.",
    )
    digit_terminator = models.CharField(
        "key that ends a number",
        max_length=1,
        choices=TERMINATORS,
        default="#",
        help_text="Callers who press it need not wait until the number is taken.",
    )

    # Speech
    tts_text_normalization = models.CharField(
        "say figures as people do",
        max_length=8,
        choices=NORMALISATION,
        default="auto",
        help_text=notices("ttsTextNormalization"),
    )
    elevenlabs_text_normalization = models.CharField(
        "say figures as people do (ElevenLabs, older)",
        max_length=8,
        choices=NORMALISATION,
        default="auto",
        help_text=notices("elevenlabsTextNormalization"),
    )
    tts_language_text_normalization = models.BooleanField(
        "say figures by the rules of the language",
        default=False,
        help_text=notices("ttsLanguageTextNormalization"),
    )

    # Diagnostics
    events = models.CharField(
        "reports during the call",
        max_length=64,
        default="speaker-events tokens-played",
        help_text=notices("events"),
    )
    include_in_prompt = models.CharField(
        "details with each turn",
        max_length=64,
        blank=True,
        help_text=notices("includeInPrompt"),
    )
    debug = models.CharField(
        "debugging",
        max_length=64,
        blank=True,
        help_text=notices("debug"),
    )
    application_reconnect = models.BooleanField(
        "let the carrier reconnect",
        default=False,
        help_text=notices("applicationReconnect"),
    )
    intelligence_service = models.CharField(
        "Twilio Intelligence service",
        max_length=120,
        blank=True,
        help_text="Leave empty if you do not use it. " + notices("intelligenceService"),
    )
    conversation_configuration = models.CharField(
        "Twilio conversation configuration",
        max_length=120,
        blank=True,
        help_text="Leave empty if you do not use it. "
        + notices("conversationConfiguration"),
    )
    customer_name = models.CharField(
        "caller's name at Twilio",
        max_length=120,
        blank=True,
        help_text="Leave empty to have the caller's number shown there. "
        + notices("customerName"),
    )

    class Meta:
        verbose_name = "language profile"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def attributes(self) -> dict[str, str]:
        """By their TwiML names, as they stand in the XML; empty ones left out."""
        values = {a.name: self.value_of(a) for a in PROFILE_ATTRIBUTES}
        return {name: value for name, value in values.items() if value}

    def value_of(self, attribute: Attribute) -> str:
        return rendered(getattr(self, attribute.field))

    def clean(self) -> None:
        problems = {
            attribute.field: sentence(problem)
            for attribute in PROFILE_ATTRIBUTES
            if (problem := self.problem_of(attribute))
        }
        if problems:
            raise ValidationError(problems)

    def problem_of(self, attribute: Attribute) -> str:
        value = self.value_of(attribute)
        if not value:
            return "choose at least one." if attribute.always else ""
        return check_value(attribute, value)

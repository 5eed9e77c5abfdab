"""The agents that talk to callers: what for, with which tools, and for how long."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models

from routing.core.ruleset import AtLimit, FieldKind, Objective
from routing.models.capacity import Limited
from routing.models.choices import (
    AT_LIMITS,
    EFFORTS,
    FIELD_KINDS,
    LAST,
    MODELS,
    MODELS_THAT_ALWAYS_REASON,
    OBJECTIVES,
)
from routing.models.escalation import EscalationPolicy
from routing.models.tools import HttpTool
from routing.models.voice import VoiceFields, between


class Agent(VoiceFields, Limited):
    name = models.CharField(
        max_length=120,
        unique=True,
        help_text="How you call this agent, for example “Front desk”.",
    )
    objective = models.CharField(
        max_length=24,
        choices=OBJECTIVES,
        default=Objective.TRIAGE.value,
        help_text="What a good call with this agent ends in.",
    )
    instructions = models.TextField(
        help_text="What the agent is told before every call: who it is, what it may "
        "promise, what to ask. Write short sentences. Opening hours, limits and whom "
        "to put through are decided by the portal, so leave them out.",
    )
    model = models.CharField(
        "language model",
        max_length=64,
        choices=MODELS,
        default="gpt-6-luna",
        help_text="Stronger models answer later and cost more.",
    )
    reasoning_effort = models.CharField(
        "thinking before answering",
        max_length=16,
        choices=EFFORTS,
        default="low",
        help_text="Callers hear thinking as a pause.",
    )
    max_output_tokens = models.PositiveIntegerField(
        "longest answer (tokens)",
        default=800,
        validators=between(50, 4096),
        help_text="From 50 to 4096. Spoken answers are short; thinking counts too.",
    )
    tools = models.ManyToManyField(
        HttpTool,
        blank=True,
        related_name="agents",
        help_text="What the agent may look up or do while it talks.",
    )
    policy = models.ForeignKey(
        EscalationPolicy,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="escalation policy",
        related_name="agents",
        help_text="Whom this agent hands callers to. Empty: the number's own policy.",
    )
    zero_reaches_person = models.BooleanField(
        "key 0 reaches a person",
        default=True,
        help_text="A caller who presses 0 is put through at once.",
    )

    max_seconds = models.PositiveIntegerField(
        "longest call (seconds)",
        default=900,
        validators=between(60, 7200),
        help_text="From 60 to 7200.",
    )
    warn_seconds = models.PositiveIntegerField(
        "warning before the end (seconds)",
        default=60,
        validators=between(0, 600),
        help_text="How long before that the caller is told that time is short.",
    )
    max_cost = models.DecimalField(
        "most a call may cost (US dollars)",
        max_digits=8,
        decimal_places=2,
        default=Decimal("2.00"),
        validators=[MinValueValidator(Decimal("0.05"))],
        help_text="Reaching it ends the agent's part of the call.",
    )
    at_limit = models.CharField(
        "when a limit is reached",
        max_length=16,
        choices=AT_LIMITS,
        default=AtLimit.HAND_OFF.value,
        help_text="For the longest call and for its cost.",
    )
    silence_seconds = models.PositiveIntegerField(
        "silence before asking (seconds)",
        default=8,
        validators=between(3, 60),
        help_text="How long a caller may be silent before the agent asks if they are "
        "still there.",
    )
    silence_prompts = models.PositiveIntegerField(
        "how often to ask",
        default=2,
        validators=between(0, 5),
        help_text="After that many questions without an answer the next line applies.",
    )
    at_silence = models.CharField(
        "when the caller stays silent",
        max_length=16,
        choices=AT_LIMITS,
        default=AtLimit.GOODBYE.value,
        help_text="A caller who cannot be heard may still need a person.",
    )
    filler_after = models.FloatField(
        "“one moment” after (seconds)",
        default=2.0,
        validators=between(0.5, 10),
        help_text="How long an answer may take before the caller hears that it comes.",
    )
    first_token_seconds = models.FloatField(
        "give up on an answer after (seconds)",
        default=8.0,
        validators=between(2, 30),
        help_text="Then the agent apologises and hands the caller to a person.",
    )
    max_tool_rounds = models.PositiveIntegerField(
        "most look-ups for one answer",
        default=6,
        validators=between(1, 20),
        help_text="So that an agent cannot look things up for ever.",
    )

    class Meta(VoiceFields.Meta):
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        problems = {**self.voice_problems(), **self.limit_problems()}
        never_reasons = self.reasoning_effort == "none"
        if never_reasons and self.model in MODELS_THAT_ALWAYS_REASON:
            problems["reasoning_effort"] = f"{self.model} always thinks; choose low."
        if at_least(self.warn_seconds, self.max_seconds):
            problems["warn_seconds"] = "Warn later than at the beginning of the call."
        if at_least(self.filler_after, self.first_token_seconds):
            problems["filler_after"] = (
                "Make this shorter than the time after which the agent gives up."
            )
        if problems:
            raise ValidationError(problems)


def at_least(one: float | None, other: float | None) -> bool:
    """False when a value is missing, which its own field reports."""
    return one is not None and other is not None and one >= other


class AgentField(models.Model):
    agent = models.ForeignKey(Agent, models.CASCADE, related_name="fields")
    position = models.PositiveIntegerField(default=LAST, db_index=True)
    name = models.CharField(
        max_length=40,
        validators=[
            RegexValidator(
                r"^[a-z][a-z0-9_]*$",
                "Use small letters, digits and underscores, such as callback_number.",
            )
        ],
        help_text="For example callback_number.",
    )
    description = models.CharField(
        "what to ask for",
        max_length=250,
        help_text="For example “the number we can call back on”.",
    )
    kind = models.CharField(
        max_length=16,
        choices=FIELD_KINDS,
        default=FieldKind.TEXT.value,
        help_text="Answers that do not look like it are asked again.",
    )
    required_before_handoff = models.BooleanField(
        "needed before a person takes over",
        default=False,
        help_text="The agent asks for it before it puts a caller through.",
    )

    class Meta:
        verbose_name = "field to collect"
        verbose_name_plural = "fields to collect, in this order"
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["agent", "name"],
                name="routing_field_once_in_an_agent",
                violation_error_message="This agent collects it already; remove one.",
            )
        ]

    def __str__(self) -> str:
        return self.name

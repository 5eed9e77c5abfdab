"""The numbers that people call."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from routing.core.callers import spaced
from routing.core.ruleset import Path, RuleAction
from routing.models.capacity import Limited
from routing.models.choices import OVERFLOWS, PATHS
from routing.models.validators import validate_e164, validate_time_zone


class PhoneNumber(Limited):
    e164 = models.CharField(
        "number",
        max_length=16,
        unique=True,
        validators=[validate_e164],
        help_text="The number people call, with its country code.",
    )
    label = models.CharField(
        max_length=120,
        help_text="How you call this line, for example “Main line”. Callers do not "
        "hear it; lists and reports show it.",
    )
    time_zone = models.CharField(
        max_length=64,
        default="America/New_York",
        validators=[validate_time_zone],
        help_text="Where this line is. Times of its calls are shown in this zone.",
    )
    path = models.CharField(
        "answered by",
        max_length=16,
        choices=PATHS,
        default=Path.RELAY.value,
        help_text="Who takes calls that no routing rule decides. With relay the "
        "carrier turns speech into text and back; with SIP the model hears and speaks "
        "itself.",
    )
    trunk = models.BooleanField(
        "connected by a bare SIP trunk",
        default=False,
        help_text="Only for speech to speech: switch on if the carrier sends the calls "
        "of this number straight to the voice model, without asking here first. "
        "Whoever knows that address can then reach this line and name any caller.",
    )
    active = models.BooleanField(
        default=True,
        help_text="Switch off to turn away every call to this number.",
    )
    profile = models.ForeignKey(
        "routing.LanguageProfile",
        models.PROTECT,
        verbose_name="language profile",
        related_name="numbers",
        help_text="The languages spoken on this line, the voice and the sentences.",
    )
    agent = models.ForeignKey(
        "routing.Agent",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="numbers",
        help_text="Who answers. Not needed where only people answer.",
    )
    policy = models.ForeignKey(
        "routing.EscalationPolicy",
        models.PROTECT,
        verbose_name="escalation policy",
        related_name="numbers",
        help_text="Whom callers are put through to when the agent cannot help or "
        "cannot be reached. So no caller of this line is ever lost.",
    )

    overflow = models.CharField(
        "when no line is free",
        max_length=16,
        choices=OVERFLOWS,
        default=RuleAction.VOICEMAIL.value,
        help_text="What happens to a caller whom an agent would answer, if as many "
        "calls are going on as are allowed here, with the agent, or in the account. "
        "People are rung as the escalation policy above says. On a bare SIP trunk "
        "nothing can be said or recorded: for a message or a voicemail the caller is "
        "rejected, for a callback rejected and noted.",
    )
    overflow_message = models.TextField(
        "said then",
        blank=True,
        help_text="What the caller hears when no line is free. Empty: the language "
        "profile's own sentence.",
    )

    class Meta:
        verbose_name = "number"
        ordering = ["label", "e164"]
        constraints = [
            models.CheckConstraint(
                condition=Q(e164__regex=r"^\+[1-9][0-9]{6,14}$"),
                name="routing_number_is_e164",
            ),
            models.CheckConstraint(
                condition=Q(path=Path.PERSON.value) | Q(agent__isnull=False),
                name="routing_number_has_an_agent",
                violation_error_message="Choose an agent, or let people answer.",
            ),
            models.CheckConstraint(
                condition=Q(path=Path.SIP.value) | Q(trunk=False),
                name="routing_trunk_speaks_itself",
                violation_error_message="Only a number answered speech to speech can "
                "be connected by a bare trunk.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} ({spaced(self.e164)})"

    def clean(self) -> None:
        problems = self.limit_problems()
        if self.overflow == RuleAction.REJECT:
            self.overflow_message = ""
        if self.overflow == RuleAction.MESSAGE and not self.overflow_message.strip():
            problems["overflow_message"] = "Write what the caller is to hear."
        if self.path != Path.PERSON and self.agent_id is None:
            problems["agent"] = (
                "Choose the agent who answers this number, or set “Answered by” to "
                "people only."
            )
        if problems:
            raise ValidationError(problems)

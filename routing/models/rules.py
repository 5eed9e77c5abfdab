"""Routing rules: which calls are treated differently, and how."""

import re

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from routing.core.decision import Because
from routing.core.ruleset import CallerMatch, HoursMatch, RuleAction
from routing.models.agents import Agent
from routing.models.choices import (
    CALLER_MATCHES,
    HOURS_MATCHES,
    LAST,
    REJECT_REASONS,
    RULE_ACTIONS,
    SIP_STATUSES,
)
from routing.models.escalation import EscalationPolicy
from routing.models.hours import Calendar
from routing.models.numbers import PhoneNumber
from routing.models.profiles import LanguageProfile
from routing.models.validators import to_e164

PREFIX = re.compile(r"\+[1-9]\d{0,13}\*")
NEEDS_CALLERS = (CallerMatch.LISTED, CallerMatch.NOT_LISTED)


class RoutingRule(models.Model):
    position = models.PositiveIntegerField("order", default=LAST, db_index=True)
    name = models.CharField(
        max_length=120,
        help_text="What this rule is for, for example “Blocked callers”. Every call "
        "it decides is listed with this name.",
    )
    numbers = models.ManyToManyField(
        PhoneNumber,
        blank=True,
        related_name="rules",
        help_text="Which of your numbers it is for. None chosen: all of them.",
    )
    caller_match = models.CharField(
        "which callers",
        max_length=16,
        choices=CALLER_MATCHES,
        default=CallerMatch.ANY.value,
        help_text="A caller without a number is never on a list.",
    )
    callers = models.TextField(
        "callers listed",
        blank=True,
        help_text="One number a line with its country code, such as +1 202 555 0199, "
        "or the beginning of many followed by a star, such as +1202*.",
    )
    hours_match = models.CharField(
        "when",
        max_length=8,
        choices=HOURS_MATCHES,
        default=HoursMatch.ANY.value,
        help_text="Whether opening hours matter.",
    )
    calendar = models.ForeignKey(
        Calendar,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="rules",
        help_text="Whose opening hours.",
    )
    action = models.CharField(
        "what happens",
        max_length=16,
        choices=RULE_ACTIONS,
        default=RuleAction.ACCEPT.value,
        help_text="What is done with a call when all of the above holds.",
    )
    agent = models.ForeignKey(
        Agent,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="rules",
        help_text="Who answers. Empty: the number's own agent.",
    )
    profile = models.ForeignKey(
        LanguageProfile,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="language profile",
        related_name="rules",
        help_text="In which languages. Empty: the number's own.",
    )
    policy = models.ForeignKey(
        EscalationPolicy,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="escalation policy",
        related_name="rules",
        help_text="Who is rung, and in which order. Where an agent answers: whom it "
        "hands callers to; empty: its own policy.",
    )
    message = models.TextField(
        "said before the tone",
        blank=True,
        help_text="What the caller hears before leaving a message. Empty: the "
        "language profile's own sentence.",
    )
    sip_status = models.PositiveSmallIntegerField(
        "what the caller is told",
        choices=SIP_STATUSES,
        default=603,
        help_text="Busy sounds like a busy line; the others like a number that does "
        "not take the call.",
    )
    because = models.CharField(
        "counted as",
        max_length=16,
        choices=REJECT_REASONS,
        default=Because.RULE.value,
        help_text="How reports count the rejected calls.",
    )

    class Meta:
        verbose_name = "routing rule"
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(hours_match=HoursMatch.ANY.value)
                | Q(calendar__isnull=False),
                name="routing_rule_has_its_calendar",
                violation_error_message="Choose a calendar.",
            ),
            models.CheckConstraint(
                condition=~Q(action=RuleAction.DIVERT.value) | Q(policy__isnull=False),
                name="routing_rule_has_its_policy",
                violation_error_message="Choose an escalation policy.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def caller_list(self) -> list[str]:
        return [line for text in self.callers.splitlines() if (line := text.strip())]

    def clean(self) -> None:
        """What the chosen action has no use for is emptied; it must not linger."""
        problems: dict[str, str] = {}
        self.clean_callers(problems)
        self.clean_hours(problems)
        self.clean_action(problems)
        if problems:
            raise ValidationError(problems)

    def clean_callers(self, problems: dict[str, str]) -> None:
        if self.caller_match not in NEEDS_CALLERS:
            self.callers = ""
        elif not self.caller_list():
            problems["callers"] = (
                "List at least one caller, or let the rule hold for any caller."
            )
        else:
            try:
                self.callers = "\n".join(map(to_caller, self.caller_list()))
            except ValidationError as error:
                problems["callers"] = error.messages[0]

    def clean_hours(self, problems: dict[str, str]) -> None:
        if self.hours_match == HoursMatch.ANY:
            self.calendar = None
        elif self.calendar_id is None:
            problems["calendar"] = (
                "Choose the calendar, or let the rule hold at any time."
            )

    def clean_action(self, problems: dict[str, str]) -> None:
        if self.action != RuleAction.ACCEPT:
            self.agent = None
        if self.action != RuleAction.REJECT:
            self.sip_status, self.because = 603, Because.RULE.value
        else:
            self.profile = self.policy = None
        if self.action != RuleAction.VOICEMAIL:
            self.message = ""
        if self.action == RuleAction.DIVERT and self.policy_id is None:
            problems["policy"] = (
                "Choose the escalation policy whose people are to be rung."
            )


def to_caller(line: str) -> str:
    """One line of the list as the core compares it."""
    compact = re.sub(r"[\s().-]", "", line)
    if PREFIX.fullmatch(compact):
        return compact
    try:
        return to_e164(compact)
    except ValidationError as error:
        remedy = (
            f"{error.messages[0]} For many at once end with a star, such as +1202*."
        )
        raise ValidationError(f"“{line}”: {remedy}") from None

"""Routing rules: which calls are treated differently, and how."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from routing.core.decision import Because
from routing.core.ruleset import CallerMatch, HoursMatch, RuleAction
from routing.models.agents import Agent
from routing.models.caller_lists import CallerList, to_caller
from routing.models.choices import (
    CALLER_MATCHES,
    HOURS_MATCHES,
    LAST,
    REJECT_REASONS,
    RULE_ACTIONS,
    SIP_STATUSES,
)
from routing.models.escalation import Contact, EscalationPolicy
from routing.models.groups import NumberGroup
from routing.models.hours import Calendar
from routing.models.numbers import PhoneNumber
from routing.models.profiles import LanguageProfile
from routing.models.rule_conditions import RuleConditions, lines

NEEDS_CALLERS = (CallerMatch.LISTED, CallerMatch.NOT_LISTED)
TURNS_AWAY = (RuleAction.REJECT, RuleAction.MESSAGE)
SPEAKS = (RuleAction.VOICEMAIL, RuleAction.CALLBACK, RuleAction.MESSAGE)


class RoutingRule(RuleConditions):
    position = models.PositiveIntegerField("order", default=LAST, db_index=True)
    name = models.CharField(
        max_length=120,
        unique=True,
        error_messages={"unique": "There is a rule of this name already."},
        help_text="What this rule is for, for example “Blocked callers”. Every call "
        "it decides is listed with this name.",
    )
    numbers = models.ManyToManyField(
        PhoneNumber,
        blank=True,
        related_name="rules",
        help_text="Which of your numbers it is for. Neither numbers nor groups "
        "chosen: all of them.",
    )
    groups = models.ManyToManyField(
        NumberGroup,
        blank=True,
        related_name="rules",
        verbose_name="groups of numbers",
        help_text="It holds for every number of these groups too.",
    )
    caller_match = models.CharField(
        "which callers",
        max_length=16,
        choices=CALLER_MATCHES,
        default=CallerMatch.ANY.value,
        help_text="A caller who is in one of the places named below is one of these. "
        "A caller without a number is in none.",
    )
    caller_lists = models.ManyToManyField(
        CallerList,
        blank=True,
        related_name="rules",
        verbose_name="callers on these lists",
        help_text="Who is added to a list later belongs to it at once.",
    )
    callers = models.TextField(
        "these numbers",
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
    more_calendars = models.ManyToManyField(
        Calendar,
        blank=True,
        related_name="+",
        verbose_name="further calendars",
        help_text="With several, it is open while one of them is open, and closed "
        "while all are closed.",
    )
    action = models.CharField(
        "what happens",
        max_length=16,
        choices=RULE_ACTIONS,
        default=RuleAction.ACCEPT.value,
        help_text="What is done with a call when all of the above holds. A call on a "
        "bare SIP trunk can only be answered by an agent, put through or rejected: for "
        "a message or a voicemail it is rejected, for a callback rejected and noted.",
    )
    agent = models.ForeignKey(
        Agent,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="rules",
        help_text="Who answers. Empty: the number's own agent.",
    )
    second_agent = models.ForeignKey(
        Agent,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="To try one agent against another: some of the callers are answered "
        "by this one. The same caller always gets the same agent.",
    )
    second_share = models.PositiveSmallIntegerField(
        "share of the second agent (percent)",
        default=0,
        validators=[MaxValueValidator(99)],
        help_text="Of a hundred callers, so many are answered by the second agent.",
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
    contact = models.ForeignKey(
        Contact,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="rules",
        help_text="To ring one person only. Empty: the people of the policy below.",
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
        "what the caller hears",
        blank=True,
        help_text="Before the tone, or instead of the usual offer to call back. Empty: "
        "the language profile's own sentence.",
    )
    sip_status = models.PositiveSmallIntegerField(
        "what the caller is told",
        choices=SIP_STATUSES,
        default=603,
        help_text="Busy sounds like a busy line; the others like a number that does "
        "not take the call. For a message: what callers on a bare SIP trunk get.",
    )
    because = models.CharField(
        "counted as",
        max_length=16,
        choices=REJECT_REASONS,
        default=Because.RULE.value,
        help_text="How reports count these calls.",
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
                condition=~Q(action=RuleAction.DIVERT.value)
                | Q(policy__isnull=False)
                | Q(contact__isnull=False),
                name="routing_rule_rings_somebody",
                violation_error_message="Choose a contact or an escalation policy.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def caller_list(self) -> list[str]:
        return lines(self.callers)

    def clean(self) -> None:
        """What the chosen action has no use for is emptied; it must not linger."""
        problems: dict[str, str] = {}
        self.clean_callers(problems)
        self.clean_hours(problems)
        self.clean_conditions(problems)
        self.clean_action(problems)
        self.clean_agents(problems)
        if problems:
            raise ValidationError(problems)

    def clean_callers(self, problems: dict[str, str]) -> None:
        """Whether any caller is named at all is for the form to see, with the lists."""
        if self.caller_match not in NEEDS_CALLERS:
            self.callers = self.countries = ""
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
        if self.action not in TURNS_AWAY:
            self.sip_status, self.because = 603, Because.RULE.value
        else:
            self.policy = None
        if self.action == RuleAction.REJECT:
            self.profile = None
        if self.action not in SPEAKS:
            self.message = ""
        elif self.action == RuleAction.MESSAGE and not self.message.strip():
            problems["message"] = "Write what the caller is to hear."
        if self.action != RuleAction.DIVERT:
            self.contact = None
        elif self.contact_id is not None:
            self.policy = None
        elif self.policy_id is None:
            problems["policy"] = (
                "Choose the escalation policy whose people are to be rung, or one "
                "contact above."
            )

    def clean_agents(self, problems: dict[str, str]) -> None:
        if self.action != RuleAction.ACCEPT:
            self.agent = self.second_agent = None
        if self.second_agent_id is None:
            self.second_share = 0
        elif self.second_agent_id == self.agent_id:
            problems["second_agent"] = (
                "This is the first agent already; choose another one, or none."
            )
        elif not self.second_share:
            problems["second_share"] = (
                "Write how many of a hundred callers the second agent answers, from 1 "
                "to 99."
            )

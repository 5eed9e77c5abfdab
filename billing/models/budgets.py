"""Budgets, what they do when so much is spent, and what they have done."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from routing.core.standing import BudgetAction, BudgetScope

SCOPES = [
    (BudgetScope.ACCOUNT.value, "Everything"),
    (BudgetScope.NUMBER.value, "One number"),
    (BudgetScope.AGENT.value, "One agent"),
]
SPANS = [("day", "Each day"), ("month", "Each month")]
ACTIONS = [
    (BudgetAction.WARN.value, "Tell the team"),
    (BudgetAction.SHORTER_CALLS.value, "Keep calls shorter"),
    (BudgetAction.CHEAPER_AGENT.value, "Let a cheaper agent answer"),
    (BudgetAction.PERSON.value, "Put callers through to people"),
    (BudgetAction.CALLBACK.value, "Offer callers a call back"),
    (BudgetAction.VOICEMAIL.value, "Ask callers for a voicemail"),
    (BudgetAction.NO_AI.value, "Let no agent take calls (people, then voicemail)"),
]


class Budget(models.Model):
    name = models.CharField(max_length=120, unique=True)
    scope = models.CharField(
        "for", max_length=10, choices=SCOPES, default=BudgetScope.ACCOUNT.value
    )
    number = models.ForeignKey(
        "routing.PhoneNumber", models.CASCADE, null=True, blank=True, related_name="+"
    )
    agent = models.ForeignKey(
        "routing.Agent", models.CASCADE, null=True, blank=True, related_name="+"
    )
    span = models.CharField("how often", max_length=5, choices=SPANS, default="month")
    amount = models.DecimalField(
        max_digits=12,
        decimal_places=2,
        validators=[MinValueValidator(Decimal("0.01"))],
        help_text="In US dollars, for one day or one month.",
    )
    active = models.BooleanField(
        default=True, help_text="Switch off to keep it without its doing anything."
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0), name="billing_budget_of_something"
            ),
            models.CheckConstraint(
                condition=Q(
                    scope=BudgetScope.ACCOUNT.value,
                    number__isnull=True,
                    agent__isnull=True,
                )
                | Q(
                    scope=BudgetScope.NUMBER.value,
                    number__isnull=False,
                    agent__isnull=True,
                )
                | Q(
                    scope=BudgetScope.AGENT.value,
                    number__isnull=True,
                    agent__isnull=False,
                ),
                name="billing_budget_scope",
                violation_error_message="Name the number or the agent that it is for, "
                "and only that.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class BudgetStep(models.Model):
    """From `threshold` per cent of the budget on, `action` is done."""

    budget = models.ForeignKey(Budget, models.CASCADE, related_name="steps")
    threshold = models.PositiveSmallIntegerField(
        "from (per cent)",
        validators=[MinValueValidator(1)],
        help_text="Of the budget. 100 is when all of it is spent; more is allowed.",
    )
    action = models.CharField(max_length=16, choices=ACTIONS)
    agent = models.ForeignKey(
        "routing.Agent",
        models.CASCADE,
        null=True,
        blank=True,
        verbose_name="cheaper agent",
        related_name="+",
    )
    most_seconds = models.PositiveIntegerField(
        "longest call (seconds)",
        null=True,
        blank=True,
        validators=[MinValueValidator(30)],
        help_text="Callers hear the agent's warning before the end.",
    )

    class Meta:
        ordering = ["threshold"]
        verbose_name = "step"
        constraints = [
            models.UniqueConstraint(
                fields=["budget", "threshold", "action"],
                name="billing_budget_step_once",
                violation_error_message="This step is there already.",
            ),
            models.CheckConstraint(
                condition=~Q(action=BudgetAction.CHEAPER_AGENT.value)
                | Q(agent__isnull=False),
                name="billing_budget_step_agent",
                violation_error_message="Name the cheaper agent.",
            ),
            models.CheckConstraint(
                condition=~Q(action=BudgetAction.SHORTER_CALLS.value)
                | Q(most_seconds__isnull=False, most_seconds__gt=0),
                name="billing_budget_step_seconds",
                violation_error_message="Say how long a call may be.",
            ),
            models.CheckConstraint(
                condition=Q(threshold__gt=0),
                name="billing_budget_step_threshold",
                violation_error_message="A step begins at 1 per cent or later.",
            ),
        ]

    def __str__(self) -> str:
        return f"From {self.threshold} %: {self.get_action_display()}"


class BudgetReached(models.Model):
    """A step was reached in a period; said once. `period` is its first day."""

    budget = models.ForeignKey(Budget, models.CASCADE, related_name="reached")
    threshold = models.PositiveSmallIntegerField("from (per cent)")
    action = models.CharField(max_length=16, choices=ACTIONS)
    period = models.DateField()
    at = models.DateTimeField()
    spent = models.DecimalField(max_digits=24, decimal_places=12)
    amount = models.DecimalField("budget", max_digits=12, decimal_places=2)
    told_at = models.DateTimeField("team told", null=True)

    class Meta:
        ordering = ["-at"]
        verbose_name = "step reached"
        verbose_name_plural = "steps reached"
        constraints = [
            models.UniqueConstraint(
                fields=["budget", "threshold", "action", "period"],
                name="billing_budget_reached_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.threshold} % on {self.at:%d %b %H:%M}"

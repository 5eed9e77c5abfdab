"""The emergency switch: a line that is closed at once, without publishing."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from routing.core.callers import spaced
from routing.core.closure import ClosureAction

ACTIONS = [
    (ClosureAction.VOICEMAIL.value, "Ask for a voicemail"),
    (ClosureAction.DIVERT.value, "Put the caller through"),
    (ClosureAction.MESSAGE.value, "Say the message and hang up"),
]


class EmergencyClosure(models.Model):
    """Names of numbers and policies are kept as they were: it is also the record of

    what was done. `policy` is a key of the release, as text.
    """

    dialled = models.CharField("number", max_length=16, blank=True)
    line = models.CharField(max_length=160)
    action = models.CharField(
        "callers get",
        max_length=16,
        choices=ACTIONS,
        default=ClosureAction.VOICEMAIL.value,
    )
    message = models.TextField(
        blank=True,
        help_text="What callers hear first. Before a voicemail, ask them to speak "
        "after the tone; empty: the language profile's own sentences.",
    )
    policy = models.CharField("put through to", max_length=64, blank=True)
    policy_name = models.CharField("put through to", max_length=160, blank=True)
    reason = models.CharField(
        max_length=250, help_text="Why, for your colleagues. Callers do not hear it."
    )
    started_at = models.DateTimeField("switched on", auto_now_add=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        verbose_name="switched on by",
        related_name="+",
    )
    ends_at = models.DateTimeField("ends by itself", null=True, blank=True)
    ended_at = models.DateTimeField("ended", null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="ended by",
        related_name="+",
    )

    class Meta:
        ordering = ["-started_at", "-id"]
        verbose_name = "emergency closure"
        default_permissions = ("view", "add", "change")
        indexes = [
            models.Index(
                fields=["dialled"],
                condition=models.Q(ended_at__isnull=True),
                name="routing_closure_on",
            )
        ]

    def __str__(self) -> str:
        if not self.dialled:
            return "Emergency closure of all numbers"
        return f"Emergency closure of {self.line} ({spaced(self.dialled)})"

    def clean(self) -> None:
        """What the chosen action has no use for is emptied."""
        if self.action == ClosureAction.MESSAGE and not self.message.strip():
            raise ValidationError({"message": "Write what callers are to hear."})
        if self.action != ClosureAction.DIVERT:
            self.policy = self.policy_name = ""
        elif not self.policy:
            raise ValidationError({"policy": "Choose who is to be rung."})

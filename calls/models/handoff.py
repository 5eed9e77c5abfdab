"""Giving the caller to a contact, and every try to do so."""

from django.db import models

from calls.core.words import AttemptResult, HandoffReason, HandoffResult
from calls.models.call import Call, choices


class Handoff(models.Model):
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="handoffs")
    reason = models.CharField(max_length=32, choices=choices(HandoffReason))
    corrected_reason = models.CharField(
        max_length=32,
        choices=choices(HandoffReason),
        blank=True,
        help_text="What the reason should have been.",
    )
    summary = models.TextField(blank=True)
    fields = models.JSONField(default=dict, blank=True)
    asked_by = models.CharField(max_length=32, default="agent")
    policy_key = models.CharField(max_length=64)
    policy_name = models.CharField("escalation policy", max_length=120, blank=True)
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    result = models.CharField(
        max_length=16,
        choices=choices(HandoffResult),
        default=HandoffResult.PENDING.value,
    )

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["call"],
                condition=models.Q(result="pending"),
                name="handoff_one_pending",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()}: {self.get_result_display()}"


class HandoffAttempt(models.Model):
    """One contact rung. `position` is the step of the hunt list, from 0."""

    handoff = models.ForeignKey(
        Handoff, on_delete=models.CASCADE, related_name="attempts"
    )
    position = models.PositiveSmallIntegerField()
    contact_key = models.CharField(max_length=64)
    contact_name = models.CharField("contact", max_length=120)
    phone = models.CharField(max_length=32)
    ring_seconds = models.PositiveSmallIntegerField()
    leg_sid = models.CharField(max_length=64, blank=True)
    leg_status = models.CharField(max_length=20, blank=True)
    leg_sequence = models.IntegerField(default=-1)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    seconds = models.PositiveIntegerField(null=True, blank=True)
    result = models.CharField(
        max_length=16,
        choices=choices(AttemptResult),
        default=AttemptResult.RINGING.value,
    )

    class Meta:
        ordering = ["handoff", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["handoff", "position"], name="handoff_attempt_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.contact_name}: {self.get_result_display()}"

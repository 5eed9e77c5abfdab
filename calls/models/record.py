"""What a call leaves behind: recordings, follow-ups, incidents, usage."""

from django.conf import settings
from django.db import models

from calls.core.words import CauseOwner, FollowUpKind, IncidentKind
from calls.models.call import Call, choices

SETTLED = ("completed", "absent", "failed")


class Recording(models.Model):
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="recordings")
    sid = models.CharField(max_length=64, unique=True)
    url = models.URLField(max_length=500, blank=True)
    seconds = models.PositiveIntegerField(default=0)
    status = models.CharField(max_length=20, default="in-progress")
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["received_at"]

    def __str__(self) -> str:
        return f"Recording of {self.seconds} s"

    def is_settled(self) -> bool:
        """The carrier has said the last word about it."""
        return self.status in SETTLED

    def holds_speech(self) -> bool:
        return self.seconds > 0 and self.status not in ("absent", "failed")


class FollowUp(models.Model):
    """Work a call leaves behind; one of each kind per call at most."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="follow_ups")
    kind = models.CharField(max_length=16, choices=choices(FollowUpKind))
    owner = models.CharField(max_length=120, help_text="Who should do this.")
    contact_number = models.CharField("call back on", max_length=64, blank=True)
    text = models.TextField("what is to be done", blank=True)
    fields = models.JSONField(default=dict, blank=True)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(db_index=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["due_at"]
        verbose_name = "follow-up"
        constraints = [
            models.UniqueConstraint(fields=["call", "kind"], name="follow_up_once")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} for {self.owner}"


class Incident(models.Model):
    """Something that broke. `key` keeps a repeated report from opening a second."""

    call = models.ForeignKey(
        Call, on_delete=models.CASCADE, null=True, blank=True, related_name="incidents"
    )
    kind = models.CharField(max_length=32, choices=choices(IncidentKind))
    cause = models.CharField(
        "cause lies with", max_length=16, choices=choices(CauseOwner)
    )
    detail = models.TextField(blank=True)
    key = models.CharField(max_length=200, unique=True)
    at = models.DateTimeField(db_index=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} at {self.at:%d %b %H:%M}"


class Usage(models.Model):
    """What a provider charges for, raw, each once by its own id.

    `figures` holds the provider's numbers as given (tokens, seconds). `estimated`
    marks figures of ours where the provider gives none (a cancelled stream).
    """

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="usage")
    provider = models.CharField(max_length=20)
    item = models.CharField(max_length=60)
    provider_id = models.CharField(max_length=120, unique=True)
    figures = models.JSONField()
    estimated = models.BooleanField(default=False)
    at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["at"]
        verbose_name_plural = "usage"

    def __str__(self) -> str:
        return f"{self.provider} {self.item}"

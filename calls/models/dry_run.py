"""A dry run: what the draft or a release would have done with past calls."""

from django.conf import settings
from django.db import models

from calls.core.dry_run import RunState
from calls.models.call import choices


class DryRun(models.Model):
    """`snapshot` is what is tried, as it was when the run was asked for.

    The calls up to (`reached_at`, `reached_id`) are counted in `tally`, which is
    written together with them: whoever goes on after a lost worker counts none twice.
    """

    name = models.CharField("tried", max_length=120)
    snapshot = models.JSONField()
    since = models.DateTimeField("from")
    until = models.DateTimeField("to")
    state = models.CharField(
        max_length=16, choices=choices(RunState), default=RunState.WAITING.value
    )
    problem = models.TextField(blank=True)
    total = models.PositiveIntegerField("calls", default=0)
    reached_at = models.DateTimeField(null=True, blank=True)
    reached_id = models.BigIntegerField(default=0)
    tally = models.JSONField(default=dict)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    asked_at = models.DateTimeField("asked for", auto_now_add=True)
    seen_at = models.DateTimeField(auto_now=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "dry run"
        ordering = ["-asked_at"]

    def __str__(self) -> str:
        return f"Dry run of {self.name}"

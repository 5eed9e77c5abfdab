"""What calls are decided from: numbered snapshots that nobody changes any more."""

from django.conf import settings
from django.db import models


class Release(models.Model):
    number = models.PositiveIntegerField(unique=True)
    snapshot = models.JSONField()
    document = models.JSONField(
        null=True,
        help_text="The same as a document, from which the draft can be put back. None "
        "in releases of versions that had none.",
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="releases",
        verbose_name="published by",
    )
    note = models.TextField(blank=True, help_text="What changed, and why.")
    accepted = models.JSONField(
        "accepted warnings",
        default=list,
        help_text="What the portal warned of when this was published, as sentences.",
    )
    created_at = models.DateTimeField("published", auto_now_add=True)

    class Meta:
        ordering = ["-number"]
        default_permissions = ("view",)
        permissions = [("publish_release", "Can publish a release")]

    def __str__(self) -> str:
        return f"Release {self.number}"

"""Every provider callback, verbatim, with the answer that was given to it."""

from django.db import models


class Callback(models.Model):
    """`key` is the provider's idempotency key, or the callback's natural key.

    A repeat finds the row and is given the stored answer again.
    """

    key = models.CharField(max_length=200, unique=True)
    endpoint = models.CharField(max_length=40)
    call_sid = models.CharField(max_length=64, blank=True, db_index=True)
    params = models.JSONField()
    received_at = models.DateTimeField(auto_now_add=True)
    repeats = models.PositiveIntegerField(default=0)
    answer_status = models.PositiveSmallIntegerField(default=0)
    answer_type = models.CharField(max_length=40, blank=True)
    answer = models.TextField(blank=True)

    class Meta:
        ordering = ["-received_at"]

    def __str__(self) -> str:
        return f"{self.endpoint} at {self.received_at:%d %b %H:%M:%S}"

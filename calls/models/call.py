"""A call and its journal."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import Q

from calls.core.words import CallState, Disposition, EventKind, MailState
from routing.core.decision import CallerKind
from routing.core.ruleset import Path

ENDED = [CallState.OVER.value, CallState.CLOSED.value]
UNMAILED = ["", MailState.SENDING.value]


def choices(words: type[Any]) -> list[tuple[str, str]]:
    """A word list as Django choices: "handed_off" reads "Handed off"."""
    return [(w.value, w.value.replace("_", " ").capitalize()) for w in words]


class CallQuerySet(models.QuerySet["Call"]):
    def live(self) -> "CallQuerySet":
        """Calls that are going on now."""
        return self.exclude(state__in=ENDED)

    def unclosed(self) -> "CallQuerySet":
        return self.exclude(state=CallState.CLOSED)


class Call(models.Model):
    """One call offered to one of our numbers, from the first webhook to its end."""

    carrier_sid = models.CharField("carrier call id", max_length=64, unique=True)
    account_sid = models.CharField(max_length=64)
    dialled = models.CharField("number", max_length=64, db_index=True)
    number_label = models.CharField("line", max_length=120, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    caller = models.CharField(max_length=255, db_index=True)
    caller_kind = models.CharField(max_length=16, choices=choices(CallerKind))
    caller_name = models.CharField(max_length=255, blank=True)
    path = models.CharField(max_length=16, choices=choices(Path))
    release_number = models.PositiveIntegerField("release")
    decision = models.JSONField(default=dict)
    agent_key = models.CharField(max_length=64, blank=True)
    agent_name = models.CharField("agent", max_length=120, blank=True)
    profile_key = models.CharField(max_length=64, blank=True)
    policy_key = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=35, blank=True)

    state = models.CharField(
        max_length=16, choices=choices(CallState), default=CallState.OFFERED.value
    )
    disposition = models.CharField(
        max_length=32, choices=choices(Disposition), blank=True, default=""
    )
    offered_at = models.DateTimeField(db_index=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    over_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    last_seen_at = models.DateTimeField(
        help_text="When we last heard anything of this call."
    )

    carrier_status = models.CharField(max_length=20, blank=True)
    carrier_seconds = models.PositiveIntegerField(null=True, blank=True)
    carrier_sequence = models.IntegerField(default=-1)
    session_status = models.CharField(max_length=20, blank=True)
    session_error = models.CharField(max_length=20, blank=True)
    ending = models.CharField(max_length=20, blank=True)
    outcome = models.CharField(max_length=40, blank=True)

    relay_token_digest = models.CharField(max_length=64, blank=True)
    relay_session = models.CharField(max_length=64, blank=True)
    relay_entries = models.PositiveSmallIntegerField(default=0)
    relay_failures = models.PositiveSmallIntegerField(default=0)
    redirected = models.BooleanField(
        default=False,
        help_text="We took the call out of its conversation.",
    )
    carrier_events = models.PositiveIntegerField(default=0)
    lease_owner = models.CharField(max_length=64, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)

    collected = models.JSONField(default=dict, blank=True)
    summary = models.TextField(blank=True)
    summary_mail = models.CharField(
        max_length=16, choices=choices(MailState), blank=True
    )
    summary_mail_at = models.DateTimeField(null=True, blank=True)

    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    review_note = models.TextField(blank=True)

    objects = CallQuerySet.as_manager()

    class Meta:
        ordering = ["-offered_at"]
        indexes = [
            models.Index(
                fields=["last_seen_at"],
                condition=~Q(state=CallState.CLOSED.value),
                name="call_unclosed",
            ),
            models.Index(
                fields=["dialled"],
                condition=~Q(state__in=ENDED),
                name="call_live_by_number",
            ),
            models.Index(
                fields=["closed_at"],
                condition=Q(state=CallState.CLOSED.value, summary_mail__in=UNMAILED),
                name="call_unmailed",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="call_closed_with_disposition",
                condition=(
                    Q(state=CallState.CLOSED.value, closed_at__isnull=False)
                    & ~Q(disposition="")
                )
                | (~Q(state=CallState.CLOSED.value) & Q(disposition="")),
            ),
            models.CheckConstraint(
                name="call_disposition_listed",
                condition=Q(disposition__in=["", *(d.value for d in Disposition)]),
            ),
        ]
        permissions = [("review_call", "Can review calls")]

    def __str__(self) -> str:
        at = self.offered_at.astimezone(ZoneInfo(self.time_zone))
        return f"{self.caller} to {self.number_label or self.dialled}, {at:%d %b %H:%M}"

    def duration(self) -> timedelta | None:
        """From the offer to the end; None while the call goes on."""
        return self.over_at - self.offered_at if self.over_at else None


class CallEvent(models.Model):
    """One entry of the journal. Append-only.

    `stream` 0 is written by webhooks and services, stream n by the process that
    held the n-th relay session of the call; `seq` counts within a stream. A row is
    known by (call, stream, seq), so that a batch can be written again after a
    failure without doubling anything.
    """

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="events")
    stream = models.PositiveSmallIntegerField()
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=32, choices=choices(EventKind))
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["at", "stream", "seq"]
        constraints = [
            models.UniqueConstraint(
                fields=["call", "stream", "seq"], name="call_event_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} at {self.at:%H:%M:%S}"

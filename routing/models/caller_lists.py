"""Callers who are known: blocked, allowed, important, our own.

A list itself is configuration, for rules refer to it. Who is on it is not: an entry
holds from the moment it is saved, in every process, without publishing.
"""

import re
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from routing.core.callers import classify, spaced
from routing.core.decision import CallerKind
from routing.models.choices import LIST_KINDS
from routing.models.validators import to_e164

PREFIX = re.compile(r"\+[1-9]\d{0,13}\*")


def to_caller(line: str) -> str:
    """One caller as the core compares it. Raises ValidationError with a remedy."""
    compact = re.sub(r"[\s().-]", "", line)
    if PREFIX.fullmatch(compact):
        return compact
    if "*" in compact:
        raise ValidationError(
            f"“{line}”: write a star at the end only, after a beginning with its "
            "country code, such as +1202*."
        )
    try:
        return to_e164(compact)
    except ValidationError as error:
        remedy = (
            f"{error.messages[0]} For many at once end with a star, such as +1202*."
        )
        raise ValidationError(f"“{line}”: {remedy}") from None


def to_entry(line: str) -> str:
    """As on a list, where callers over SIP may stand too."""
    if line.strip().lower().startswith(("sip:", "sips:")):
        caller = classify(line)
        if caller.kind is CallerKind.SIP:
            return caller.normalised
    return to_caller(line)


class CallerList(models.Model):
    name = models.CharField(
        max_length=120,
        unique=True,
        help_text="How you call this list, for example “Nuisance callers”.",
    )
    kind = models.CharField(
        max_length=8,
        choices=LIST_KINDS,
        help_text="Blocked callers are turned away before any rule is asked, unless "
        "they are on a list of allowed callers too. VIPs may use the lines kept for "
        "priority callers. What else it means is for your rules to say.",
    )
    notes = models.TextField(blank=True, help_text="For you; nobody hears it.")

    class Meta:
        verbose_name = "caller list"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class CallerEntryQuerySet(models.QuerySet["CallerEntry"]):
    def holding(self, now: datetime) -> "CallerEntryQuerySet":
        return self.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now))


class CallerEntry(models.Model):
    """`caller` is E.164, a beginning that ends in a star, or a SIP address."""

    caller_list = models.ForeignKey(
        CallerList, models.CASCADE, related_name="entries", verbose_name="list"
    )
    caller = models.CharField(
        max_length=255,
        db_index=True,
        help_text="The number with its country code, such as +1 202 555 0199, or the "
        "beginning of many followed by a star, such as +1202*.",
    )
    reason = models.CharField(
        max_length=200,
        help_text="Why this caller is on the list. Your colleagues read it.",
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name="added by",
    )
    created_at = models.DateTimeField("added", auto_now_add=True)
    expires_at = models.DateTimeField(
        "until",
        null=True,
        blank=True,
        help_text="When the entry ends by itself. Empty: it stays.",
    )

    objects = CallerEntryQuerySet.as_manager()

    class Meta:
        verbose_name = "caller on a list"
        verbose_name_plural = "callers on lists"
        ordering = ["caller"]
        constraints = [
            models.UniqueConstraint(
                fields=["caller_list", "caller"],
                name="routing_caller_once_on_a_list",
                violation_error_message="This caller is on the list already.",
            )
        ]

    def __str__(self) -> str:
        return spaced(self.caller)

    def clean(self) -> None:
        try:
            self.caller = to_entry(self.caller)
        except ValidationError as error:
            raise ValidationError({"caller": error.messages}) from None

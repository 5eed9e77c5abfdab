"""Opening hours."""

from datetime import date, time

from django.core.exceptions import ValidationError
from django.db import models

from routing.core import ruleset
from routing.core.hour_rules import exception_words
from routing.models.choices import WEEKDAYS
from routing.models.validators import (
    validate_days,
    validate_place,
    validate_time_zone,
)


class Calendar(models.Model):
    name = models.CharField(
        max_length=120,
        unique=True,
        help_text="How you call these hours, for example “Office hours”.",
    )
    time_zone = models.CharField(
        max_length=64,
        default="America/New_York",
        validators=[validate_time_zone],
        help_text="The hours below are the clock in this zone.",
    )
    holidays_of = models.CharField(
        "public holidays of",
        max_length=16,
        blank=True,
        validators=[validate_place],
        help_text="Closed on the public holidays of this country, or of a part of it. "
        "After saving they are listed here, and each can be opened.",
    )
    open_on = models.TextField(
        "open on these public holidays",
        blank=True,
        validators=[validate_days],
        help_text="On these the hours of the week hold as on any other day.",
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def compiled(self) -> ruleset.Calendar:
        """Reads its rows, so prefetch `spans` and `exceptions` for more than one."""
        return ruleset.Calendar(
            key=str(self.pk),
            name=self.name,
            time_zone=self.time_zone,
            spans=tuple(span.compiled() for span in self.spans.all()),
            exceptions=tuple(row.compiled() for row in self.exceptions.all()),
            holidays_of=self.holidays_of,
            open_on=frozenset(map(date.fromisoformat, self.open_on.split())),
        )


class CalendarException(models.Model):
    """Hours of certain days, in place of those of the week and of public holidays."""

    calendar = models.ForeignKey(Calendar, models.CASCADE, related_name="exceptions")
    name = models.CharField(
        "why",
        max_length=120,
        help_text="For example “Summer closing”. Lists show it while it holds.",
    )
    first = models.DateField("first day")
    last = models.DateField(
        "last day", null=True, blank=True, help_text="Empty: that one day only."
    )
    opens = models.TimeField(
        null=True, blank=True, help_text="Empty: closed on these days."
    )
    closes = models.TimeField(
        null=True,
        blank=True,
        help_text="A time before the opening is on the next day.",
    )

    class Meta:
        verbose_name = "dated exception"
        ordering = ["first", "last", "opens", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(opens__isnull=True, closes__isnull=True)
                | models.Q(opens__isnull=False, closes__isnull=False),
                name="routing_exception_opens_and_closes",
                violation_error_message="Write both times, or none to be closed.",
            ),
            models.CheckConstraint(
                condition=models.Q(last__isnull=True)
                | models.Q(last__gte=models.F("first")),
                name="routing_exception_ends_after_it_begins",
                violation_error_message="The last day is before the first.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {exception_words(self.compiled())}"

    def compiled(self) -> ruleset.DatedHours:
        last = self.last or self.first
        return ruleset.DatedHours(
            self.name, self.first, last, opens=self.opens, closes=self.closes
        )

    def clean(self) -> None:
        if (self.opens is None) != (self.closes is None):
            missing = "opens" if self.opens is None else "closes"
            raise ValidationError(
                {missing: "Write both times, or none to be closed on these days."}
            )
        refuse_no_time(self.opens, self.closes)
        if self.first and self.last and self.last < self.first:
            raise ValidationError({"last": "The last day is before the first."})


class CalendarSpan(models.Model):
    calendar = models.ForeignKey(Calendar, models.CASCADE, related_name="spans")
    weekday = models.PositiveSmallIntegerField("day", choices=WEEKDAYS)
    opens = models.TimeField()
    closes = models.TimeField(
        help_text="A time before the opening is on the next day. For a whole day "
        "write 00:00 twice."
    )

    class Meta:
        verbose_name = "opening"
        ordering = ["weekday", "opens"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(weekday__lte=6), name="routing_span_is_on_a_weekday"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M} to {self.closes:%H:%M}"

    def compiled(self) -> ruleset.Span:
        return ruleset.Span(self.weekday, self.opens, self.closes)

    def clean(self) -> None:
        refuse_no_time(self.opens, self.closes)


def refuse_no_time(opens: time | None, closes: time | None) -> None:
    """Equal times are a whole day, which nobody means but from midnight."""
    if opens is not None and opens == closes and opens != time(0):
        raise ValidationError(
            {
                "closes": "It closes when it opens. Write a later time, or 00:00 "
                "twice for the whole day."
            }
        )

"""Opening hours."""

from django.core.exceptions import ValidationError
from django.db import models

from routing.core import ruleset
from routing.models.choices import WEEKDAYS
from routing.models.validators import validate_time_zone


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

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


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
        same = self.opens is not None and self.opens == self.closes
        if same and (self.opens.hour, self.opens.minute) != (0, 0):
            raise ValidationError(
                {
                    "closes": "It closes when it opens. Write a later time, or 00:00 "
                    "twice for the whole day."
                }
            )

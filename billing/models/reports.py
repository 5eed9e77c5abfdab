"""Who gets which report, what was sent, and the rates that amounts are converted by."""

from datetime import time
from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q

from billing.core.pricing import DOLLARS
from billing.core.report_period import Period, Rhythm, Timing
from routing.models.choices import WEEKDAYS
from routing.models.validators import validate_time_zone

RHYTHMS = [
    (Rhythm.DAY.value, "Every day, about the day before"),
    (Rhythm.WEEK.value, "Every week, about the seven days before"),
]
LANGUAGES = [("en", "English"), ("es", "Spanish")]
CURRENCY = RegexValidator(r"^[A-Z]{3}\Z", "Write three letters, as in EUR.")


class ReportSubscription(models.Model):
    """`numbers` (E.164) is empty for all; calls name their number the same way."""

    name = models.CharField(
        max_length=80,
        unique=True,
        help_text="Stands in the subject of the mail, for example “Clinic”.",
    )
    active = models.BooleanField(
        default=True, help_text="Switch off to pause these mails."
    )
    recipients = ArrayField(
        models.EmailField(),
        help_text="One address in each line. Everybody gets a mail of their own.",
    )
    numbers = ArrayField(
        models.CharField(max_length=64),
        default=list,
        blank=True,
        help_text="The lines the report is about. Choose none for all of them.",
    )
    rhythm = models.CharField(
        "how often", max_length=8, choices=RHYTHMS, default=Rhythm.DAY.value
    )
    weekday = models.PositiveSmallIntegerField(
        "day of the week",
        choices=WEEKDAYS,
        default=0,
        help_text="When a weekly report is sent. A daily one does not need it.",
    )
    send_at = models.TimeField(
        "time of day",
        default=time(6),
        help_text="When it is sent, by the clock of the time zone below.",
    )
    time_zone = models.CharField(
        max_length=64,
        default="America/New_York",
        validators=[validate_time_zone],
        help_text="Days begin and end by this zone’s clock, for example "
        "America/New_York.",
    )
    language = models.CharField(max_length=8, choices=LANGUAGES, default="en")
    currency = models.CharField(
        max_length=3,
        default=DOLLARS,
        validators=[CURRENCY],
        help_text="Prices are in USD. For another currency enter an exchange rate "
        "first; without one the amounts stay in USD, and the report says so.",
    )
    attach_csv = models.BooleanField(
        "attach the figures as CSV",
        default=False,
        help_text="A plain table that every program can read.",
    )
    attach_xlsx = models.BooleanField(
        "attach the figures as a spreadsheet",
        default=False,
        help_text="A file for Excel, LibreOffice or Google Sheets.",
    )
    served_since = models.DateTimeField(
        help_text="Nothing that was due before this moment is sent."
    )

    class Meta:
        verbose_name = "report subscription"
        ordering = ["name"]
        permissions = [("view_report", "Can view reports and what calls have cost")]
        constraints = [
            models.CheckConstraint(
                condition=Q(rhythm__in=[rhythm.value for rhythm in Rhythm]),
                name="billing_report_rhythm",
            ),
            models.CheckConstraint(
                condition=Q(weekday__lte=6), name="billing_report_weekday"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def timing(self) -> Timing:
        return Timing(Rhythm(self.rhythm), self.weekday, self.send_at, self.time_zone)


class ExchangeRate(models.Model):
    """Typed in by hand; nothing fetches rates."""

    currency = models.CharField(
        max_length=3,
        validators=[CURRENCY],
        help_text="The three letters of the currency, for example EUR.",
    )
    rate = models.DecimalField(
        "for one US dollar",
        max_digits=16,
        decimal_places=6,
        validators=[MinValueValidator(Decimal("0.000001"))],
        help_text="How much of this currency one US dollar is worth, for example "
        "0.92 for EUR.",
    )
    valid_from = models.DateField(
        help_text="Reports of days from this one on are converted by it, until a "
        "later rate takes over.",
    )
    note = models.CharField(
        max_length=200, blank=True, help_text="Where the rate is from."
    )

    class Meta:
        ordering = ["currency", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["currency", "valid_from"],
                name="billing_rate_once",
                violation_error_message="There is a rate of this currency from that "
                "day already. Change that one, or choose another day.",
            ),
            models.CheckConstraint(
                condition=Q(rate__gt=0),
                name="billing_rate_positive",
                violation_error_message="A rate is more than 0.",
            ),
        ]

    def __str__(self) -> str:
        return f"1 USD = {self.rate.normalize():f} {self.currency}"


class SendState(models.TextChoices):
    WAITING = "waiting", "Waiting to be sent"
    HANDING_OVER = "handing_over", "Being handed to the mail server"
    SENT = "sent", "Sent"
    REFUSED = "refused", "Refused by the mail server"
    UNKNOWN = "unknown", "Perhaps sent"
    GIVEN_UP = "given_up", "Given up"


class SentReport(models.Model):
    """One report of one subscription and period: there is never a second row of it.

    A worker takes it by setting the lease, for as long as a send may last. `open`
    while a recipient still waits for it.
    """

    subscription = models.ForeignKey(
        ReportSubscription, on_delete=models.CASCADE, related_name="reports"
    )
    first_day = models.DateField()
    last_day = models.DateField()
    time_zone = models.CharField(max_length=64)
    created_at = models.DateTimeField("due")
    open = models.BooleanField(default=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    lease = models.CharField(max_length=36, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()

    class Meta:
        verbose_name = "report"
        ordering = ["-last_day", "-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "first_day", "last_day"],
                name="billing_report_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"],
                condition=Q(open=True),
                name="billing_report_to_send",
            )
        ]

    def __str__(self) -> str:
        days = f"{self.first_day}"
        if self.last_day != self.first_day:
            days += f" to {self.last_day}"
        return f"{self.subscription}, {days}"

    def period(self) -> Period:
        return Period(self.first_day, self.last_day, self.time_zone)


class Delivery(models.Model):
    """The report's way to one recipient. The state moves by conditional updates.

    `handing_over` is set just before the mail's text goes over the wire: whoever finds
    it after its worker died cannot know whether the mail was sent.
    """

    report = models.ForeignKey(
        SentReport, on_delete=models.CASCADE, related_name="deliveries"
    )
    address = models.EmailField()
    state = models.CharField(
        max_length=16, choices=SendState, default=SendState.WAITING
    )
    at = models.DateTimeField()
    why = models.CharField("what the mail server said", max_length=80, blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "address"], name="billing_delivery_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=SendState.values), name="billing_delivery_state"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.address}: {self.get_state_display()}"

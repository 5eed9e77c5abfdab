# ruff: noqa: E501  (help texts)

import datetime
from decimal import Decimal

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import routing.models.validators


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0002_shipped_prices"),
    ]

    operations = [
        migrations.CreateModel(
            name="ExchangeRate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "currency",
                    models.CharField(
                        help_text="The three letters of the currency, for example EUR.",
                        max_length=3,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Z]{3}\\Z", "Write three letters, as in EUR."
                            )
                        ],
                    ),
                ),
                (
                    "rate",
                    models.DecimalField(
                        decimal_places=6,
                        help_text=(
                            "How much of this currency one US dollar is worth, for "
                            "example 0.92 for EUR."
                        ),
                        max_digits=16,
                        validators=[
                            django.core.validators.MinValueValidator(
                                Decimal("0.000001")
                            )
                        ],
                        verbose_name="for one US dollar",
                    ),
                ),
                (
                    "valid_from",
                    models.DateField(
                        help_text=(
                            "Reports of days from this one on are converted by it, "
                            "until a later rate takes over."
                        ),
                    ),
                ),
                (
                    "note",
                    models.CharField(
                        blank=True, help_text="Where the rate is from.", max_length=200
                    ),
                ),
            ],
            options={
                "ordering": ["currency", "-valid_from"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("currency", "valid_from"),
                        name="billing_rate_once",
                        violation_error_message="There is a rate of this currency from that day already. Change that one, or choose another day.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rate__gt", 0)),
                        name="billing_rate_positive",
                        violation_error_message="A rate is more than 0.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReportSubscription",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text=(
                            "Stands in the subject of the mail, for example “Clinic”."
                        ),
                        max_length=80,
                        unique=True,
                    ),
                ),
                (
                    "active",
                    models.BooleanField(
                        default=True, help_text="Switch off to pause these mails."
                    ),
                ),
                (
                    "recipients",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.EmailField(max_length=254),
                        help_text=(
                            "One address in each line. Everybody gets a mail of their "
                            "own."
                        ),
                        size=None,
                    ),
                ),
                (
                    "numbers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        blank=True,
                        default=list,
                        help_text=(
                            "The lines the report is about. Choose none for all of "
                            "them."
                        ),
                        size=None,
                    ),
                ),
                (
                    "rhythm",
                    models.CharField(
                        choices=[
                            ("day", "Every day, about the day before"),
                            ("week", "Every week, about the seven days before"),
                        ],
                        default="day",
                        max_length=8,
                        verbose_name="how often",
                    ),
                ),
                (
                    "weekday",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Monday"),
                            (1, "Tuesday"),
                            (2, "Wednesday"),
                            (3, "Thursday"),
                            (4, "Friday"),
                            (5, "Saturday"),
                            (6, "Sunday"),
                        ],
                        default=0,
                        help_text=(
                            "When a weekly report is sent. A daily one does not need "
                            "it."
                        ),
                        verbose_name="day of the week",
                    ),
                ),
                (
                    "send_at",
                    models.TimeField(
                        default=datetime.time(6),
                        help_text=(
                            "When it is sent, by the clock of the time zone below."
                        ),
                        verbose_name="time of day",
                    ),
                ),
                (
                    "time_zone",
                    models.CharField(
                        default="America/New_York",
                        help_text=(
                            "Days begin and end by this zone’s clock, for example "
                            "America/New_York."
                        ),
                        max_length=64,
                        validators=[routing.models.validators.validate_time_zone],
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[("en", "English"), ("es", "Spanish")],
                        default="en",
                        max_length=8,
                    ),
                ),
                (
                    "currency",
                    models.CharField(
                        default="USD",
                        help_text=(
                            "Prices are in USD. For another currency enter an "
                            "exchange rate first; without one the amounts stay in "
                            "USD, and the report says so."
                        ),
                        max_length=3,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Z]{3}\\Z", "Write three letters, as in EUR."
                            )
                        ],
                    ),
                ),
                (
                    "attach_csv",
                    models.BooleanField(
                        default=False,
                        help_text="A plain table that every program can read.",
                        verbose_name="attach the figures as CSV",
                    ),
                ),
                (
                    "attach_xlsx",
                    models.BooleanField(
                        default=False,
                        help_text="A file for Excel, LibreOffice or Google Sheets.",
                        verbose_name="attach the figures as a spreadsheet",
                    ),
                ),
                (
                    "served_since",
                    models.DateTimeField(
                        help_text="Nothing that was due before this moment is sent."
                    ),
                ),
            ],
            options={
                "verbose_name": "report subscription",
                "ordering": ["name"],
                "permissions": [
                    ("view_report", "Can view reports and what calls have cost")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("rhythm__in", ["day", "week"])),
                        name="billing_report_rhythm",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("weekday__lte", 6)),
                        name="billing_report_weekday",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SentReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("time_zone", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField(verbose_name="due")),
                ("open", models.BooleanField(default=True)),
                ("leased_until", models.DateTimeField(blank=True, null=True)),
                ("lease", models.CharField(blank=True, max_length=36)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("next_try_at", models.DateTimeField()),
                (
                    "subscription",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reports",
                        to="billing.reportsubscription",
                    ),
                ),
            ],
            options={
                "verbose_name": "report",
                "ordering": ["-last_day", "-created_at"],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("address", models.EmailField(max_length=254)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting to be sent"),
                            ("handing_over", "Being handed to the mail server"),
                            ("sent", "Sent"),
                            ("refused", "Refused by the mail server"),
                            ("unknown", "Perhaps sent"),
                            ("given_up", "Given up"),
                        ],
                        default="waiting",
                        max_length=16,
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "why",
                    models.CharField(
                        blank=True,
                        max_length=80,
                        verbose_name="what the mail server said",
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="billing.sentreport",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "deliveries",
                "ordering": ["pk"],
            },
        ),
        migrations.AddIndex(
            model_name="sentreport",
            index=models.Index(
                condition=models.Q(("open", True)),
                fields=["next_try_at"],
                name="billing_report_to_send",
            ),
        ),
        migrations.AddConstraint(
            model_name="sentreport",
            constraint=models.UniqueConstraint(
                fields=("subscription", "first_day", "last_day"),
                name="billing_report_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(
                fields=("report", "address"), name="billing_delivery_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "waiting",
                            "handing_over",
                            "sent",
                            "refused",
                            "unknown",
                            "given_up",
                        ],
                    )
                ),
                name="billing_delivery_state",
            ),
        ),
    ]

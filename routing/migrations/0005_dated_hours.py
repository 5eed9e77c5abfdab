"""Hours of certain days, and public holidays by place."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

import routing.models.validators


class Migration(migrations.Migration):
    dependencies = [("routing", "0005_documents_and_names")]

    operations = [
        migrations.AddField(
            model_name="calendar",
            name="holidays_of",
            field=models.CharField(
                blank=True,
                help_text="Closed on the public holidays of this country, or of a "
                "part of it. After saving they are listed here, and each can be "
                "opened.",
                max_length=16,
                validators=[routing.models.validators.validate_place],
                verbose_name="public holidays of",
            ),
        ),
        migrations.AddField(
            model_name="calendar",
            name="open_on",
            field=models.TextField(
                blank=True,
                help_text="On these the hours of the week hold as on any other day.",
                validators=[routing.models.validators.validate_days],
                verbose_name="open on these public holidays",
            ),
        ),
        migrations.CreateModel(
            name="CalendarException",
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
                        help_text="For example “Summer closing”. Lists show it while "
                        "it holds.",
                        max_length=120,
                        verbose_name="why",
                    ),
                ),
                ("first", models.DateField(verbose_name="first day")),
                (
                    "last",
                    models.DateField(
                        blank=True,
                        help_text="Empty: that one day only.",
                        null=True,
                        verbose_name="last day",
                    ),
                ),
                (
                    "opens",
                    models.TimeField(
                        blank=True, help_text="Empty: closed on these days.", null=True
                    ),
                ),
                (
                    "closes",
                    models.TimeField(
                        blank=True,
                        help_text="A time before the opening is on the next day.",
                        null=True,
                    ),
                ),
                (
                    "calendar",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="exceptions",
                        to="routing.calendar",
                    ),
                ),
            ],
            options={
                "verbose_name": "dated exception",
                "ordering": ["first", "last", "opens", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(opens__isnull=True, closes__isnull=True)
                        | Q(opens__isnull=False, closes__isnull=False),
                        name="routing_exception_opens_and_closes",
                        violation_error_message="Write both times, or none to be "
                        "closed.",
                    ),
                    models.CheckConstraint(
                        condition=Q(last__isnull=True) | Q(last__gte=F("first")),
                        name="routing_exception_ends_after_it_begins",
                        violation_error_message="The last day is before the first.",
                    ),
                ],
            },
        ),
    ]

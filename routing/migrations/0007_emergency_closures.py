"""The emergency switch and its record."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("routing", "0006_rules_that_ask_for_more"),
        ("routing", "0007_what_was_warned_of"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="EmergencyClosure",
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
                    "dialled",
                    models.CharField(blank=True, max_length=16, verbose_name="number"),
                ),
                ("line", models.CharField(max_length=160)),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("voicemail", "Ask for a voicemail"),
                            ("divert", "Put the caller through"),
                            ("message", "Say the message and hang up"),
                        ],
                        default="voicemail",
                        max_length=16,
                        verbose_name="callers get",
                    ),
                ),
                (
                    "message",
                    models.TextField(
                        blank=True,
                        help_text="What callers hear first. Before a voicemail, ask "
                        "them to speak after the tone; empty: the language profile's "
                        "own sentences.",
                    ),
                ),
                (
                    "policy",
                    models.CharField(
                        blank=True, max_length=64, verbose_name="put through to"
                    ),
                ),
                (
                    "policy_name",
                    models.CharField(
                        blank=True, max_length=160, verbose_name="put through to"
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        help_text="Why, for your colleagues. Callers do not hear it.",
                        max_length=250,
                    ),
                ),
                (
                    "started_at",
                    models.DateTimeField(auto_now_add=True, verbose_name="switched on"),
                ),
                (
                    "ends_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="ends by itself"
                    ),
                ),
                (
                    "ended_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="ended"),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="ended by",
                    ),
                ),
                (
                    "started_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="switched on by",
                    ),
                ),
            ],
            options={
                "verbose_name": "emergency closure",
                "ordering": ["-started_at", "-id"],
                "default_permissions": ("view", "add", "change"),
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=["dialled"],
                        name="routing_closure_on",
                    )
                ],
            },
        ),
    ]

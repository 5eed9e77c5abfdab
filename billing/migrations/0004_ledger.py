# ruff: noqa: E501  (help texts)

from decimal import Decimal

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0003_reports"),
        ("calls", "0003_incident_of_a_retiring_model"),
        ("routing", "0004_models_that_stop"),
    ]

    operations = [
        migrations.CreateModel(
            name="LedgerMark",
            fields=[
                (
                    "name",
                    models.CharField(max_length=20, primary_key=True, serialize=False),
                ),
                ("last_id", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="TestCaller",
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
                    "number",
                    models.CharField(
                        help_text="The number with its country code, as in +12025550170, or the beginning of several numbers followed by *.",
                        max_length=32,
                        unique=True,
                    ),
                ),
                (
                    "note",
                    models.CharField(
                        blank=True, help_text="Whose phone it is.", max_length=120
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="Budget",
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
                ("name", models.CharField(max_length=120, unique=True)),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("account", "Everything"),
                            ("number", "One number"),
                            ("agent", "One agent"),
                        ],
                        default="account",
                        max_length=10,
                        verbose_name="for",
                    ),
                ),
                (
                    "span",
                    models.CharField(
                        choices=[("day", "Each day"), ("month", "Each month")],
                        default="month",
                        max_length=5,
                        verbose_name="how often",
                    ),
                ),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=2,
                        help_text="In US dollars, for one day or one month.",
                        max_digits=12,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0.01"))
                        ],
                    ),
                ),
                (
                    "active",
                    models.BooleanField(
                        default=True,
                        help_text="Switch off to keep it without its doing anything.",
                    ),
                ),
                (
                    "agent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="routing.agent",
                    ),
                ),
                (
                    "number",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="routing.phonenumber",
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="BudgetReached",
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
                    "threshold",
                    models.PositiveSmallIntegerField(verbose_name="from (per cent)"),
                ),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("warn", "Tell the team"),
                            ("shorter_calls", "Keep calls shorter"),
                            ("cheaper_agent", "Let a cheaper agent answer"),
                            ("person", "Put callers through to people"),
                            ("callback", "Promise callers a call back"),
                            ("voicemail", "Ask callers for a voicemail"),
                            (
                                "no_ai",
                                "Let no agent take calls (people, then voicemail)",
                            ),
                        ],
                        max_length=16,
                    ),
                ),
                ("period", models.DateField()),
                ("at", models.DateTimeField()),
                ("spent", models.DecimalField(decimal_places=12, max_digits=24)),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=2, max_digits=12, verbose_name="budget"
                    ),
                ),
                ("told_at", models.DateTimeField(null=True, verbose_name="team told")),
                (
                    "budget",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reached",
                        to="billing.budget",
                    ),
                ),
            ],
            options={
                "verbose_name": "step reached",
                "verbose_name_plural": "steps reached",
                "ordering": ["-at"],
            },
        ),
        migrations.CreateModel(
            name="BudgetStep",
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
                    "threshold",
                    models.PositiveSmallIntegerField(
                        help_text="Of the budget. 100 is when all of it is spent; more is allowed.",
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="from (per cent)",
                    ),
                ),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("warn", "Tell the team"),
                            ("shorter_calls", "Keep calls shorter"),
                            ("cheaper_agent", "Let a cheaper agent answer"),
                            ("person", "Put callers through to people"),
                            ("callback", "Promise callers a call back"),
                            ("voicemail", "Ask callers for a voicemail"),
                            (
                                "no_ai",
                                "Let no agent take calls (people, then voicemail)",
                            ),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "most_seconds",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Callers hear the agent's warning before the end.",
                        null=True,
                        validators=[django.core.validators.MinValueValidator(30)],
                        verbose_name="longest call (seconds)",
                    ),
                ),
                (
                    "agent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="routing.agent",
                        verbose_name="cheaper agent",
                    ),
                ),
                (
                    "budget",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="billing.budget",
                    ),
                ),
            ],
            options={
                "verbose_name": "step",
                "ordering": ["threshold"],
            },
        ),
        migrations.CreateModel(
            name="CallSheet",
            fields=[
                (
                    "call",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="sheet",
                        serialize=False,
                        to="calls.call",
                    ),
                ),
                ("day", models.DateField(null=True)),
                ("number", models.CharField(max_length=64)),
                ("agent", models.CharField(blank=True, max_length=64)),
                ("release", models.PositiveIntegerField(default=0)),
                ("language", models.CharField(blank=True, max_length=35)),
                ("disposition", models.CharField(blank=True, max_length=32)),
                ("answered", models.PositiveSmallIntegerField(default=0)),
                ("contained", models.PositiveSmallIntegerField(default=0)),
                ("handed_off", models.PositiveSmallIntegerField(default=0)),
                ("lead", models.PositiveSmallIntegerField(default=0)),
                (
                    "amount",
                    models.DecimalField(decimal_places=12, default=0, max_digits=24),
                ),
                ("currency", models.CharField(default="USD", max_length=3)),
                (
                    "gaps",
                    models.PositiveIntegerField(
                        default=0, verbose_name="without a price"
                    ),
                ),
                ("settled", models.BooleanField(default=False)),
                ("entered_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "cost of a call",
                "verbose_name_plural": "costs of calls",
                "ordering": ["-call"],
                "indexes": [
                    models.Index(fields=["day"], name="billing_sheet_day"),
                    models.Index(
                        condition=models.Q(("settled", False)),
                        fields=["call"],
                        name="billing_sheet_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CallTotal",
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
                ("day", models.DateField()),
                ("number", models.CharField(blank=True, max_length=64)),
                ("agent", models.CharField(blank=True, max_length=64)),
                ("release", models.PositiveIntegerField(default=0)),
                ("language", models.CharField(blank=True, max_length=35)),
                ("disposition", models.CharField(blank=True, max_length=32)),
                ("calls", models.IntegerField(default=0)),
                ("answered", models.IntegerField(default=0)),
                ("contained", models.IntegerField(default=0)),
                ("handed_off", models.IntegerField(default=0)),
                ("leads", models.IntegerField(default=0)),
            ],
            options={
                "ordering": ["day"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            "day",
                            "number",
                            "agent",
                            "release",
                            "language",
                            "disposition",
                        ),
                        name="billing_call_total_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CarrierPrice",
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
                    "sid",
                    models.CharField(
                        max_length=64, unique=True, verbose_name="carrier's id"
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=6, max_digits=20)),
                ("currency", models.CharField(max_length=3)),
                ("fetched_at", models.DateTimeField()),
                (
                    "call",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="calls.call",
                    ),
                ),
            ],
            options={
                "ordering": ["-fetched_at"],
            },
        ),
        migrations.CreateModel(
            name="Charge",
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
                ("key", models.CharField(max_length=160, unique=True)),
                ("number", models.CharField(blank=True, max_length=64)),
                (
                    "provider",
                    models.CharField(
                        choices=[("openai", "OpenAI"), ("twilio", "Twilio")],
                        max_length=20,
                    ),
                ),
                ("item", models.CharField(max_length=60)),
                (
                    "component",
                    models.CharField(
                        choices=[
                            ("language_model", "Language model"),
                            ("voice_model", "Voice model"),
                            ("live_session", "Live session"),
                            ("transcription", "Transcription"),
                            ("relay", "Speech by ConversationRelay"),
                            ("inbound_leg", "Caller's leg"),
                            ("outbound_leg", "Legs to contacts"),
                            ("sip_leg", "SIP legs"),
                            ("recording", "Recordings"),
                            ("message", "Text messages"),
                            ("number", "Numbers"),
                        ],
                        max_length=20,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("day", models.DateField()),
                ("amount", models.DecimalField(decimal_places=12, max_digits=20)),
                ("currency", models.CharField(max_length=3)),
                ("estimated", models.BooleanField(default=False)),
                ("lines", models.JSONField(default=dict)),
                ("gaps", models.JSONField(default=list)),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("conversation", "The conversation itself"),
                            (
                                "context_growth",
                                "Reading the growing conversation again",
                            ),
                            ("cache_lost", "Cache lost in the middle of a call"),
                            ("truncation", "Conversation cut short to fit"),
                            ("silence", "Silence on the line"),
                            ("model_retry", "Answers asked for again or broken off"),
                            ("transfer_tail", "After a person took the caller"),
                            ("ghost", "Calls in which nobody spoke"),
                            ("spam", "Spam calls"),
                            ("test", "Test calls"),
                        ],
                        max_length=20,
                    ),
                ),
                ("causes", models.JSONField(default=dict)),
                ("figures", models.JSONField(blank=True, null=True)),
                ("tokens_in", models.PositiveIntegerField(default=0)),
                ("tokens_cached", models.PositiveIntegerField(default=0)),
                (
                    "call",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="charges",
                        to="calls.call",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "key"],
            },
        ),
        migrations.CreateModel(
            name="DayPrice",
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
                ("day", models.DateField()),
                (
                    "provider",
                    models.CharField(
                        choices=[("openai", "OpenAI"), ("twilio", "Twilio")],
                        max_length=20,
                    ),
                ),
                ("item", models.CharField(max_length=60)),
                (
                    "unit",
                    models.CharField(
                        choices=[
                            ("text_in", "text tokens in"),
                            ("text_cached", "text tokens in, from the cache"),
                            ("cache_write", "tokens written to the cache"),
                            ("cache_write_long", "tokens written to the 12-hour cache"),
                            ("text_out", "text tokens out"),
                            ("audio_in", "audio tokens in"),
                            ("audio_cached", "audio tokens in, from the cache"),
                            ("audio_out", "audio tokens out"),
                            ("image_in", "image tokens in"),
                            ("image_cached", "image tokens in, from the cache"),
                            ("transcription_minute", "minutes transcribed"),
                            ("live_second", "seconds of live session"),
                            ("relay_minute", "minutes of ConversationRelay"),
                            ("voice_in_minute", "minutes of incoming call"),
                            ("voice_out_minute", "minutes of outgoing call"),
                            ("sip_minute", "minutes over SIP"),
                            ("recording_minute", "minutes recorded"),
                            ("sms_segment", "text message segments"),
                            ("number_month", "months of a number"),
                        ],
                        max_length=32,
                    ),
                ),
                (
                    "amount",
                    models.DecimalField(decimal_places=6, max_digits=12, null=True),
                ),
                ("per", models.PositiveIntegerField(default=1)),
                ("currency", models.CharField(max_length=3)),
                ("valid_from", models.DateField(null=True)),
                (
                    "why",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("unknown_item", "The price list does not know it."),
                            (
                                "no_price",
                                "The price list has prices for it, but none for this unit.",
                            ),
                            ("not_yet_valid", "Its first price begins on a later day."),
                            (
                                "other_currency",
                                "It only has a price in another currency.",
                            ),
                            ("missing", "The provider did not tell how much it was."),
                            ("unreadable", "The provider's figures cannot be read."),
                            ("negative", "The provider told less than nothing."),
                            (
                                "unknown_kind",
                                "The provider did not tell of what kind they were.",
                            ),
                            (
                                "inconsistent",
                                "The provider's figures contradict each other.",
                            ),
                            (
                                "long_input",
                                "So long an input costs more, and the surcharge is not counted.",
                            ),
                        ],
                        max_length=20,
                    ),
                ),
            ],
            options={
                "ordering": ["day", "provider", "item", "unit"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("amount", None)),
                        fields=["day"],
                        name="billing_day_unpriced",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("day", "provider", "item", "unit"),
                        name="billing_day_price",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("amount__isnull", True), ("why__gt", "")),
                            models.Q(
                                ("amount__gte", 0),
                                ("amount__isnull", False),
                                ("valid_from__isnull", False),
                                ("why", ""),
                            ),
                            _connector="OR",
                        ),
                        name="billing_day_price_or_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DayTotal",
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
                ("day", models.DateField()),
                ("number", models.CharField(blank=True, max_length=64)),
                ("agent", models.CharField(blank=True, max_length=64)),
                ("release", models.PositiveIntegerField(default=0)),
                ("language", models.CharField(blank=True, max_length=35)),
                ("disposition", models.CharField(blank=True, max_length=32)),
                (
                    "component",
                    models.CharField(
                        choices=[
                            ("language_model", "Language model"),
                            ("voice_model", "Voice model"),
                            ("live_session", "Live session"),
                            ("transcription", "Transcription"),
                            ("relay", "Speech by ConversationRelay"),
                            ("inbound_leg", "Caller's leg"),
                            ("outbound_leg", "Legs to contacts"),
                            ("sip_leg", "SIP legs"),
                            ("recording", "Recordings"),
                            ("message", "Text messages"),
                            ("number", "Numbers"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("conversation", "The conversation itself"),
                            (
                                "context_growth",
                                "Reading the growing conversation again",
                            ),
                            ("cache_lost", "Cache lost in the middle of a call"),
                            ("truncation", "Conversation cut short to fit"),
                            ("silence", "Silence on the line"),
                            ("model_retry", "Answers asked for again or broken off"),
                            ("transfer_tail", "After a person took the caller"),
                            ("ghost", "Calls in which nobody spoke"),
                            ("spam", "Spam calls"),
                            ("test", "Test calls"),
                        ],
                        max_length=20,
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                (
                    "amount",
                    models.DecimalField(decimal_places=12, default=0, max_digits=24),
                ),
                (
                    "estimated",
                    models.DecimalField(decimal_places=12, default=0, max_digits=24),
                ),
                ("charges", models.IntegerField(default=0)),
                ("gaps", models.IntegerField(default=0)),
                ("tokens_in", models.BigIntegerField(default=0)),
                ("tokens_cached", models.BigIntegerField(default=0)),
            ],
            options={
                "ordering": ["day"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            "day",
                            "number",
                            "agent",
                            "release",
                            "language",
                            "disposition",
                            "component",
                            "cause",
                            "currency",
                        ),
                        name="billing_day_total_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="NumberMonth",
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
                ("number", models.CharField(max_length=64)),
                ("month", models.DateField(help_text="The first day of the month.")),
            ],
            options={
                "ordering": ["-month", "number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("number", "month"), name="billing_number_month_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Reconciliation",
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
                ("day", models.DateField()),
                (
                    "provider",
                    models.CharField(
                        choices=[("openai", "OpenAI"), ("twilio", "Twilio")],
                        max_length=20,
                    ),
                ),
                ("item", models.CharField(max_length=120)),
                ("label", models.CharField(blank=True, max_length=200)),
                ("currency", models.CharField(max_length=3)),
                (
                    "ours",
                    models.DecimalField(decimal_places=6, max_digits=20, null=True),
                ),
                (
                    "theirs",
                    models.DecimalField(decimal_places=6, max_digits=20, null=True),
                ),
                (
                    "our_quantity",
                    models.DecimalField(decimal_places=3, max_digits=20, null=True),
                ),
                (
                    "their_quantity",
                    models.DecimalField(decimal_places=3, max_digits=20, null=True),
                ),
                ("unit", models.CharField(blank=True, max_length=40)),
                ("compared_at", models.DateTimeField()),
                (
                    "calls",
                    models.ManyToManyField(
                        blank=True,
                        related_name="+",
                        to="calls.call",
                        verbose_name="calls it might be",
                    ),
                ),
            ],
            options={
                "verbose_name": "comparison with a provider",
                "verbose_name_plural": "comparisons with providers",
                "ordering": ["-day", "provider", "item"],
            },
        ),
        migrations.CreateModel(
            name="RePricing",
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
                (
                    "why",
                    models.TextField(
                        help_text="The next person who wonders will read this."
                    ),
                ),
                ("asked_by", models.CharField(max_length=150)),
                ("at", models.DateTimeField()),
                ("before", models.DecimalField(decimal_places=12, max_digits=24)),
                ("after", models.DecimalField(decimal_places=12, max_digits=24)),
                ("currency", models.CharField(max_length=3)),
                (
                    "charges",
                    models.PositiveIntegerField(verbose_name="charges looked at"),
                ),
            ],
            options={
                "verbose_name": "re-pricing",
                "ordering": ["-at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("last_day__gte", models.F("first_day"))),
                        name="billing_repricing_days",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="budget",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)),
                name="billing_budget_of_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="budget",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("agent__isnull", True),
                        ("number__isnull", True),
                        ("scope", "account"),
                    ),
                    models.Q(
                        ("agent__isnull", True),
                        ("number__isnull", False),
                        ("scope", "number"),
                    ),
                    models.Q(
                        ("agent__isnull", False),
                        ("number__isnull", True),
                        ("scope", "agent"),
                    ),
                    _connector="OR",
                ),
                name="billing_budget_scope",
                violation_error_message="Name the number or the agent that it is for, and only that.",
            ),
        ),
        migrations.AddConstraint(
            model_name="budgetreached",
            constraint=models.UniqueConstraint(
                fields=("budget", "threshold", "action", "period"),
                name="billing_budget_reached_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="budgetstep",
            constraint=models.UniqueConstraint(
                fields=("budget", "threshold", "action"),
                name="billing_budget_step_once",
                violation_error_message="This step is there already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="budgetstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("action", "cheaper_agent"), _negated=True),
                    ("agent__isnull", False),
                    _connector="OR",
                ),
                name="billing_budget_step_agent",
                violation_error_message="Name the cheaper agent.",
            ),
        ),
        migrations.AddConstraint(
            model_name="budgetstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("action", "shorter_calls"), _negated=True),
                    models.Q(("most_seconds__gt", 0), ("most_seconds__isnull", False)),
                    _connector="OR",
                ),
                name="billing_budget_step_seconds",
                violation_error_message="Say how long a call may be.",
            ),
        ),
        migrations.AddConstraint(
            model_name="budgetstep",
            constraint=models.CheckConstraint(
                condition=models.Q(("threshold__gt", 0)),
                name="billing_budget_step_threshold",
                violation_error_message="A step begins at 1 per cent or later.",
            ),
        ),
        migrations.AddIndex(
            model_name="charge",
            index=models.Index(fields=["day", "provider"], name="billing_charge_day"),
        ),
        migrations.AddConstraint(
            model_name="reconciliation",
            constraint=models.UniqueConstraint(
                fields=("day", "provider", "item", "currency"),
                name="billing_reconciliation_once",
            ),
        ),
    ]

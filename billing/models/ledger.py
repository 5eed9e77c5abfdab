"""The ledger: what was used, at which price, and its totals by day.

`DayPrice` keeps the prices of every day on which something was charged, so that a
price changed later never alters that day. `Charge` is one thing that was used. A
`CallSheet` is a call as its charges were entered under: whoever it concerns and how
it ended. `DayTotal` and `CallTotal` are sums of these, kept as the entries are made.
"""

from datetime import date

from django.db import models
from django.db.models import Q

from billing.core.causes import CAUSE_WORDS, Cause
from billing.core.money_words import WHY_WORDS
from billing.core.units import COMPONENT_WORDS, Component
from billing.models.prices import PROVIDERS, UNITS
from calls.models import Call

COMPONENTS = [(c.value, COMPONENT_WORDS[c]) for c in Component]
CAUSES = [(c.value, CAUSE_WORDS[c]) for c in Cause]
REASONS = [(why.value, words) for why, words in WHY_WORDS.items()]


class DayPrice(models.Model):
    """The price of one thing on one day of UTC, as that day was charged.

    Without an amount there was none on that day, for the reason given by `why`.
    """

    day = models.DateField()
    provider = models.CharField(max_length=20, choices=PROVIDERS)
    item = models.CharField(max_length=60)
    unit = models.CharField(max_length=32, choices=UNITS)
    amount = models.DecimalField(max_digits=12, decimal_places=6, null=True)
    per = models.PositiveIntegerField(default=1)
    currency = models.CharField(max_length=3)
    valid_from = models.DateField(null=True)
    why = models.CharField(max_length=20, choices=REASONS, blank=True)

    class Meta:
        ordering = ["day", "provider", "item", "unit"]
        constraints = [
            models.UniqueConstraint(
                fields=["day", "provider", "item", "unit"], name="billing_day_price"
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True, why__gt="")
                | Q(
                    amount__isnull=False,
                    amount__gte=0,
                    why="",
                    valid_from__isnull=False,
                ),
                name="billing_day_price_or_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["day"], condition=Q(amount=None), name="billing_day_unpriced"
            )
        ]

    def __str__(self) -> str:
        return f"{self.item}, {self.get_unit_display()}, on {self.day}"


class CallSheet(models.Model):
    """What the charges of a call are counted for.

    `day` is the day of its number's own zone. `settled`: the call was closed when it
    was entered, so only late news can change it. `contained`, `handed_off` and
    `lead` are 0 or 1, to be added up.
    """

    call = models.OneToOneField(
        Call, models.CASCADE, primary_key=True, related_name="sheet"
    )
    day = models.DateField(null=True)
    number = models.CharField(max_length=64)
    agent = models.CharField(max_length=64, blank=True)
    release = models.PositiveIntegerField(default=0)
    language = models.CharField(max_length=35, blank=True)
    disposition = models.CharField(max_length=32, blank=True)
    answered = models.PositiveSmallIntegerField(default=0)
    contained = models.PositiveSmallIntegerField(default=0)
    handed_off = models.PositiveSmallIntegerField(default=0)
    lead = models.PositiveSmallIntegerField(default=0)
    amount = models.DecimalField(max_digits=24, decimal_places=12, default=0)
    currency = models.CharField(max_length=3, default="USD")
    gaps = models.PositiveIntegerField("without a price", default=0)
    settled = models.BooleanField(default=False)
    entered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-call"]
        verbose_name = "cost of a call"
        verbose_name_plural = "costs of calls"
        indexes = [
            models.Index(fields=["day"], name="billing_sheet_day"),
            models.Index(
                fields=["call"],
                condition=Q(settled=False),
                name="billing_sheet_open",
            ),
        ]

    def __str__(self) -> str:
        return f"Cost of call {self.call_id}"


class Charge(models.Model):
    """One thing that was used, once by its provider's own id, and what it has cost.

    `day` is the day of UTC whose prices count. `lines` holds, by unit, the quantity
    and the amount as text; `gaps` what has no price as [unit, quantity or null, why];
    `cause` is the largest of them, and `causes` the amount by cause where there are
    several. The raw figures are those of the usage row with the same provider id;
    `figures` has them where there is no such row.
    """

    key = models.CharField(max_length=160)
    call = models.ForeignKey(
        Call, models.CASCADE, null=True, blank=True, related_name="charges"
    )
    number = models.CharField(max_length=64, blank=True)
    provider = models.CharField(max_length=20, choices=PROVIDERS)
    item = models.CharField(max_length=60)
    component = models.CharField(max_length=20, choices=COMPONENTS)
    at = models.DateTimeField()
    day = models.DateField()
    amount = models.DecimalField(max_digits=20, decimal_places=12)
    currency = models.CharField(max_length=3)
    estimated = models.BooleanField(default=False)
    lines = models.JSONField(default=dict)
    gaps = models.JSONField(default=list)
    cause = models.CharField(max_length=20, choices=CAUSES)
    causes = models.JSONField(default=dict)
    figures = models.JSONField(null=True, blank=True)
    tokens_in = models.PositiveIntegerField(default=0)
    tokens_cached = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["at", "key"]
        # Not `unique` on the field, which makes a second index, for words that begin
        # alike: nobody looks a key up by its beginning.
        constraints = [
            models.UniqueConstraint(fields=["key"], name="billing_charge_once")
        ]
        indexes = [models.Index(fields=["day", "provider"], name="billing_charge_day")]

    def __str__(self) -> str:
        return f"{self.item} at {self.at:%d %b %H:%M:%S}"


class Concerns(models.Model):
    """Whom a total is about. The day is that of the number's own zone."""

    day = models.DateField()
    number = models.CharField(max_length=64, blank=True)
    agent = models.CharField(max_length=64, blank=True)
    release = models.PositiveIntegerField(default=0)
    language = models.CharField(max_length=35, blank=True)
    disposition = models.CharField(max_length=32, blank=True)

    class Meta:
        abstract = True


CONCERNS = ["day", "number", "agent", "release", "language", "disposition"]


class DayTotal(Concerns):
    """Money by component and cause.

    A charge that is divided among causes is counted once in `charges`, with its
    tokens and gaps, under its largest cause.
    """

    component = models.CharField(max_length=20, choices=COMPONENTS)
    cause = models.CharField(max_length=20, choices=CAUSES)
    currency = models.CharField(max_length=3)
    amount = models.DecimalField(max_digits=24, decimal_places=12, default=0)
    estimated = models.DecimalField(max_digits=24, decimal_places=12, default=0)
    charges = models.IntegerField(default=0)
    gaps = models.IntegerField(default=0)
    tokens_in = models.BigIntegerField(default=0)
    tokens_cached = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(
                fields=[*CONCERNS, "component", "cause", "currency"],
                name="billing_day_total_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.amount} {self.currency}"


class CallTotal(Concerns):
    """How many calls there were, and what became of them."""

    calls = models.IntegerField(default=0)
    answered = models.IntegerField(default=0)
    contained = models.IntegerField(default=0)
    handed_off = models.IntegerField(default=0)
    leads = models.IntegerField(default=0)

    class Meta:
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(fields=CONCERNS, name="billing_call_total_once")
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.calls} calls"


class LedgerMark(models.Model):
    """How far the rows of calls have been looked through for something to enter."""

    name = models.CharField(max_length=20, primary_key=True)
    last_id = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} up to {self.last_id}"


class NumberMonth(models.Model):
    """A number that was ours in a month, for which its carrier charges once."""

    number = models.CharField(max_length=64)
    month = models.DateField(help_text="The first day of the month.")

    class Meta:
        ordering = ["-month", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["number", "month"], name="billing_number_month_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} in {self.month:%B %Y}"


class TestCaller(models.Model):
    """Calls from here are tests: they are counted, and told apart."""

    __test__ = False

    number = models.CharField(
        max_length=32,
        unique=True,
        help_text="The number with its country code, as in +12025550170, or the "
        "beginning of several numbers followed by *.",
    )
    note = models.CharField(max_length=120, blank=True, help_text="Whose phone it is.")

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return self.number


class RePricing(models.Model):
    """Days that somebody asked to be priced again, and how far that has come.

    It is done in steps, each from where the last one ended: calls in the order of
    their keys up to `last_call`, then the totals of days up to `last_added`. Once it
    is finished it is a record, never changed. `before` is what these days had cost.
    """

    first_day = models.DateField()
    last_day = models.DateField()
    why = models.TextField(help_text="The next person who wonders will read this.")
    asked_by = models.CharField(max_length=150)
    at = models.DateTimeField()
    before = models.DecimalField(max_digits=24, decimal_places=12, null=True)
    after = models.DecimalField(max_digits=24, decimal_places=12, null=True)
    currency = models.CharField(max_length=3, default="USD")
    charges = models.PositiveIntegerField("charges looked at", default=0)
    calls = models.PositiveIntegerField("calls concerned", default=0)
    calls_done = models.PositiveIntegerField(default=0)
    last_call = models.BigIntegerField(default=0)
    last_added = models.DateField(null=True)
    moved_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at"]
        verbose_name = "re-pricing"
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=models.F("first_day")),
                name="billing_repricing_days",
            )
        ]

    def __str__(self) -> str:
        return f"{self.first_day} to {self.last_day}, by {self.asked_by}"

    @property
    def days(self) -> tuple[date, date]:
        return self.first_day, self.last_day

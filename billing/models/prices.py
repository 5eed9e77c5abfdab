"""The price list."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import OuterRef, Q, Subquery

from billing.core.price_file import Misfit, check_fit
from billing.core.pricing import PriceEntry
from billing.core.units import UNIT_WORDS, Provider, Unit

PROVIDERS = [(Provider.OPENAI.value, "OpenAI"), (Provider.TWILIO.value, "Twilio")]
UNITS = [(unit.value, UNIT_WORDS[unit]) for unit in Unit]
SHOWN = dict([*PROVIDERS, *UNITS])


class PriceQuerySet(models.QuerySet["Price"]):
    def of_same_thing(self, price: "Price") -> "PriceQuerySet":
        """Every price of what `price` is for, the newest first, itself included."""
        return self.filter(
            provider=price.provider,
            item=price.item,
            unit=price.unit,
            currency=price.currency,
        ).order_by("-valid_from")

    def with_end(self) -> "PriceQuerySet":
        """`ends_on` is the first day of the price that takes over, if there is one."""
        later = self.model.objects.filter(
            provider=OuterRef("provider"),
            item=OuterRef("item"),
            unit=OuterRef("unit"),
            currency=OuterRef("currency"),
            valid_from__gt=OuterRef("valid_from"),
        ).order_by("valid_from")
        return self.annotate(ends_on=Subquery(later.values("valid_from")[:1]))


class Price(models.Model):
    """Valid from its day on, until a later price of the same thing takes over."""

    provider = models.CharField(max_length=20, choices=PROVIDERS)
    item = models.CharField(
        max_length=60,
        help_text="What is charged for, by the provider's own name: a model, such as "
        "gpt-6-luna, or a service, such as voice_inbound. A price for a model also "
        "serves its dated snapshots (gpt-6-luna-2026-09-22).",
    )
    unit = models.CharField(max_length=32, choices=UNITS)
    amount = models.DecimalField(
        max_digits=12,
        decimal_places=6,
        validators=[MinValueValidator(Decimal(0))],
        help_text="0 says that it costs nothing. What has no price at all is shown as "
        "“without a price” on every call.",
    )
    per = models.PositiveIntegerField(
        "for how many",
        default=1,
        validators=[MinValueValidator(1)],
        help_text="The amount is for this many units, for example 1,000,000 tokens.",
    )
    currency = models.CharField(
        max_length=3,
        default="USD",
        validators=[RegexValidator(r"^[A-Z]{3}\Z", "Write three letters, as in USD.")],
        help_text="Costs are added up in USD; prices in other currencies are kept, "
        "but not counted.",
    )
    valid_from = models.DateField(
        help_text="The first day of this price, by the clock of UTC, as the providers "
        "bill. It ends when a later price begins.",
    )
    source = models.CharField(
        max_length=300,
        blank=True,
        help_text="Where the figure is from: a page, a contract, an invoice.",
    )
    note = models.TextField(blank=True)

    objects = PriceQuerySet.as_manager()

    class Meta:
        ordering = ["provider", "item", "unit", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "item", "unit", "valid_from", "currency"],
                name="billing_price_once",
                violation_error_message="There is a price for this from that day "
                "already. Change that one, or choose another day.",
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0),
                name="billing_price_not_negative",
                violation_error_message="A price is 0 or more.",
            ),
            models.CheckConstraint(
                condition=Q(per__gt=0),
                name="billing_price_per_something",
                violation_error_message="A price is for 1 unit or more.",
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"),
                name="billing_price_currency",
                violation_error_message="Write three letters, as in USD.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item}, {self.get_unit_display()}, from {self.valid_from}"

    def clean(self) -> None:
        """Field errors are told by the fields; here is what does not fit together."""
        told = self.provider in SHOWN and self.unit in SHOWN
        if not told or not self.item:
            return
        try:
            check_fit(Provider(self.provider), self.item, Unit(self.unit), SHOWN)
        except Misfit as misfit:
            raise ValidationError({misfit.field: str(misfit)}) from None

    def entry(self) -> PriceEntry:
        return PriceEntry(
            provider=self.provider,
            item=self.item,
            unit=self.unit,
            amount=self.amount,
            per=self.per,
            currency=self.currency,
            valid_from=self.valid_from,
            source=self.source,
            note=self.note,
        )

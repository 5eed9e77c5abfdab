"""Our figures held against the providers' own, a day and an item at a time."""

from django.db import models

from billing.models.prices import PROVIDERS


class Reconciliation(models.Model):
    """One item of a provider's bill on one day of UTC.

    `item` is the provider's own name: a usage category, or a line of its costs.
    `theirs` is None where the provider lists nothing, `ours` where we know nothing
    of the kind. The remainder is what the provider charges beyond our figures.
    """

    day = models.DateField()
    provider = models.CharField(max_length=20, choices=PROVIDERS)
    item = models.CharField(max_length=120)
    label = models.CharField(max_length=200, blank=True)
    currency = models.CharField(max_length=3)
    ours = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    theirs = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    our_quantity = models.DecimalField(max_digits=20, decimal_places=3, null=True)
    their_quantity = models.DecimalField(max_digits=20, decimal_places=3, null=True)
    unit = models.CharField(max_length=40, blank=True)
    calls = models.ManyToManyField(
        "calls.Call",
        related_name="+",
        blank=True,
        verbose_name="calls it might be",
    )
    compared_at = models.DateTimeField()

    class Meta:
        ordering = ["-day", "provider", "item"]
        verbose_name = "comparison with a provider"
        verbose_name_plural = "comparisons with providers"
        constraints = [
            models.UniqueConstraint(
                fields=["day", "provider", "item", "currency"],
                name="billing_reconciliation_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.item} on {self.day}"


class CarrierPrice(models.Model):
    """What the carrier itself says that one leg or message has cost."""

    sid = models.CharField("carrier's id", max_length=64, unique=True)
    call = models.ForeignKey(
        "calls.Call", models.CASCADE, null=True, blank=True, related_name="+"
    )
    amount = models.DecimalField(max_digits=20, decimal_places=6)
    currency = models.CharField(max_length=3)
    fetched_at = models.DateTimeField()

    class Meta:
        ordering = ["-fetched_at"]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

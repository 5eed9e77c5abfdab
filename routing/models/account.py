"""What holds for all numbers together."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from routing.models.capacity import MOST, MOST_HELP, Limited

ALL = "All numbers"


class AccountLimits(Limited):
    """One row, which the migration makes."""

    name = models.CharField(
        max_length=20,
        default=ALL,
        unique=True,
        editable=False,
        help_text="There is one account only, and this is its name.",
    )
    max_calls = models.PositiveIntegerField(
        "calls at the same time",
        default=0,
        validators=[MaxValueValidator(MOST)],
        help_text=f"How many calls may be going on over all your numbers. {MOST_HELP}",
    )

    class Meta:
        verbose_name = "limits of the account"
        verbose_name_plural = "limits of the account"
        constraints = [
            models.CheckConstraint(condition=Q(name=ALL), name="routing_account_is_one")
        ]

    def __str__(self) -> str:
        return self.name

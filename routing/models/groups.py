"""Numbers that rules are made for together."""

from django.db import models

from routing.models.numbers import PhoneNumber


class NumberGroup(models.Model):
    name = models.CharField(
        max_length=120,
        unique=True,
        help_text="How you call these numbers together, for example “Sales lines”.",
    )
    numbers = models.ManyToManyField(
        PhoneNumber,
        related_name="groups",
        help_text="A rule for the group holds for each of them.",
    )

    class Meta:
        verbose_name = "number group"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

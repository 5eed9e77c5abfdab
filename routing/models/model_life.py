"""What the provider has told us about when its models stop."""

from django.db import models


class ModelLife(models.Model):
    """A model with an announced end, from the provider's own list of models."""

    model = models.CharField(max_length=128, unique=True)
    shutdown_date = models.DateField("stops on")
    learned_at = models.DateTimeField()

    class Meta:
        verbose_name = "model that will stop"
        verbose_name_plural = "models that will stop"
        ordering = ["shutdown_date", "model"]

    def __str__(self) -> str:
        return self.model

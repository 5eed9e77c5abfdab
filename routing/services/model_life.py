"""Keeping the dates on which models stop, as the provider tells them."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from routing.models import ModelLife


def learned() -> dict[str, date]:
    return dict(ModelLife.objects.values_list("model", "shutdown_date"))


def learn(listed: Mapping[str, date | None], now: datetime) -> None:
    """`listed` holds every model the provider offers, with its date if it has one.

    A date that was taken back is forgotten; a model that is listed no longer has
    stopped, and its date stays.
    """
    ending = [
        ModelLife(model=model, shutdown_date=day, learned_at=now)
        for model, day in listed.items()
        if day is not None
    ]
    going_on = [model for model, day in listed.items() if day is None]
    with transaction.atomic():
        ModelLife.objects.filter(model__in=going_on).delete()
        ModelLife.objects.bulk_create(
            ending,
            update_conflicts=True,
            unique_fields=["model"],
            update_fields=["shutdown_date", "learned_at"],
        )

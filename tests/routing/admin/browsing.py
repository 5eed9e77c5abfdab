"""A browser's part in the admin, over real requests: open, change, send."""

from typing import Any

from django.db.models import Model
from django.test import Client
from django.urls import reverse

from tests.routing.admin.posting import written


def address(record: Model) -> str:
    opts = record._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[record.pk])


def open_page(client: Client, record: Model) -> dict[str, Any]:
    """What the page would send if nothing was touched."""
    page = client.get(address(record))
    assert page.status_code == 200
    return written(page.context)


def changed(data: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Inline fields go by their names with "__" for "-"; False unticks a box."""
    for name, value in changes.items():
        if value is False:
            data.pop(name, None)
        else:
            data[name.replace("__", "-")] = value
    return data


def send(client: Client, record: Model, data: dict[str, Any]) -> Any:
    return client.post(address(record), data)


def save(client: Client, record: Model, **changes: Any) -> None:
    answer = send(client, record, changed(open_page(client, record), **changes))
    assert answer.status_code == 302, answer.content.decode()

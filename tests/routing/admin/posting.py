"""Submitting an admin form as a browser does: the whole page, some of it changed."""

from typing import Any

from django.db.models import Model
from django.test import Client
from django.urls import reverse


def submit(client: Client, record: Model | type[Model], **changes: Any) -> Any:
    """Post the record's own page, or the page for a new one, with these changes.

    Inline fields go by their names in the page with "__" for "-": spans__0__opens.
    """
    url = address(record)
    data = written(client.get(url).context)
    for name, value in changes.items():
        data[name.replace("__", "-")] = value
    return client.post(url, {k: v for k, v in data.items() if v is not None})


def address(record: Model | type[Model]) -> str:
    name = f"admin:routing_{record._meta.model_name}"
    if isinstance(record, Model):
        return reverse(f"{name}_change", args=[record.pk])
    return reverse(f"{name}_add")


def written(context: Any) -> dict[str, Any]:
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    data: dict[str, Any] = {}
    for form in forms:
        for bound in form:
            value = bound.value()
            name = bound.html_name
            if value is not None and value is not False:
                data[name] = str(value) if not isinstance(value, list) else value
    return data


def errors(response: Any) -> str:
    """Every message on a page that came back, in one text; empty when it was saved."""
    if response.status_code == 302:
        return ""
    found: list[str] = []
    forms = [response.context["adminform"].form]
    for inline in response.context["inline_admin_formsets"]:
        found += inline.formset.non_form_errors()
        forms += inline.formset.forms
    for form in forms:
        for messages in form.errors.values():
            found += messages
    return " ".join(found)

"""Submitting an admin form as a browser does: the whole page, some of it changed.

The view is called itself and its page is not rendered: most tests of forms need only
what was refused, and rendering takes ten times as long as refusing.
"""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.contrib.messages.storage.cookie import CookieStorage
from django.db.models import Model
from django.http import HttpRequest
from django.test import RequestFactory


def submit(manager: User, record: Model | type[Model], **changes: Any) -> Any:
    """Post the record's own page, or the page for a new one, with these changes.

    Inline fields go by their names in the page with "__" for "-": spans__0__opens.
    """
    data = written(view(record, manager, RequestFactory().get("/")).context_data)
    for name, value in changes.items():
        data[name.replace("__", "-")] = value
    return view(record, manager, RequestFactory().post("/", data))


def view(record: Model | type[Model], manager: User, request: HttpRequest) -> Any:
    model = type(record) if isinstance(record, Model) else record
    pk = str(record.pk) if isinstance(record, Model) else None
    request.user = manager
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
    return admin.site._registry[model].changeform_view(request, pk)


def written(context: Any) -> dict[str, Any]:
    """What a browser would send of this page if nothing was touched."""
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    data: dict[str, Any] = {}
    for form in forms:
        for bound in form:
            value = bound.value()
            if value is not None and value is not False:
                text = value if isinstance(value, list) else str(value)
                data[bound.html_name] = text
    return data


def errors(response: Any) -> str:
    """Every message on a page that came back, in one text; empty when it was saved."""
    if response.status_code == 302:
        return ""
    found: list[str] = []
    forms = [response.context_data["adminform"].form]
    for inline in response.context_data["inline_admin_formsets"]:
        found += inline.formset.non_form_errors()
        forms += inline.formset.forms
    for form in forms:
        for messages in form.errors.values():
            found += messages
    return " ".join(found)

"""What every page of this app's admin has in common.

Its templates are in templates/admin/routing: each shows how many changes wait to be
published. Unfold has no type annotations that mypy can see, so the ignores are here.
"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.admin import ModelAdmin, StackedInline, TabularInline

from routing.admin.guard import Guarded
from routing.services.history import history


class RoutingForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """`rows` are the heights of texts that are not a few lines long."""

    rows: Mapping[str, int] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field.widget, forms.Textarea):
                field.widget.attrs["rows"] = self.rows.get(name, 3)


class RecordedAdmin(ModelAdmin):  # type: ignore[misc]
    """Its history is the written-down changes, also of a record that is deleted."""

    def history_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        record, saves = (
            self.get_object(request, object_id),
            history(self.model, object_id),
        )
        name = str(record or f"{self.opts.verbose_name} {object_id}, deleted")
        context = {
            **self.admin_site.each_context(request),
            "title": f"History: {name}",
            "saves": saves,
            "object": record,
            "opts": self.opts,
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/routing/history.html", context)


class RoutingAdmin(RecordedAdmin):
    form = RoutingForm
    warn_unsaved_form = True
    list_per_page = 50

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:  # type: ignore[type-arg]
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (Guarded, form), {}) if change else form

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """The template places what the guard has to know."""
        return [name for name in super().get_fields(request, obj) if name != "seen"]


class Table(TabularInline):  # type: ignore[misc]
    form = RoutingForm
    extra = 0
    hide_title = True


class Blocks(StackedInline):  # type: ignore[misc]
    form = RoutingForm
    extra = 0

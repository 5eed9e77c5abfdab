"""What every page of this app's admin has in common.

Its templates are in templates/admin/routing: each shows how many changes wait to be
published. Unfold has no type annotations that mypy can see, so the ignores are here.
"""

from collections.abc import Mapping
from typing import Any

from django import forms
from unfold.admin import ModelAdmin, StackedInline, TabularInline


class RoutingForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """`rows` are the heights of texts that are not a few lines long."""

    rows: Mapping[str, int] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field.widget, forms.Textarea):
                field.widget.attrs["rows"] = self.rows.get(name, 3)


class RoutingAdmin(ModelAdmin):  # type: ignore[misc]
    form = RoutingForm
    warn_unsaved_form = True
    list_per_page = 50


class Table(TabularInline):  # type: ignore[misc]
    form = RoutingForm
    extra = 0
    hide_title = True


class Blocks(StackedInline):  # type: ignore[misc]
    form = RoutingForm
    extra = 0

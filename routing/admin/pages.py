"""What every page of this app's admin has in common.

Its templates are in templates/admin/routing: each shows how many changes wait to be
published. Unfold has no type annotations that mypy can see, so the ignores are here.
"""

from django import forms
from unfold.admin import ModelAdmin, StackedInline, TabularInline


class RoutingAdmin(ModelAdmin):  # type: ignore[misc]
    warn_unsaved_form = True
    list_per_page = 50


class Table(TabularInline):  # type: ignore[misc]
    extra = 0


class Blocks(StackedInline):  # type: ignore[misc]
    extra = 0


class RoutingForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """A form of one of this app's models."""

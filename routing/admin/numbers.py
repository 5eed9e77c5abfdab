from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from routing.admin.fields import PhoneField, TimeZoneField, described
from routing.admin.pages import RoutingAdmin, RoutingForm
from routing.core.callers import spaced
from routing.models import PhoneNumber
from routing.services.openings import opening_words


class PhoneNumberForm(RoutingForm):
    e164 = PhoneField(**described(PhoneNumber, "e164"))
    time_zone = TimeZoneField(**described(PhoneNumber, "time_zone"))


@admin.register(PhoneNumber)
class PhoneNumberAdmin(RoutingAdmin):
    form = PhoneNumberForm
    list_display = ("label", "number", "path", "agent", "profile", "policy", "active")
    list_filter = ("active", "path", "profile", "agent")
    conditional_fields = {"overflow_message": "overflow != 'reject'"}
    search_fields = ("label", "e164")
    list_select_related = ("agent", "profile", "policy")
    readonly_fields = ("opening_hours",)
    fieldsets = (
        (None, {"fields": ("label", "e164", "time_zone", "active", "opening_hours")}),
        ("Who answers", {"fields": ("path", "trunk", "agent", "profile", "policy")}),
        (
            "How many calls at the same time",
            {"fields": ("max_calls", "kept_calls", "overflow", "overflow_message")},
        ),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A number that is not there yet is neither open nor closed."""
        (title, first), *others = super().get_fieldsets(request, obj)
        shown = first["fields"] if obj else first["fields"][:-1]
        return [(title, {**first, "fields": shown}), *others]

    @admin.display(description="Opening hours", empty_value="–")
    def opening_hours(self, row: PhoneNumber) -> str:
        """By the rules of the draft, as everything on this page."""
        return opening_words(timezone.now())(row.pk)

    @admin.display(description="Number", ordering="e164")
    def number(self, row: PhoneNumber) -> str:
        return spaced(row.e164)

    def get_list_display(self, request: HttpRequest) -> Sequence[Any]:
        return (*super().get_list_display(request), hours_column())


def hours_column() -> Callable[[PhoneNumber], str]:
    """One per page, because it loads all opening hours once, for every row."""
    words = opening_words(timezone.now())

    @admin.display(description="Opening hours", empty_value="–")
    def opening_hours(row: PhoneNumber) -> str:
        return words(row.pk)

    return opening_hours

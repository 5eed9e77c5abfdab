from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.forms import PaginationInlineFormSet
from unfold.widgets import UnfoldAdminSelect2Widget

from routing.admin.fields import TimeZoneField, WordsField, described
from routing.admin.pages import RoutingAdmin, RoutingForm, Table
from routing.core.hour_rules import day_words, exception_problems
from routing.core.hours import WEEKDAYS, in_words, overlaps
from routing.core.public_holidays import places, public_holidays
from routing.models import Calendar, CalendarSpan
from routing.models.hours import CalendarException

YEAR = timedelta(days=365)


class CalendarForm(RoutingForm):
    time_zone = TimeZoneField(**described(Calendar, "time_zone"))
    holidays_of = forms.ChoiceField(
        choices=lambda: [("", "No public holidays"), *places().items()],
        widget=UnfoldAdminSelect2Widget,
        **described(Calendar, "holidays_of"),
    )
    open_on = WordsField((), **described(Calendar, "open_on"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Days that were opened stay, also those that are past or of another place."""
        super().__init__(*args, **kwargs)
        days = self.fields.get("open_on")
        if isinstance(days, WordsField):  # a reader's page has none
            coming = coming_holidays(self.instance.holidays_of, timezone.localdate())
            known = {day for day, _ in coming}
            kept = (d for d in self.instance.open_on.split() if d not in known)
            days.choices = [*((day, day) for day in kept), *coming]
            if not days.choices:
                days.widget = forms.MultipleHiddenInput()


def coming_holidays(place: str, today: date) -> list[tuple[str, str]]:
    """The public holidays of a year from today on, as choices."""
    end = today + YEAR
    found = {**public_holidays(place, today.year), **public_holidays(place, end.year)}
    return [
        (f"{day}", f"{WEEKDAYS[day.weekday()]}, {day_words(day)}: {name}")
        for day, name in sorted(found.items())
        if today <= day < end
    ]


def kept_forms(formset: Any) -> list[Any]:
    return [
        form
        for form in formset.forms
        if form not in formset.deleted_forms
        and (form.instance.pk or form.has_changed())
    ]


class SpanForm(RoutingForm):
    """Nobody opens at a second."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("opens", "closes"):
            self.fields[name].widget.format = "%H:%M"


class SpanFormSet(PaginationInlineFormSet):  # type: ignore[misc]
    def clean(self) -> None:
        super().clean()
        kept = kept_forms(self)
        if not all(form.is_valid() for form in kept):
            return
        spans = {form.instance.compiled(): form.instance for form in kept}
        problems = [
            f"{spans[one]} and {spans[other]} overlap; shorten or remove one of them."
            for one, other in overlaps([form.instance.compiled() for form in kept])
        ]
        if problems:
            raise forms.ValidationError(problems)


class SpanInline(Table):
    model = CalendarSpan
    form = SpanForm
    formset = SpanFormSet
    verbose_name_plural = "Openings"


class ExceptionFormSet(PaginationInlineFormSet):  # type: ignore[misc]
    def clean(self) -> None:
        super().clean()
        kept = kept_forms(self)
        if all(form.is_valid() for form in kept):
            rows = [form.instance.compiled() for form in kept]
            if problems := list(exception_problems(rows)):
                raise forms.ValidationError(problems)


class ExceptionInline(Table):
    model = CalendarException
    form = SpanForm
    formset = ExceptionFormSet
    verbose_name_plural = "Dated exceptions, which hold instead of all other hours"
    fields = ("name", "first", "last", "opens", "closes")


@admin.register(Calendar)
class CalendarAdmin(RoutingAdmin):
    form = CalendarForm
    inlines = (SpanInline, ExceptionInline)
    list_display = ("name", "time_zone", "holidays", "now")
    search_fields = ("name", "time_zone")
    list_filter = ("time_zone",)
    fieldsets = (
        (None, {"fields": ("name", "time_zone")}),
        ("Public holidays", {"fields": ("holidays_of", "open_on")}),
    )

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Calendar]":
        calendars: QuerySet[Calendar] = super().get_queryset(request)
        return calendars.prefetch_related("spans", "exceptions")

    @admin.display(description="Public holidays of", ordering="holidays_of")
    def holidays(self, row: Calendar) -> str:
        return places().get(row.holidays_of, row.holidays_of) or "–"

    @admin.display(description="Now")
    def now(self, row: Calendar) -> str:
        return in_words(row.compiled(), timezone.now())

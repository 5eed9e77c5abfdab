from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.forms import PaginationInlineFormSet

from routing.admin.fields import TimeZoneField, described
from routing.admin.pages import RoutingAdmin, RoutingForm, Table
from routing.core import ruleset
from routing.core.hours import in_words, overlaps
from routing.models import Calendar, CalendarSpan


class CalendarForm(RoutingForm):
    time_zone = TimeZoneField(**described(Calendar, "time_zone"))


class SpanForm(RoutingForm):
    """Nobody opens at a second."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("opens", "closes"):
            self.fields[name].widget.format = "%H:%M"


class SpanFormSet(PaginationInlineFormSet):  # type: ignore[misc]
    def clean(self) -> None:
        super().clean()
        kept = [
            form
            for form in self.forms
            if form not in self.deleted_forms
            and (form.instance.pk or form.has_changed())
        ]
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


@admin.register(Calendar)
class CalendarAdmin(RoutingAdmin):
    form = CalendarForm
    inlines = (SpanInline,)
    list_display = ("name", "time_zone", "now")
    search_fields = ("name", "time_zone")
    list_filter = ("time_zone",)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Calendar]":
        calendars: QuerySet[Calendar] = super().get_queryset(request)
        return calendars.prefetch_related("spans")

    @admin.display(description="Now")
    def now(self, row: Calendar) -> str:
        spans = tuple(span.compiled() for span in row.spans.all())
        calendar = ruleset.Calendar("", row.name, row.time_zone, spans)
        return in_words(calendar, timezone.now())

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldBooleanSwitchWidget

from calls.admin import columns, filters
from calls.admin.history import NOTHING, HistoryAdmin, ModelForm, label, person
from calls.core import zoned
from calls.core.lines import as_text
from calls.models import FollowUp
from calls.services import reviews
from calls.templatetags import telling
from routing.admin.pages import RecordedAdmin
from routing.core.callers import spaced


class FollowUpColumns:
    @admin.display(description="Due", ordering="due_at")
    def due(self, follow_up: FollowUp) -> str:
        return columns.moment(follow_up.due_at, follow_up.call.time_zone)

    @admin.display(description="Standing", ordering="done_at")
    def standing(self, follow_up: FollowUp) -> SafeString:
        if follow_up.done_at is not None:
            return label("Done", "success")
        late = telling.late_words(follow_up.due_at, timezone.now())
        return label(f"Overdue by {late}", "danger") if late else label("Open", "info")

    @admin.display(description="Line", ordering="call__number_label")
    def line(self, follow_up: FollowUp) -> str:
        return telling.line_words(follow_up.call)

    @admin.display(description="Call back on")
    def call_back_on(self, follow_up: FollowUp) -> str:
        if follow_up.contact_number:
            return columns.unbroken(spaced(follow_up.contact_number))
        return columns.caller(follow_up.call)

    @admin.display(description="What the caller told")
    def collected(self, follow_up: FollowUp) -> str:
        return as_text(follow_up.fields) or NOTHING

    @admin.display(description="Finished")
    def finished(self, follow_up: FollowUp) -> str:
        if follow_up.done_at is None:
            return "Not yet"
        moment = zoned.short(follow_up.done_at, follow_up.call.time_zone)
        return f"{moment} by {follow_up.done_by or 'somebody whose account is gone'}"


class FollowUpForm(ModelForm):
    done = forms.BooleanField(
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text="Switch on when the caller has been taken care of.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["done"].initial = self.instance.done_at is not None


@admin.register(FollowUp)
class FollowUpAdmin(FollowUpColumns, RecordedAdmin, HistoryAdmin):
    """The work itself comes from calls; people finish it and say how."""

    form = FollowUpForm
    list_display = ("due", "standing", "kind", "owner", "line", "call_back_on", "text")
    list_filter = (
        filters.FollowUpFilter,
        ("kind", filters.ChoicesDropdownFilter),
        filters.OwnerFilter,
    )
    search_fields = ("contact_number", "text", "owner", "call__caller")
    search_help_text = "Number, owner, or a word of what is to be done"
    list_select_related = ("call", "done_by")
    readonly_fields = (
        "due",
        "standing",
        "kind",
        "owner",
        "call",
        "call_back_on",
        "text",
        "collected",
        "finished",
    )
    fields = (*readonly_fields, "note", "done")
    ordering = (F("done_at").desc(nulls_first=True), "due_at")
    actions = ("mark_done", "open_again")

    def get_queryset(self, request: HttpRequest) -> QuerySet[FollowUp]:
        return FollowUp.objects.select_related("call", "done_by").order_by(
            *self.ordering
        )

    def save_model(
        self, request: HttpRequest, obj: FollowUp, form: FollowUpForm, change: bool
    ) -> None:
        reviews.write_note(obj, obj.note)
        if form.cleaned_data["done"]:
            reviews.finish_follow_up(obj, by=person(request), at=timezone.now())
        else:
            reviews.reopen_follow_up(obj)

    @admin.action(description="Mark as done", permissions=["change"])
    def mark_done(self, request: HttpRequest, chosen: QuerySet[FollowUp]) -> None:
        now = timezone.now()
        done = [reviews.finish_follow_up(f, by=person(request), at=now) for f in chosen]
        messages.success(request, f"{sum(done)} marked as done.")

    @admin.action(description="Open again", permissions=["change"])
    def open_again(self, request: HttpRequest, chosen: QuerySet[FollowUp]) -> None:
        opened = [reviews.reopen_follow_up(follow_up) for follow_up in chosen]
        messages.success(request, f"{sum(opened)} opened again.")

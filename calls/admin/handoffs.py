from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from calls.admin import columns, filters
from calls.admin.history import NOTHING, HistoryAdmin, ModelForm, TabularInline, label
from calls.core.lines import as_text
from calls.core.words import HandoffReason, HandoffResult
from calls.models import Handoff, HandoffAttempt
from calls.services import reviews
from calls.templatetags import telling
from routing.admin.pages import RecordedAdmin

RESULTS = {
    HandoffResult.PENDING: "primary",
    HandoffResult.CONNECTED: "success",
    HandoffResult.NOBODY: "danger",
    HandoffResult.CALLER_LEFT: "warning",
}


class HandoffColumns:
    @admin.display(description="Asked", ordering="asked_at")
    def asked(self, handoff: Handoff) -> str:
        return columns.moment(handoff.asked_at, handoff.call.time_zone)

    @admin.display(description="Line", ordering="call__number_label")
    def line(self, handoff: Handoff) -> str:
        return telling.line_words(handoff.call)

    @admin.display(description="Caller", ordering="call__caller")
    def caller(self, handoff: Handoff) -> str:
        return columns.caller(handoff.call)

    @admin.display(description="Corrected to", ordering="corrected_reason")
    def corrected(self, handoff: Handoff) -> str:
        return handoff.get_corrected_reason_display() or NOTHING

    @admin.display(description="Result", ordering="result")
    def outcome(self, handoff: Handoff) -> SafeString:
        colour = RESULTS[HandoffResult(handoff.result)]
        return label(telling.handoff_words(handoff.result), colour)

    @admin.display(description="Collected before")
    def collected(self, handoff: Handoff) -> str:
        return as_text(handoff.fields) or NOTHING


class AttemptInline(TabularInline):
    model = HandoffAttempt
    verbose_name_plural = "contacts rung"
    fields = readonly_fields = ("contact_name", "phone", "result", "seconds")
    extra = 0
    can_delete = False
    hide_title = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Handoff)
class HandoffAdmin(HandoffColumns, RecordedAdmin, HistoryAdmin):
    """Only the reason can be corrected, by those who may review calls."""

    list_display = (
        "asked",
        "line",
        "caller",
        "reason",
        "corrected",
        "policy_name",
        "outcome",
    )
    list_filter = (
        ("reason", filters.ChoicesDropdownFilter),
        ("result", filters.ChoicesDropdownFilter),
        filters.CorrectedFilter,
    )
    search_fields = ("call__caller", "summary")
    search_help_text = "Caller's number, or a word of the summary"
    date_hierarchy = "asked_at"
    list_select_related = ("call",)
    readonly_fields = (
        "asked",
        "call",
        "reason",
        "summary",
        "collected",
        "asked_by",
        "policy_name",
        "outcome",
    )
    fields = (*readonly_fields, "corrected_reason")
    inlines = (AttemptInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Handoff]:
        return Handoff.objects.select_related("call")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("calls.review_call")

    def save_model(
        self, request: HttpRequest, obj: Handoff, form: ModelForm, change: bool
    ) -> None:
        chosen = form.cleaned_data["corrected_reason"]
        reviews.correct_reason(obj, HandoffReason(chosen) if chosen else None)

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from calls.admin import block as call_block
from calls.admin import call_page, columns, export, filters, recordings, trial
from calls.admin.history import ReadOnlyAdmin
from calls.models import Call, Handoff, Recording
from routing.admin.pages import RecordedAdmin


@admin.register(Call)
class CallAdmin(RecordedAdmin, ReadOnlyAdmin):
    list_display = (
        columns.when,
        columns.line,
        columns.caller,
        columns.agent,
        columns.ended,
        columns.length,
        columns.handoff,
        columns.reviewed,
    )
    list_filter = (
        filters.DayFilter,
        ("disposition", filters.ChoicesDropdownFilter),
        filters.StandingFilter,
        filters.LineFilter,
        filters.AgentFilter,
        filters.HandoffReasonFilter,
        filters.IncidentFilter,
        filters.ReviewedFilter,
    )
    search_fields = ("caller", "=carrier_sid")
    search_help_text = "Caller's number, or the carrier's call id"
    date_hierarchy = "offered_at"
    list_select_related = False
    actions = ("export_csv",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Call]:
        reason = Coalesce(NullIf("corrected_reason", Value("")), F("reason"))
        latest = Handoff.objects.filter(call=OuterRef("pk")).order_by("-asked_at")
        return (
            Call.objects.defer("decision", "collected", "summary", "review_note")
            .annotate(handoff_reason=Subquery(latest.values(why=reason)[:1]))
            .order_by("-offered_at")
        )

    def get_urls(self) -> list[URLPattern]:
        review = self.admin_site.admin_view(self.review_view)
        try_it = self.admin_site.admin_view(require_safe(self.try_view))
        block = self.admin_site.admin_view(self.block_view)
        audio = self.admin_site.admin_view(require_safe(self.audio_view))
        return [
            path("try/", try_it, name="calls_call_try"),
            path("recording/<int:pk>/audio/", audio, name="calls_call_audio"),
            path("<path:object_id>/review/", review, name="calls_call_review"),
            path("<path:object_id>/block/", block, name="calls_call_block"),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        return call_page.show(request, self, self.get_call(request, object_id))

    def review_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return call_page.review(request, self, self.get_call(request, object_id))

    def try_view(self, request: HttpRequest) -> HttpResponse:
        return trial.show(request, self)

    def block_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return call_block.block(request, self, self.get_call(request, object_id))

    def audio_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return recordings.play(get_object_or_404(Recording, pk=pk))

    def get_call(self, request: HttpRequest, object_id: str) -> Call:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if not object_id.isdecimal():
            raise Http404("There is no such call.")
        calls = Call.objects.select_related("reviewed_by")
        return get_object_or_404(calls, pk=object_id)

    @admin.action(description="Export as CSV", permissions=["view"])
    def export_csv(self, request: HttpRequest, chosen: QuerySet[Call]) -> HttpResponse:
        return export.as_csv(chosen)

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldBooleanSwitchWidget

from calls.admin import columns, filters
from calls.admin.history import HistoryAdmin, ModelForm, label, person
from calls.core import zoned
from calls.models import Incident
from calls.services import reviews
from calls.templatetags import telling
from routing.admin.pages import RecordedAdmin


def zone_of(incident: Incident) -> str:
    return incident.call.time_zone if incident.call else "UTC"


class IncidentColumns:
    @admin.display(description="When", ordering="at")
    def when(self, incident: Incident) -> str:
        return columns.moment(incident.at, zone_of(incident))

    @admin.display(description="Line")
    def line(self, incident: Incident) -> str:
        return telling.line_words(incident.call) if incident.call else "All lines"

    @admin.display(description="Standing", ordering="settled_at")
    def standing(self, incident: Incident) -> SafeString:
        if incident.settled_at is not None:
            return label("Settled", "success")
        return label("Open", "danger")

    @admin.display(description="Settled")
    def settlement(self, incident: Incident) -> str:
        if incident.settled_at is None:
            return "Not yet"
        moment = zoned.short(incident.settled_at, zone_of(incident))
        # Without a name it has come right by itself, or the account is gone.
        by = incident.settled_by
        return f"{moment} by {by}" if by else moment


class IncidentForm(ModelForm):
    settled = forms.BooleanField(
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text="Switch on when the cause is known and dealt with.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["settled"].initial = self.instance.settled_at is not None


@admin.register(Incident)
class IncidentAdmin(IncidentColumns, RecordedAdmin, HistoryAdmin):
    form = IncidentForm
    list_display = ("when", "standing", "kind", "cause", "line", "detail")
    list_filter = (
        filters.SettledFilter,
        ("cause", filters.ChoicesDropdownFilter),
        ("kind", filters.ChoicesDropdownFilter),
    )
    search_fields = ("detail", "call__caller")
    search_help_text = "A word of the detail, or the caller's number"
    date_hierarchy = "at"
    list_select_related = ("call", "settled_by")
    readonly_fields = (
        "when",
        "standing",
        "kind",
        "cause",
        "call",
        "detail",
        "settlement",
    )
    fields = (*readonly_fields, "note", "settled")
    ordering = (F("settled_at").desc(nulls_first=True), "-at")
    actions = ("settle",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Incident]:
        found = Incident.objects.select_related("call", "settled_by")
        return found.order_by(*self.ordering)

    def save_model(
        self, request: HttpRequest, obj: Incident, form: IncidentForm, change: bool
    ) -> None:
        reviews.write_note(obj, obj.note)
        if form.cleaned_data["settled"]:
            reviews.settle_incident(obj, by=person(request), at=timezone.now())
        else:
            reviews.reopen_incident(obj)

    @admin.action(description="Settle", permissions=["change"])
    def settle(self, request: HttpRequest, chosen: QuerySet[Incident]) -> None:
        now = timezone.now()
        settled = [
            reviews.settle_incident(i, by=person(request), at=now) for i in chosen
        ]
        messages.success(request, f"{sum(settled)} settled.")

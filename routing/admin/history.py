"""Every change there was, on one page: also of records that are deleted."""

from typing import Any

from auditlog.models import LogEntry
from django.contrib import admin
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.admin import ModelAdmin

from routing.services import audit
from routing.services.history import changes, in_short, who

admin.site.unregister(LogEntry)

WORDS = {
    LogEntry.Action.CREATE: "Added",
    LogEntry.Action.UPDATE: "Changed",
    LogEntry.Action.DELETE: "Deleted",
}


class ActionFilter(admin.SimpleListFilter):
    title = "what was done"
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(action), word) for action, word in WORDS.items()]

    def queryset(
        self, request: HttpRequest, queryset: "QuerySet[Any]"
    ) -> "QuerySet[Any]":
        chosen = self.value()
        return queryset.filter(action=chosen) if chosen else queryset


class KindFilter(admin.SimpleListFilter):
    title = "kind of record"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        kinds = visible_kinds(request)
        return sorted(
            ((str(kind.pk), kind.name.capitalize()) for kind in kinds),
            key=lambda pair: pair[1],
        )

    def queryset(
        self, request: HttpRequest, queryset: "QuerySet[Any]"
    ) -> "QuerySet[Any]":
        chosen = self.value() or ""
        return queryset.filter(content_type=chosen) if chosen.isdecimal() else queryset


class PersonFilter(admin.SimpleListFilter):
    title = "who"
    parameter_name = "who"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        changers = LogEntry.objects.filter(content_type__in=visible_kinds(request))
        people = User.objects.filter(pk__in=changers.values("actor"))
        return [(str(person.pk), audit.name_of(person)) for person in people]

    def queryset(
        self, request: HttpRequest, queryset: "QuerySet[Any]"
    ) -> "QuerySet[Any]":
        chosen = self.value() or ""
        return queryset.filter(actor=chosen) if chosen.isdecimal() else queryset


@admin.register(LogEntry)
class HistoryAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ("when", "person", "done", "record", "difference")
    list_display_links = None
    list_filter = (ActionFilter, KindFilter, PersonFilter)
    search_fields = ("object_repr", "changes")
    search_help_text = "A word of the record's name, or of what it held"
    date_hierarchy = "timestamp"
    list_select_related = ("content_type", "actor")
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        """What somebody may not open, they may not read here either."""
        entries: QuerySet[Any] = super().get_queryset(request).order_by("-pk")
        return entries.filter(content_type__in=visible_kinds(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="When", ordering="timestamp")
    def when(self, entry: LogEntry) -> str:
        return f"{timezone.localtime(entry.timestamp):%d %b %Y, %H:%M:%S %Z}"

    @admin.display(description="Who")
    def person(self, entry: LogEntry) -> str:
        return who(entry)

    @admin.display(description="What", ordering="action")
    def done(self, entry: LogEntry) -> str:
        return WORDS.get(entry.action, "")

    @admin.display(description="Record", ordering="object_repr")
    def record(self, entry: LogEntry) -> str:
        """Leads to the history of the record, or of the one its row belongs to."""
        kind = entry.content_type.name.capitalize()
        text = f"{kind} “{entry.object_repr}”"
        address = history_address(entry)
        if not address:
            return text
        return format_html('<a href="{}">{}</a>', address, text)

    @admin.display(description="From what to what")
    def difference(self, entry: LogEntry) -> str:
        """What a record held when it was added or deleted is on its own page."""
        if entry.action != LogEntry.Action.UPDATE:
            return "–"
        told = [in_short(change) for change in changes(entry) if change.field]
        start = f"{entry.content_type.name.capitalize()} “{entry.object_repr}”, "
        return "; ".join(text.removeprefix(start) for text in told) or "–"


def visible_kinds(request: HttpRequest) -> "QuerySet[ContentType]":
    """The recorded kinds of records that this person may look at."""
    return ContentType.objects.filter(
        pk__in=[
            ContentType.objects.get_for_model(model).pk
            for model in audit.recorded_models()
            if request.user.has_perm(
                f"{model._meta.app_label}.view_{model._meta.model_name}"
            )
        ]
    )


def history_address(entry: LogEntry) -> str:
    more = entry.additional_data or {}
    label = more.get(audit.OWNER) or ".".join(entry.content_type.natural_key())
    pk = more.get(audit.KEY) or entry.object_pk
    try:
        return reverse(f"admin:{label.replace('.', '_')}_history", args=[pk])
    except NoReverseMatch:
        return ""

"""What engineers look things up in: callbacks as they came, usage as reported."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from calls.admin.history import NOTHING, ReadOnlyAdmin
from calls.core import zoned
from calls.core.tokens import count_tokens
from calls.models import Callback, Usage


@admin.register(Callback)
class CallbackAdmin(ReadOnlyAdmin):
    list_display = ("received", "endpoint", "call_sid", "repeats", "answer_status")
    search_fields = ("=call_sid", "=key", "=endpoint")
    search_help_text = "Carrier's call id, the callback's key or its endpoint"
    date_hierarchy = "received_at"
    fields = (
        "received",
        "endpoint",
        "call_sid",
        "key",
        "repeats",
        "params",
        "answer_status",
        "answer_type",
        "answer",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Callback]:
        return Callback.objects.order_by("-received_at")

    @admin.display(description="Received", ordering="received_at")
    def received(self, callback: Callback) -> str:
        return zoned.full(callback.received_at, "UTC")


@admin.register(Usage)
class UsageAdmin(ReadOnlyAdmin):
    list_display = (
        "when",
        "call",
        "provider",
        "item",
        "tokens_in",
        "cached",
        "tokens_out",
        "estimated",
    )
    search_fields = ("=provider_id", "=call__carrier_sid")
    search_help_text = "Provider's id, or the carrier's call id"
    date_hierarchy = "at"
    fields = ("when", "call", "provider", "item", "provider_id", "figures", "estimated")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Usage]:
        return Usage.objects.select_related("call").order_by("-at")

    @admin.display(description="When", ordering="at")
    def when(self, usage: Usage) -> str:
        return zoned.short(usage.at, usage.call.time_zone)

    @admin.display(description="Tokens in")
    def tokens_in(self, usage: Usage) -> str:
        return f"{count_tokens(usage.figures).input:,}"

    @admin.display(description="Of these cached")
    def cached(self, usage: Usage) -> str:
        share = count_tokens(usage.figures).cached_share()
        return NOTHING if share is None else f"{share} %"

    @admin.display(description="Tokens out")
    def tokens_out(self, usage: Usage) -> str:
        return f"{count_tokens(usage.figures).output:,}"

"""The ledger, for those who ask where a sum is from, and pricing days again."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin as UnfoldAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.widgets import UnfoldAdminDateWidget, UnfoldAdminTextareaWidget

from billing.core import money_words
from billing.core.causes import CAUSE_WORDS, Cause
from billing.models import Charge, RePricing
from billing.tasks.ledger import price_days_again
from calls.admin.history import NOTHING, ReadOnlyAdmin, person
from calls.core import zoned
from calls.tasks import enqueue

if TYPE_CHECKING:
    # Unfold is not typed: it changes how Django's classes look, not what they take.
    ModelAdmin = admin.ModelAdmin[Any]
    ModelForm = forms.ModelForm[RePricing]
else:
    ModelAdmin, ModelForm = UnfoldAdmin, forms.ModelForm


@admin.register(Charge)
class ChargeAdmin(ReadOnlyAdmin):
    list_display = ("when", "call", "item", "component", "price", "cause", "estimated")
    list_filter = (
        ("component", ChoicesDropdownFilter),
        ("cause", ChoicesDropdownFilter),
    )
    list_select_related = ("call",)
    search_fields = ("=key", "=call__carrier_sid")
    search_help_text = "Provider's id, or the carrier's call id"
    date_hierarchy = "day"
    fields = (
        "when",
        "call",
        "provider",
        "item",
        "component",
        "key",
        "day",
        "price",
        "made_of",
        "missing",
        "went_on",
        "estimated",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Charge]:
        return Charge.objects.order_by("-day", "-pk")

    @admin.display(description="When", ordering="at")
    def when(self, charge: Charge) -> str:
        zone = charge.call.time_zone if charge.call else "UTC"
        return zoned.short(charge.at, zone)

    @admin.display(description="Amount", ordering="amount")
    def price(self, charge: Charge) -> str:
        if charge.gaps and not charge.lines:
            return "Without a price"
        words = money_words.money(charge.amount, charge.currency)
        return f"{words} and more" if charge.gaps else words

    @admin.display(description="Made of")
    def made_of(self, charge: Charge) -> SafeString | str:
        rows = (
            (
                money_words.count(money_words.decimal(quantity)),
                money_words.unit_words(unit),
                money_words.money(money_words.decimal(amount), charge.currency),
            )
            for unit, (quantity, amount) in charge.lines.items()
        )
        return format_html_join("", "<div>{} {}: {}</div>", rows) or NOTHING

    @admin.display(description="Without a price")
    def missing(self, charge: Charge) -> SafeString | str:
        rows = (
            (money_words.unit_words(unit), money_words.why_words(why))
            for unit, _, why in charge.gaps
        )
        return format_html_join("", "<div>{}: {}</div>", rows) or NOTHING

    @admin.display(description="What it went on")
    def went_on(self, charge: Charge) -> SafeString | str:
        parts = charge.causes or {charge.cause: charge.amount}
        rows = (
            (
                CAUSE_WORDS[Cause(cause)],
                money_words.money(money_words.decimal(part), charge.currency),
            )
            for cause, part in parts.items()
        )
        return format_html_join("", "<div>{}: {}</div>", rows)


def told(amount: Decimal | None, currency: str) -> str:
    return NOTHING if amount is None else money_words.money(amount, currency)


class RePricingForm(ModelForm):
    class Meta:
        model = RePricing
        fields = ("first_day", "last_day", "why")
        widgets = {
            "first_day": UnfoldAdminDateWidget,
            "last_day": UnfoldAdminDateWidget,
            "why": UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        }


@admin.register(RePricing)
class RePricingAdmin(ModelAdmin):
    form = RePricingForm
    list_display = ("days", "when", "asked_by", "state", "was", "became", "why")
    list_per_page = 50
    fieldsets = (
        (
            "Days to be priced again, by the clock of UTC",
            {
                "fields": ("first_day", "last_day", "why"),
                "description": "Every day keeps the prices that it was charged with, "
                "also when the price list is changed later. Here you ask for days to "
                "be charged anew by the price list as it is now. Reports of these "
                "days will then show other sums than those that were mailed.",
            },
        ),
    )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(
        self, request: HttpRequest, obj: RePricing, form: Any, change: bool
    ) -> None:
        obj.asked_by = person(request).get_username()
        obj.at = obj.moved_at = timezone.now()
        super().save_model(request, obj, form, change)
        enqueue(price_days_again, obj.pk)

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        messages.info(
            request,
            "The days are being priced again. This list shows how far that has come; "
            "a month with a hundred thousand calls takes some minutes.",
        )
        return self.response_post_save_add(request, obj)

    @admin.display(description="Days", ordering="first_day")
    def days(self, row: RePricing) -> str:
        return f"{row.first_day:%d %b %Y} to {row.last_day:%d %b %Y}"

    @admin.display(description="Asked", ordering="at")
    def when(self, row: RePricing) -> str:
        return zoned.short(row.at, "UTC")

    @admin.display(description="How far")
    def state(self, row: RePricing) -> str:
        if row.finished_at is not None:
            return "Done"
        if row.before is None:
            return "Waiting to begin"
        if row.calls_done < row.calls:
            return f"{row.calls_done:,} of {row.calls:,} calls"
        return "Adding up"

    @admin.display(description="Before")
    def was(self, row: RePricing) -> str:
        return told(row.before, row.currency)

    @admin.display(description="After")
    def became(self, row: RePricing) -> str:
        return told(row.after, row.currency)

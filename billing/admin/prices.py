"""The price list, for those who may see what things cost."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin as UnfoldAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.contrib.filters.admin import DropdownFilter as UnfoldDropdown
from unfold.decorators import action

from billing.admin.price_file import PriceFileView
from billing.core import money_words
from billing.core.pricing import DOLLARS
from billing.models import Price
from routing.admin.pages import RecordedAdmin

if TYPE_CHECKING:
    # Unfold is not typed: it changes how Django's classes look, not what they take.
    ModelAdmin = admin.ModelAdmin[Price]
    DropdownFilter = admin.SimpleListFilter
    ModelForm = forms.ModelForm[Price]
else:
    ModelAdmin, DropdownFilter = UnfoldAdmin, UnfoldDropdown
    ModelForm = forms.ModelForm

COUNTED = {"provider", "item", "unit", "amount", "per", "currency", "valid_from"}
STATES = {
    "now": "In force",
    "coming": "Begins later",
    "over": "Replaced",
}


def today() -> date:
    """By the clock of UTC, as prices are valid."""
    return timezone.now().date()


class StateFilter(DropdownFilter):
    title = "validity"
    parameter_name = "state"

    def lookups(
        self, request: HttpRequest, model_admin: "admin.ModelAdmin[Any]"
    ) -> list[tuple[str, str]]:
        return list(STATES.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        day = today()
        lasts = Q(ends_on=None) | Q(ends_on__gt=day)
        kept = {
            "now": Q(valid_from__lte=day) & lasts,
            "coming": Q(valid_from__gt=day),
            "over": Q(ends_on__lte=day),
        }
        state = self.value()
        return queryset.filter(kept[state]) if state in kept else queryset


class PriceForm(ModelForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:  # 0.1 and not 0.100000
            self.initial["amount"] = Decimal(f"{self.instance.amount.normalize():f}")
        note = self.fields.get("note")
        if note is not None:
            note.widget.attrs["rows"] = 3


@admin.register(Price)
class PriceAdmin(RecordedAdmin, ModelAdmin):
    form = PriceForm
    list_display = ("item", "unit", "price", "valid_from", "state")
    list_display_links = ("item", "unit")
    list_filter = (
        ("provider", ChoicesDropdownFilter),
        ("unit", ChoicesDropdownFilter),
        StateFilter,
    )
    list_filter_submit = True
    actions_list = ("from_file",)
    list_per_page = 100
    search_fields = ("item", "source", "note")
    search_help_text = "Search in models and services, sources and notes"
    readonly_fields = ("history",)
    save_as = True
    warn_unsaved_form = True
    fieldsets = (
        ("What for", {"fields": ("provider", "item", "unit")}),
        (
            "Price",
            {
                "fields": ("amount", "currency", "per", "valid_from"),
                "description": "When a price changes, leave this one as it is and add "
                "another with its first day: “Save as new” below does so. Days before "
                "it then keep what they have cost.",
            },
        ),
        ("Where it is from", {"fields": ("source", "note")}),
        ("All prices of this, the newest first", {"fields": ("history",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Price]:
        return Price.objects.with_end()

    def get_fieldsets(self, request: HttpRequest, obj: Price | None = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        return fieldsets if obj else fieldsets[:-1]

    def save_model(
        self, request: HttpRequest, obj: Price, form: Any, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        since = min(obj.valid_from, form.initial.get("valid_from") or obj.valid_from)
        if since < today() and COUNTED & set(form.changed_data):
            messages.warning(request, told_of_the_past(since, change=change))
        if obj.currency != DOLLARS:
            messages.warning(
                request,
                f"A price in {obj.currency} is kept, but not counted: costs are added "
                f"up in {DOLLARS}.",
            )

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(PriceFileView.as_view(model_admin=self))
        return [path("file/", view, name="billing_price_file"), *super().get_urls()]

    @action(  # type: ignore[untyped-decorator]  # Unfold is not typed
        description="From a file", icon="upload_file", permissions=["add"]
    )
    def from_file(self, request: HttpRequest) -> HttpResponse:
        return redirect("admin:billing_price_file")

    @admin.display(description="Price", ordering="amount")
    def price(self, price: Price) -> str:
        return words_of(price)

    @admin.display(description="Valid")
    def state(self, price: Price) -> SafeString:
        day, ends_on = today(), getattr(price, "ends_on", None)
        if price.valid_from > day:
            return label(STATES["coming"], "info")
        if ends_on is None:
            return label(STATES["now"], "success")
        if ends_on > day:
            return label(f"In force until {date_format(ends_on)}", "success")
        return label(f"Replaced on {date_format(ends_on)}", "")

    @admin.display(description="")
    def history(self, price: Price) -> SafeString:
        same = Price.objects.of_same_thing(price)
        rows = [(other, words_of(other)) for other in same]
        context = {"rows": rows, "shown": price}
        return render_to_string("billing/price_history.html", context)


def words_of(price: Price) -> str:
    return money_words.rate(price.amount, price.per, price.currency)


def told_of_the_past(since: date, *, change: bool) -> str:
    """Charged days stay as they are; only what had no price is filled in."""
    told = (
        f"Days since {date_format(since)} that were charged already keep what they "
        "have cost. To charge them at this price, ask for it under “Days priced again”."
    )
    if not change:
        return f"{told} What had no price until now gets this one within minutes."
    return (
        f"{told} If it was the provider who changed it, undo this and add a price with "
        "a later first day instead."
    )


def label(text: str, colour: str) -> SafeString:
    return render_to_string("unfold/helpers/label.html", {"text": text, "type": colour})

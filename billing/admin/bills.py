"""Our figures beside the providers' bills, and what remains unexplained."""

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import ExpressionWrapper, F, QuerySet, Value
from django.db.models.fields import DecimalField
from django.db.models.functions import Abs, Coalesce
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter

from billing.core import money_words
from billing.core.reading import NOTHING
from billing.models import Reconciliation
from billing.services.bill_words import remainder_words, what_words
from calls.admin.history import NOTHING as NOTHING_SHOWN
from calls.admin.history import ReadOnlyAdmin, label
from calls.core import zoned

AMOUNT = DecimalField(max_digits=20, decimal_places=6)
CENT = Decimal("0.01")


@admin.register(Reconciliation)
class ReconciliationAdmin(ReadOnlyAdmin):
    list_display = ("day", "provider", "what", "we_say", "they_say", "remains")
    list_filter = (
        ("provider", ChoicesDropdownFilter),
        ("day", RangeDateFilter),
    )
    date_hierarchy = "day"
    # The newest day first, and on it what differs most.
    ordering = ("-day", Abs(F("remainder")).desc(), "provider", "item")
    search_fields = ("item", "label")
    fields = (
        "day",
        "provider",
        "what",
        "we_say",
        "they_say",
        "remains",
        "explained",
        "when",
        "might_be",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reconciliation]:
        none = Value(Decimal(0), output_field=AMOUNT)
        difference = Coalesce("theirs", none) - Coalesce("ours", none)
        return Reconciliation.objects.annotate(
            remainder=ExpressionWrapper(difference, output_field=AMOUNT)
        )

    @admin.display(description="What for", ordering="item")
    def what(self, row: Reconciliation) -> str:
        return what_words(row)

    @admin.display(description="Our figure")
    def we_say(self, row: Reconciliation) -> str:
        return amount_words(row.ours, row)

    @admin.display(description="Their bill")
    def they_say(self, row: Reconciliation) -> str:
        return amount_words(row.theirs, row)

    @admin.display(description="Unexplained", ordering="remainder")
    def remains(self, row: Any) -> SafeString | str:
        if abs(row.remainder) < CENT:
            return label("Less than a cent", "success")
        words = money_words.money(abs(row.remainder), row.currency)
        more = "more" if row.remainder > NOTHING else "less"
        return label(f"{words} {more} than our figure", "warning")

    @admin.display(description="What that means")
    def explained(self, row: Any) -> str:
        return remainder_words(row, row.remainder)

    @admin.display(description="Compared")
    def when(self, row: Reconciliation) -> str:
        return zoned.short(row.compared_at, "UTC")

    @admin.display(description="Calls it might be")
    def might_be(self, row: Reconciliation) -> SafeString | str:
        calls = list(row.calls.select_related("sheet"))
        if not calls:
            return NOTHING_SHOWN
        return render_to_string("billing/bill_calls.html", {"calls": calls})


def amount_words(amount: Decimal | None, row: Reconciliation) -> str:
    return NOTHING_SHOWN if amount is None else money_words.money(amount, row.currency)

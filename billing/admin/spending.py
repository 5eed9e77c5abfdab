"""What was spent, by whatever one asks it by. The filters stay in the address."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from unfold.widgets import UnfoldAdminDateWidget, UnfoldAdminSelectWidget

from billing.models import DayTotal
from billing.services.outlook import outlooks
from billing.services.spending import BY_WORDS, spending
from billing.services.totals import By
from calls.admin.history import ReadOnlyAdmin

LONGEST_DAYS = 400
USUAL_DAYS = 30


class SpendingForm(forms.Form):
    first = forms.DateField(label="From", widget=UnfoldAdminDateWidget)
    last = forms.DateField(label="To", widget=UnfoldAdminDateWidget)
    by = forms.ChoiceField(
        label="By",
        choices=[(by.value, words) for by, words in BY_WORDS.items()],
        widget=UnfoldAdminSelectWidget,
    )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        first, last = found.get("first"), found.get("last")
        if first and last and first > last:
            self.add_error("last", "This day is before the first one.")
        elif first and last and (last - first).days > LONGEST_DAYS:
            self.add_error("last", f"Ask for at most {LONGEST_DAYS} days.")
        return found


def usual(today: date) -> dict[str, str]:
    first = today - timedelta(days=USUAL_DAYS - 1)
    return {
        "first": first.isoformat(),
        "last": today.isoformat(),
        "by": By.COMPONENT.value,
    }


@admin.register(DayTotal)
class SpendingAdmin(ReadOnlyAdmin):
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            return super().changelist_view(request, extra_context)
        asked = {name: request.GET[name] for name in request.GET}
        form = SpendingForm({**usual(timezone.now().date()), **asked})
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": "Spending",
            "form": form,
            "outlooks": outlooks(timezone.now()),
        }
        if form.is_valid():
            found = form.cleaned_data
            by = By(found["by"])
            context["by"] = BY_WORDS[by]
            context["spending"] = spending(found["first"], found["last"], by)
        return TemplateResponse(request, "billing/spending.html", context)

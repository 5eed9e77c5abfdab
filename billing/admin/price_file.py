"""Prices from a file, put in by hand."""

import io
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.generic import FormView
from unfold.views import UnfoldModelAdminViewMixin
from unfold.widgets import UnfoldAdminFileFieldWidget

from billing.core.errors import BadPriceFile
from billing.core.price_file import COLUMNS
from billing.core.units import CARRIER_ITEMS, UNIT_WORDS
from billing.services.prices import load_lines

MOST_BYTES = 1_000_000
MOST_MISTAKES = 20


class PriceFileForm(forms.Form):
    file = forms.FileField(
        label="File of prices",
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv"}),
        help_text="A table as text, one price a line, its values separated by commas. "
        "Spreadsheets save it as CSV.",
    )

    def clean_file(self) -> str:
        upload = self.cleaned_data["file"]
        if (upload.size or 0) > MOST_BYTES:
            raise forms.ValidationError("The file is too large to be a price list.")
        try:
            text: str = upload.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise forms.ValidationError(
                "The file is not plain text. Save it as CSV with UTF-8."
            ) from None
        return text


class PriceFileView(UnfoldModelAdminViewMixin, FormView):  # type: ignore[misc,type-arg]
    """All prices of a file are taken, or none and every mistake is named."""

    title = "Prices from a file"
    template_name = "billing/price_file.html"
    form_class = PriceFileForm
    permission_required = ("billing.add_price",)

    def form_valid(self, form: PriceFileForm) -> HttpResponse:
        lines = io.StringIO(form.cleaned_data["file"], newline="")
        try:
            added, known = load_lines(lines)
        except BadPriceFile as bad:
            for mistake in bad.mistakes[:MOST_MISTAKES]:
                form.add_error("file", mistake)
            return self.form_invalid(form)
        messages.success(self.request, told(added, known))
        return HttpResponseRedirect(reverse("admin:billing_price_changelist"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "columns": COLUMNS,
            "items": CARRIER_ITEMS,
            "units": {unit.value: words for unit, words in UNIT_WORDS.items()},
        }


def told(added: int, known: int) -> str:
    there = f" {known} were there already and stay as they are." if known else ""
    return f"{added} prices were added.{there}"

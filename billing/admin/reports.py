"""Who gets reports, what was sent, and the exchange rates they are converted by."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe
from unfold.admin import ModelAdmin as UnfoldAdmin
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminTextareaWidget,
)

from billing.admin import report_page
from billing.admin.sent_reports import standing
from billing.core.report_period import Rhythm, next_due
from billing.models import (
    ExchangeRate,
    ReportSubscription,
    SentReport,
)
from billing.tasks import send_copy
from calls.admin.history import NOTHING, person
from calls.core import zoned
from calls.tasks import enqueue
from routing.admin.fields import TimeZoneField, described
from routing.admin.pages import RecordedAdmin
from routing.models import PhoneNumber

if TYPE_CHECKING:
    # Unfold is not typed: it changes how Django's classes look, not what they take.
    ModelAdmin = admin.ModelAdmin[Any]
    SubscriptionModelForm = forms.ModelForm[ReportSubscription]
else:
    ModelAdmin = UnfoldAdmin
    SubscriptionModelForm = forms.ModelForm


class LinesField(forms.CharField):
    """Mail addresses, one in each line; commas and semicolons part them too."""

    widget = UnfoldAdminTextareaWidget(attrs={"rows": 4})

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        for sign in ",;":
            text = text.replace(sign, "\n")
        lines = (line.strip() for line in text.splitlines())
        return list(dict.fromkeys(line for line in lines if line))

    def clean(self, value: Any) -> Any:
        addresses = super().clean(value)
        wrong = [one for one in addresses if not is_address(one)]
        if wrong:
            raise forms.ValidationError(
                f"Not a mail address: {', '.join(wrong)}. Write one in each line, as "
                "in ana@example.com."
            )
        return addresses

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value


def is_address(text: str) -> bool:
    try:
        forms.EmailField().clean(text)
    except forms.ValidationError:
        return False
    return True


class SubscriptionForm(SubscriptionModelForm):
    recipients = LinesField(**described(ReportSubscription, "recipients"))
    numbers = forms.MultipleChoiceField(
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        **described(ReportSubscription, "numbers") | {"label": "Lines"},
    )
    time_zone = TimeZoneField(**described(ReportSubscription, "time_zone"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "numbers" in self.fields:
            known = {row.e164: str(row) for row in PhoneNumber.objects.all()}
            gone = {n: f"{n} (no longer here)" for n in self.instance.numbers or []}
            self.fields["numbers"].choices = list((gone | known).items())  # type: ignore[attr-defined]  # a choice field

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()


@admin.register(ReportSubscription)
class ReportSubscriptionAdmin(RecordedAdmin, ModelAdmin):
    form = SubscriptionForm
    list_display = ("name", "when", "to_whom", "lines", "next_mail", "last_mail")
    list_filter = ("active", "rhythm", "language")
    search_fields = ("name", "recipients")
    search_help_text = "A name or a mail address"
    warn_unsaved_form = True
    actions = ("send_me_a_copy",)
    fieldsets = (
        (None, {"fields": ("name", "active", "recipients", "numbers")}),
        ("When", {"fields": ("rhythm", "weekday", "send_at", "time_zone")}),
        ("How", {"fields": ("language", "currency", "attach_csv", "attach_xlsx")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReportSubscription]:
        latest = SentReport.objects.order_by("subscription_id", "-last_day", "-pk")
        last = latest.distinct("subscription_id").prefetch_related("deliveries")
        return ReportSubscription.objects.prefetch_related(
            Prefetch("reports", queryset=last, to_attr="last_reports")
        )

    def get_urls(self) -> list[URLPattern]:
        report = self.admin_site.admin_view(require_safe(self.report_view))
        return [path("report/", report, name="billing_report"), *super().get_urls()]

    def report_view(self, request: HttpRequest) -> HttpResponse:
        return report_page.show(
            request, {**self.admin_site.each_context(request), "opts": self.opts}
        )

    def save_model(
        self, request: HttpRequest, obj: ReportSubscription, form: Any, change: bool
    ) -> None:
        """What was due while it was paused, or sent in another rhythm, stays unsent."""
        began_anew = not change or {"active", "rhythm"} & set(form.changed_data)
        if began_anew:
            obj.served_since = timezone.now()
        super().save_model(request, obj, form, change)

    @admin.action(description="Send me a copy of the latest report")
    def send_me_a_copy(
        self, request: HttpRequest, chosen: QuerySet[ReportSubscription]
    ) -> None:
        address = person(request).email
        if not address:
            messages.error(request, "Your account has no mail address.")
            return
        for subscription in chosen:
            enqueue(send_copy, subscription.pk, address)
        messages.success(request, f"{len(chosen)} on the way to {address}.")

    @admin.display(description="When", ordering="send_at")
    def when(self, row: ReportSubscription) -> str:
        days = "Every day"
        if row.rhythm == Rhythm.WEEK:
            days = f"Every {row.get_weekday_display()}"
        return f"{days} at {row.send_at:%H:%M} ({row.time_zone})"

    @admin.display(description="To")
    def to_whom(self, row: ReportSubscription) -> str:
        first, *others = row.recipients
        return f"{first} and {len(others)} more" if others else first

    @admin.display(description="Lines")
    def lines(self, row: ReportSubscription) -> str:
        return f"{len(row.numbers)} chosen" if row.numbers else "All"

    @admin.display(description="Next mail")
    def next_mail(self, row: ReportSubscription) -> str:
        if not row.active:
            return "Paused"
        return zoned.short(next_due(row.timing(), timezone.now()), row.time_zone)

    @admin.display(description="Last mail")
    def last_mail(self, row: ReportSubscription) -> SafeString | str:
        reports: list[SentReport] = getattr(row, "last_reports", [])
        return standing(reports[0]) if reports else NOTHING


@admin.register(ExchangeRate)
class ExchangeRateAdmin(RecordedAdmin, ModelAdmin):
    list_display = ("currency", "worth", "valid_from", "note")
    list_filter = ("currency",)
    fieldsets = (
        (
            None,
            {
                "fields": ("currency", "rate", "valid_from", "note"),
                "description": "Only reports are converted, and only by rates that "
                "somebody enters here.",
            },
        ),
    )

    @admin.display(description="One US dollar is", ordering="rate")
    def worth(self, rate: ExchangeRate) -> str:
        return f"{rate.rate.normalize():f} {rate.currency}"

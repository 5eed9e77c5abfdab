"""What was sent to whom, and sending again what did not certainly arrive."""

from datetime import date
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from billing.core.report_period import Period
from billing.models import Delivery, SendState, SentReport
from billing.services import report_delivery
from billing.services import report_words as words
from billing.tasks import send_report
from calls.admin.history import ReadOnlyAdmin, TabularInline, label, person
from calls.core import zoned
from calls.tasks import enqueue

COLOURS = {
    SendState.WAITING: "info",
    SendState.HANDING_OVER: "info",
    SendState.SENT: "success",
    SendState.REFUSED: "danger",
    SendState.UNKNOWN: "warning",
    SendState.GIVEN_UP: "danger",
}


def standing(report: SentReport) -> SafeString:
    """The worst that is true of any recipient."""
    states = {SendState(one.state) for one in report.deliveries.all()}
    worst = next((state for state in WORST_FIRST if state in states), SendState.SENT)
    return label(worst.label, COLOURS[worst])


WORST_FIRST = (
    SendState.GIVEN_UP,
    SendState.REFUSED,
    SendState.UNKNOWN,
    SendState.WAITING,
    SendState.HANDING_OVER,
)


MEANINGS = {
    SendState.GIVEN_UP: "Given up: it was tried for most of a day, and the mail server "
    "never took it.",
    SendState.REFUSED: "Refused: the mail server will never take a mail to this "
    "address. Look whether the address is right, and correct it in the report "
    "subscription: the next report goes there.",
    SendState.UNKNOWN: "Perhaps sent: the mail was being handed to the mail server "
    "when the connection broke or we were stopped. Nobody can know whether it arrived, "
    "so it is not sent again by itself: nobody is to get it twice. Ask the recipient; "
    "if it is missing, send it again here.",
    SendState.WAITING: "Waiting: it is tried again by itself.",
    SendState.HANDING_OVER: "Being handed over: the mail server is taking it now.",
    SendState.SENT: "Sent: the mail server has taken it.",
}


def meanings(report: SentReport) -> dict[SendState, str]:
    """Of the states that its recipients are in, the worst first."""
    states = {SendState(one.state) for one in report.deliveries.all()}
    return {state: words for state, words in MEANINGS.items() if state in states}


def may_send(request: HttpRequest) -> bool:
    """As who decides to whom reports go."""
    return person(request).has_perm("billing.change_reportsubscription")


class DeliveryInline(TabularInline):
    model = Delivery
    fields = ("address", "standing", "why", "moment")
    readonly_fields = fields
    extra = 0
    can_delete = False
    verbose_name_plural = "recipients"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="State")
    def standing(self, delivery: Delivery) -> SafeString:
        state = SendState(delivery.state)
        return label(state.label, COLOURS[state])

    @admin.display(description="When")
    def moment(self, delivery: Delivery) -> str:
        return zoned.short(delivery.at, delivery.report.time_zone)


@admin.register(SentReport)
class SentReportAdmin(ReadOnlyAdmin):
    list_display = ("days", "subscription", "standing", "recipients", "due")
    list_filter = ("subscription",)
    fields = ("subscription", "days", "standing", "meaning", "due", "tries")
    readonly_fields = fields
    inlines = (DeliveryInline,)
    change_form_template = "billing/sent_report.html"

    def get_urls(self) -> list[URLPattern]:
        again = self.admin_site.admin_view(self.again_view)
        return [
            path("<int:pk>/again/", again, name="billing_sentreport_again"),
            *super().get_urls(),
        ]

    def again_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not may_send(request) or request.method != "POST":
            raise PermissionDenied
        many = report_delivery.send_again(pk, timezone.now())
        if many:
            enqueue(send_report, pk)
            people = "1 recipient" if many == 1 else f"{many} recipients"
            messages.success(request, f"It is on its way to {people} again.")
        else:
            messages.info(request, "There is nobody to send it to again.")
        page = reverse("admin:billing_sentreport_change", args=[pk])
        return HttpResponseRedirect(page)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        report = kwargs.get("obj")
        found = {} if report is None else meanings(report)
        again = bool(found.keys() & set(report_delivery.AGAIN))
        context["may_send_again"] = again and may_send(request)
        context["perhaps_there"] = SendState.UNKNOWN in found
        page: HttpResponse = super().render_change_form(
            request, context, *args, **kwargs
        )
        return page

    def get_queryset(self, request: HttpRequest) -> QuerySet[SentReport]:
        return (
            SentReport.objects.select_related("subscription")
            .prefetch_related("deliveries")
            .annotate(
                reached=Count("deliveries", filter=Q(deliveries__state=SendState.SENT)),
                asked=Count("deliveries"),
            )
            .order_by("-last_day", "-created_at")
        )

    @admin.display(description="Days", ordering="last_day")
    def days(self, report: SentReport) -> str:
        return days_words(report.first_day, report.last_day)

    @admin.display(description="State")
    def standing(self, report: SentReport) -> SafeString:
        return standing(report)

    @admin.display(description="What that means")
    def meaning(self, report: SentReport) -> SafeString:
        return format_html_join(
            "", "<p>{}</p>", ((words,) for words in meanings(report).values())
        )

    @admin.display(description="Recipients")
    def recipients(self, report: SentReport) -> str:
        return (
            f"{getattr(report, 'reached', 0)} of {getattr(report, 'asked', 0)} reached"
        )

    @admin.display(description="Due", ordering="created_at")
    def due(self, report: SentReport) -> str:
        return zoned.short(report.created_at, report.time_zone)


def days_words(first: date, last: date) -> str:
    return words.days(Period(first, last, "UTC"))

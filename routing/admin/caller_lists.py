import csv
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldBooleanSwitchWidget

from routing.admin.pages import RecordedAdmin, RoutingAdmin, RoutingForm
from routing.core.callers import spaced
from routing.errors import CallerFileRefused
from routing.models import AccountLimits, CallerEntry, CallerList
from routing.services import caller_files

IMPORT = "routing.add_callerentry"


class CallerFileForm(forms.Form):
    file = forms.FileField(
        label="CSV file",
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv"}),
        help_text="With the headings caller, reason and until, as it is exported. A "
        "wrong file is refused whole, with the line and what to change there.",
    )
    replace = forms.BooleanField(
        label="Take everybody else off the list",
        required=False,
        widget=UnfoldBooleanSwitchWidget(),
        help_text="Otherwise who is on the list and not in the file stays on it.",
    )


@admin.register(CallerList)
class CallerListAdmin(RoutingAdmin):
    list_display = ("name", "kind", "callers")
    list_filter = ("kind",)
    search_fields = ("name", "notes")
    fieldsets = ((None, {"fields": ("name", "kind", "notes")}),)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[CallerList]":
        lists: QuerySet[CallerList] = super().get_queryset(request)
        return lists.annotate(size=Count("entries"))

    @admin.display(description="Callers on it", ordering="size")
    def callers(self, row: Any) -> SafeString:
        page = reverse("admin:routing_callerentry_changelist")
        address = f"{page}?caller_list__id__exact={row.pk}"
        return format_html(
            '<a class="underline" href="{}">{} callers</a>', address, row.size
        )

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path(
                "<int:pk>/export/",
                wrap(self.export_view),
                name="routing_callerlist_export",
            ),
            path(
                "<int:pk>/import/",
                wrap(self.import_view),
                name="routing_callerlist_import",
            ),
            *super().get_urls(),
        ]

    def export_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not request.user.has_perm("routing.view_callerentry"):
            raise PermissionDenied
        chosen = get_object_or_404(CallerList, pk=pk)
        answer = HttpResponse(content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="callers-{pk}.csv"'
        answer.write("\ufeff")  # tells Excel that this is UTF-8
        writer = csv.writer(answer)
        writer.writerows(caller_files.lines(chosen.entries.all()))
        return answer

    def import_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not request.user.has_perm(IMPORT):
            raise PermissionDenied
        chosen = get_object_or_404(CallerList, pk=pk)
        form = CallerFileForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            taken = self.take(request, chosen, form)
            if taken is not None:
                return taken
        context = {
            **self.admin_site.each_context(request),
            "title": f"Callers for “{chosen.name}” from a file",
            "opts": self.opts,
            "original": chosen,
            "form": form,
        }
        template = "admin/routing/callerlist/import.html"
        return TemplateResponse(request, template, context)

    def take(
        self, request: HttpRequest, chosen: CallerList, form: CallerFileForm
    ) -> HttpResponse | None:
        user, replace = request.user, form.cleaned_data["replace"]
        assert isinstance(user, User)  # the permission was checked
        if replace and not user.has_perm("routing.delete_callerentry"):
            raise PermissionDenied
        try:
            content = form.cleaned_data["file"].read()
            rows = caller_files.read_file(content, timezone.now())
        except CallerFileRefused as problem:
            form.add_error("file", f"Nothing was taken. {problem}")
            return None
        count, gone = caller_files.take(chosen, rows, user, replace=replace)
        text = f"{count} callers are on the list by this file"
        text += f", {gone} were taken off." if gone else "."
        messages.success(request, f"{text} It holds for the next call.")
        page = reverse("admin:routing_callerentry_changelist")
        return HttpResponseRedirect(f"{page}?caller_list__id__exact={chosen.pk}")


class HoldingFilter(admin.SimpleListFilter):
    title = "standing"
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("now", "Holds now"), ("over", "Has ended")]

    def queryset(
        self, request: HttpRequest, queryset: "QuerySet[CallerEntry]"
    ) -> "QuerySet[CallerEntry]":
        now = timezone.now()
        if self.value() == "over":
            return queryset.filter(expires_at__lte=now)
        if self.value() == "now":
            return queryset.exclude(expires_at__lte=now)
        return queryset


@admin.register(CallerEntry)
class CallerEntryAdmin(RecordedAdmin):
    """What is saved here holds for the next call: nothing needs to be published."""

    form = RoutingForm
    list_display = ("shown", "caller_list", "reason", "added_by", "added", "until")
    list_filter = ("caller_list", HoldingFilter)
    search_fields = ("caller", "reason")
    list_select_related = ("caller_list", "author")
    list_per_page = 100
    fieldsets = ((None, {"fields": ("caller_list", "caller", "reason", "expires_at")}),)

    def save_model(
        self,
        request: HttpRequest,
        obj: CallerEntry,
        form: "ModelForm[CallerEntry]",
        change: bool,
    ) -> None:
        if not change:
            assert isinstance(request.user, User)  # the permission was checked
            obj.author = request.user
        super().save_model(request, obj, form, change)

    @admin.display(description="Caller", ordering="caller")
    def shown(self, row: CallerEntry) -> str:
        return spaced(row.caller)

    @admin.display(description="Added by", ordering="author__username")
    def added_by(self, row: CallerEntry) -> str:
        return str(row.author) if row.author else "–"

    @admin.display(description="Added", ordering="created_at")
    def added(self, row: CallerEntry) -> str:
        return f"{timezone.localtime(row.created_at):%d %b %Y, %H:%M %Z}"

    @admin.display(description="Until", ordering="expires_at")
    def until(self, row: CallerEntry) -> str:
        if row.expires_at is None:
            return "stays"
        ended = " (ended)" if row.expires_at <= timezone.now() else ""
        return f"{timezone.localtime(row.expires_at):%d %b %Y, %H:%M %Z}{ended}"


@admin.register(AccountLimits)
class AccountLimitsAdmin(RoutingAdmin):
    list_display = ("name", "max_calls", "kept_calls")
    fieldsets = ((None, {"fields": ("max_calls", "kept_calls")}),)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

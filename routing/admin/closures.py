"""The emergency switch: on, off, and what was done with it before."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget

from routing.admin.fields import described
from routing.admin.pages import RecordedAdmin, RoutingForm
from routing.core.callers import spaced
from routing.core.ruleset import CONTACT, Ruleset
from routing.errors import NoRelease
from routing.models.closures import EmergencyClosure
from routing.services import closures, live

ALL_NUMBERS = ("", "All numbers")
UNTIL_ENDED = "0"
MINUTES = (
    (UNTIL_ENDED, "until somebody ends it"),
    ("30", "for 30 minutes"),
    ("60", "for an hour"),
    ("120", "for two hours"),
    ("240", "for four hours"),
    ("480", "for eight hours"),
    ("1440", "for a day"),
)


class ClosureForm(RoutingForm):
    """Numbers and people are those of the release that calls are decided from."""

    dialled = forms.ChoiceField(
        label="Which line", required=False, widget=UnfoldAdminSelectWidget
    )
    policy = forms.ChoiceField(
        **{**described(EmergencyClosure, "policy"), "required": False},
        widget=UnfoldAdminSelectWidget,
    )
    lasts = forms.ChoiceField(
        label="How long", choices=MINUTES, widget=UnfoldAdminSelectWidget
    )

    class Meta:
        model = EmergencyClosure
        fields = ("dialled", "action", "policy", "message", "reason", "lasts")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ruleset = in_use()
        self.lines = {
            n.e164: f"{n.label} ({spaced(n.e164)})" for n in ruleset.numbers.values()
        }
        self.people = people_of(ruleset)
        for name, choices in (
            ("dialled", [ALL_NUMBERS, *sorted(self.lines.items())]),
            ("policy", [("", "–"), *self.people.items()]),
        ):
            field = self.fields.get(name)
            if isinstance(field, forms.ChoiceField):  # a reader's page has none
                field.choices = choices

    def clean(self) -> dict[str, Any]:
        """The names are kept, for they may change or go."""
        values = super().clean() or self.cleaned_data
        dialled, policy = values.get("dialled", ""), values.get("policy", "")
        self.instance.dialled = dialled
        self.instance.line = self.lines.get(dialled, "All numbers")
        self.instance.policy = policy
        self.instance.policy_name = self.people.get(policy, "")
        now = timezone.now()
        if closures.in_force(now).filter(dialled=dialled).exists():
            self.add_error("dialled", "This is closed already. End that closure first.")
        minutes = int(values.get("lasts") or UNTIL_ENDED)
        self.instance.ends_at = now + timedelta(minutes=minutes) if minutes else None
        return values


def in_use() -> Ruleset:
    try:
        return live.current()
    except NoRelease:
        return Ruleset(number=0)


def people_of(ruleset: Ruleset) -> dict[str, str]:
    policies = {p.key: f"{p.name} (policy)" for p in ruleset.policies.values()}
    contacts = {f"{CONTACT}{c.key}": c.name for c in ruleset.contacts.values()}
    return policies | contacts


@admin.register(EmergencyClosure)
class EmergencyClosureAdmin(RecordedAdmin):
    """Switched on by adding one. What it says is never changed, only ended."""

    form = ClosureForm
    list_display = ("name", "standing", "gets", "reason", "switched_on", "end")
    list_select_related = ("started_by", "ended_by")
    search_fields = ("reason", "line", "dialled")
    readonly_fields = (
        "name",
        "standing",
        "gets",
        "message",
        "reason",
        "switched_on",
        "end",
    )
    conditional_fields = {"policy": "action == 'divert'"}
    fieldsets = ((None, {"fields": readonly_fields}),)
    add_fieldsets = (
        (
            None,
            {
                "description": "This holds from the next call on, without publishing, "
                "before every rule. Calls that are going on are not touched.",
                "fields": ClosureForm.Meta.fields,
            },
        ),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.add_fieldsets if obj is None else self.fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else self.readonly_fields

    def get_conditional_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.conditional_fields if obj is None else {}

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(
        self, request: HttpRequest, obj: EmergencyClosure, form: Any, change: bool
    ) -> None:
        obj.started_by = person(request)
        super().save_model(request, obj, form, change)

    def get_urls(self) -> list[URLPattern]:
        end = self.admin_site.admin_view(self.end_view)
        return [
            path("<int:pk>/end/", end, name="routing_emergencyclosure_end"),
            *super().get_urls(),
        ]

    def end_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not may_end(request):
            raise PermissionDenied
        closure = get_object_or_404(EmergencyClosure, pk=pk)
        if request.method != "POST":  # whoever had to log in again comes like this
            return HttpResponseRedirect(
                reverse("admin:routing_emergencyclosure_change", args=[pk])
            )
        if closures.end(closure, by=person(request), at=timezone.now()):
            messages.success(request, f"{closure} has ended. Calls are taken again.")
        else:
            messages.info(request, f"{closure} was over already.")
        return HttpResponseRedirect(
            reverse("admin:routing_emergencyclosure_changelist")
        )

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        obj = kwargs.get("obj")
        on = obj is not None and is_on(obj)
        context["may_end"] = on and may_end(request)
        page: HttpResponse = super().render_change_form(
            request, context, *args, **kwargs
        )
        return page

    @admin.display(description="Line")
    def name(self, row: EmergencyClosure) -> str:
        return f"{row.line} ({spaced(row.dialled)})" if row.dialled else row.line

    @admin.display(description="Standing")
    def standing(self, row: EmergencyClosure) -> str:
        return "On" if is_on(row) else "Over"

    @admin.display(description="Callers get")
    def gets(self, row: EmergencyClosure) -> str:
        who = f": {row.policy_name}" if row.policy_name else ""
        return f"{row.get_action_display()}{who}"

    @admin.display(description="Switched on", ordering="started_at")
    def switched_on(self, row: EmergencyClosure) -> str:
        return closures.switched_on(row)

    @admin.display(description="End", empty_value="–")
    def end(self, row: EmergencyClosure) -> str:
        if row.ended_at is not None:
            at = timezone.localtime(row.ended_at)
            return f"{row.ended_by or 'somebody'}, {at:%d %b %Y, %H:%M %Z}"
        if row.ends_at is None:
            return ""
        at = timezone.localtime(row.ends_at)
        return f"by itself, {at:%d %b %Y, %H:%M %Z}"


def is_on(row: EmergencyClosure) -> bool:
    now = timezone.now()
    return row.ended_at is None and (row.ends_at is None or row.ends_at > now)


def may_end(request: HttpRequest) -> bool:
    return request.user.has_perm("routing.change_emergencyclosure")


def person(request: HttpRequest) -> User:
    """Who is asking; the admin lets nobody in who is not logged in."""
    assert isinstance(request.user, User)
    return request.user

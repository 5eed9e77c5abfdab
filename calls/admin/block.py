"""“Block this caller”: from the page of a call, for a reason, at once."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from calls.admin.history import ModelAdmin, person
from calls.models import Call
from calls.templatetags import telling
from routing.core.decision import CallerKind, ListKind
from routing.models import CallerEntry, CallerList
from routing.services import caller_lists

MAY_BLOCK = "routing.add_callerentry"
CAN_BE_BLOCKED = (CallerKind.NUMBER, CallerKind.SIP)
FIRST_LIST = "Blocked callers"
FOR_EVER = "0"
DAYS = (
    (FOR_EVER, "until somebody takes the caller off the list"),
    ("1", "for a day"),
    ("7", "for a week"),
    ("30", "for 30 days"),
    ("365", "for a year"),
)


class BlockForm(forms.Form):
    reason = forms.CharField(
        label="Why",
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text="Your colleagues read it when they ask why this caller is blocked.",
    )
    chosen = forms.ChoiceField(label="Which list", widget=UnfoldAdminSelectWidget)
    lasts = forms.ChoiceField(
        label="How long", choices=DAYS, widget=UnfoldAdminSelectWidget
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lists = CallerList.objects.filter(kind=ListKind.BLOCK)
        names = list(lists.values_list("name", flat=True)) or [FIRST_LIST]
        field = self.fields["chosen"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(name, name) for name in names]

    def chosen_list(self) -> CallerList:
        """The first one is made when somebody is blocked for the first time."""
        found, _ = CallerList.objects.get_or_create(
            name=self.cleaned_data["chosen"], defaults={"kind": ListKind.BLOCK}
        )
        return found


def may_block(request: HttpRequest, call: Call) -> bool:
    known = call.caller_kind in CAN_BE_BLOCKED
    return known and bool(request.user.has_perm(MAY_BLOCK))


def entries_of(call: Call) -> list[CallerEntry]:
    """The lists that the caller is on by now, with the reasons."""
    if call.caller_kind not in CAN_BE_BLOCKED:
        return []
    return caller_lists.entries_of(call.caller, timezone.now())


def block(request: HttpRequest, site: ModelAdmin, call: Call) -> HttpResponse:
    if not may_block(request, call):
        raise PermissionDenied
    form = BlockForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return blocked(request, site, call, form)
    context = {
        **site.admin_site.each_context(request),
        "title": f"Block {telling.caller_words(call)}",
        "opts": site.opts,
        "original": call,
        "form": form,
        "call": call,
    }
    return TemplateResponse(request, "calls/block.html", context)


def blocked(
    request: HttpRequest, site: ModelAdmin, call: Call, form: BlockForm
) -> HttpResponse:
    days = int(form.cleaned_data["lasts"])
    entry = caller_lists.put_on(
        form.chosen_list(),
        call.caller,
        reason=form.cleaned_data["reason"],
        author=person(request),
        until=timezone.now() + timedelta(days=days) if days else None,
    )
    site.log_change(request, call, f"Blocked the caller: {entry.reason}")
    messages.success(
        request,
        f"{entry} is on “{entry.caller_list}”, and turned away from the next call on.",
    )
    return HttpResponseRedirect(reverse("admin:calls_call_change", args=[call.pk]))

"""Putting rules somewhere else in their order, however far that is.

Rules that are shown together are dragged. From one page of a long list to another
nothing can be dragged, so the place is typed.
"""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from routing.models import RoutingRule
from routing.services.rule_order import move, places


class MoveForm(forms.Form):
    place = forms.IntegerField(
        label="New place",
        min_value=1,
        widget=UnfoldAdminIntegerFieldWidget(attrs={"autofocus": True}),
    )

    def __init__(self, last: int, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].widget.attrs |= {"min": 1, "max": last}
        self.fields["place"].help_text = (
            f"1 is tried first, {last} last. The rules that are there now, and those "
            "after them, come after what you move."
        )


@admin.action(description="Move to another place", permissions=["change"])
def move_rules(
    model_admin: Any, request: HttpRequest, queryset: "QuerySet[RoutingRule]"
) -> HttpResponse:
    """Asks for the place first."""
    known = places()
    chosen = sorted(queryset.order_by(), key=lambda rule: known[rule.pk])
    last = len(known) - len(chosen) + 1
    form = MoveForm(last, request.POST if "place" in request.POST else None)
    if form.is_valid():
        place = min(form.cleaned_data["place"], last)
        move([rule.pk for rule in chosen], place)
        names = chosen[0].name if len(chosen) == 1 else f"{len(chosen)} rules"
        messages.success(request, f"Moved to place {place}: {names}.")
        return HttpResponseRedirect(page_of(place, model_admin.list_per_page))
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Move rules",
        "opts": model_admin.opts,
        "form": form,
        "rules": [(known[rule.pk], rule) for rule in chosen],
    }
    template = "admin/routing/routingrule/move.html"
    return TemplateResponse(request, template, context)


def page_of(place: int, per_page: int) -> str:
    """The page of the whole list on which the place is."""
    page = reverse("admin:routing_routingrule_changelist")
    return f"{page}?p={(place - 1) // per_page + 1}"

"""The page of one call: what happened, told from top to bottom, and its review."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from calls import reports
from calls.admin import block
from calls.admin.history import ModelAdmin, person
from calls.core.words import CallState, HandoffReason
from calls.models import Call, Handoff
from calls.models.call import choices
from calls.services import reviews
from calls.templatetags import telling

REFRESH_SECONDS = 3
LAYOUTS = {False: "admin/base_site.html", True: "calls/part.html"}


class ReviewForm(forms.Form):
    """A note, and for every handoff the reason it should have had."""

    note = forms.CharField(
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="What went well, and what the agent should do differently.",
    )

    def __init__(self, *args: Any, handoffs: Iterable[Handoff], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.handoffs = {f"reason_{handoff.pk}": handoff for handoff in handoffs}
        for name, handoff in self.handoffs.items():
            self.fields[name] = forms.ChoiceField(
                label="Why the caller was really handed over",
                choices=choices(HandoffReason),
                initial=handoff.corrected_reason or handoff.reason,
                widget=UnfoldAdminSelectWidget,
                help_text=f"The reason given was: {handoff.get_reason_display()}.",
            )
        self.order_fields([*self.handoffs, "note"])

    def corrections(self) -> list[tuple[Handoff, HandoffReason]]:
        return [
            (handoff, HandoffReason(self.cleaned_data[name]))
            for name, handoff in self.handoffs.items()
        ]


def show(
    request: HttpRequest, site: ModelAdmin, call: Call, form: ReviewForm | None = None
) -> TemplateResponse:
    story = reports.story_of(
        call, callbacks=request.user.has_perm("calls.view_callback")
    )
    going_on = call.state != CallState.CLOSED
    if form is None and not going_on and request.user.has_perm("calls.review_call"):
        form = ReviewForm(handoffs=story.handoffs, initial={"note": call.review_note})
    context = {
        **site.admin_site.each_context(request),
        "layout": LAYOUTS["part" in request.GET],
        "title": f"Call from {telling.caller_words(call)}",
        "opts": site.opts,
        "original": call,
        "story": story,
        "call": call,
        "now": timezone.now(),
        "refresh": REFRESH_SECONDS if going_on else 0,
        "form": form,
        "listed": block.entries_of(call),
        "may_block": block.may_block(request, call),
        "review_url": reverse("admin:calls_call_review", args=[call.pk]),
    }
    return TemplateResponse(request, "calls/call.html", context)


def review(request: HttpRequest, site: ModelAdmin, call: Call) -> HttpResponse:
    page = reverse("admin:calls_call_change", args=[call.pk])
    if not request.user.has_perm("calls.review_call"):
        raise PermissionDenied
    if request.method != "POST" or call.state != CallState.CLOSED:
        return HttpResponseRedirect(page)
    form = ReviewForm(request.POST, handoffs=call.handoffs.all())
    if not form.is_valid():
        return show(request, site, call, form)
    reviews.review_call(
        call,
        by=person(request),
        at=timezone.now(),
        note=form.cleaned_data["note"],
        corrections=form.corrections(),
    )
    site.log_change(request, call, "Reviewed.")
    messages.success(request, "The call is marked as reviewed.")
    return HttpResponseRedirect(page)

"""The page of one call: what happened, told from top to bottom, and its review."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from calls import reports
from calls.admin import block
from calls.admin.history import ModelAdmin, person
from calls.admin.review_form import ReviewForm
from calls.core.words import CallState
from calls.models import Call
from calls.services import reviews
from calls.templatetags import telling

REFRESH_SECONDS = 3
LAYOUTS = {False: "admin/base_site.html", True: "calls/part.html"}


def show(
    request: HttpRequest, site: ModelAdmin, call: Call, form: ReviewForm | None = None
) -> TemplateResponse:
    story = reports.story_of(
        call, callbacks=request.user.has_perm("calls.view_callback")
    )
    going_on = call.state != CallState.CLOSED
    if form is None and not going_on and request.user.has_perm("calls.review_call"):
        form = ReviewForm(call=call, handoffs=story.handoffs)
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
    with transaction.atomic():
        # Of two reviewers at the same moment the second one sees what the first wrote.
        Call.objects.select_for_update().get(pk=call.pk)
        call.refresh_from_db(fields=["reviewed_at", "reviewed_by", "review_note"])
        form = ReviewForm(request.POST, call=call, handoffs=call.handoffs.all())
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

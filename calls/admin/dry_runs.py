"""Dry runs: asked for on a form, watched while they go on, and kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminSingleDateWidget

from calls import tasks
from calls.admin.history import ReadOnlyAdmin, person
from calls.admin.trial import DRAFT, release_names
from calls.core.dry_run import RunState, Way, read_tally
from calls.core.explained import VERDICTS
from calls.models import DryRun
from calls.services import dry_runs
from routing.core.decision import Verdict
from routing.services import releases

REFRESH_SECONDS = 2
WEEK = timedelta(days=7)
WAYS = {
    Verdict.ACCEPT: "answered by",
    Verdict.DIVERT: "put through to",
    Verdict.VOICEMAIL: "voicemail",
    Verdict.CALLBACK: "offered a call back",
    Verdict.REJECT: "refused",
}
assert WAYS.keys() == VERDICTS.keys()


class DryRunForm(forms.Form):
    which = forms.ChoiceField(
        label="What is tried",
        widget=UnfoldAdminSelectWidget,
        help_text="Against the calls of the period, with all that was known of each.",
    )
    since = forms.DateField(
        label="First day", widget=UnfoldAdminSingleDateWidget, help_text="In UTC."
    )
    until = forms.DateField(
        label="Last day",
        widget=UnfoldAdminSingleDateWidget,
        help_text="This day is included.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["which"].choices = release_names()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if since and until and until < since:
            self.add_error("until", "It ends before it begins; choose a later day.")
        return given

    def period(self) -> dry_runs.Period:
        first, last = self.cleaned_data["since"], self.cleaned_data["until"]
        utc = timezone.get_fixed_timezone(0)
        begins = datetime.combine(first, datetime.min.time(), utc)
        ends = datetime.combine(last, datetime.min.time(), utc) + timedelta(days=1)
        return dry_runs.Period(begins, ends)


@dataclass(frozen=True, slots=True)
class Row:
    line: str
    before: str
    after: str
    rule: str
    count: int
    examples: list[int]


@admin.register(DryRun)
class DryRunAdmin(ReadOnlyAdmin):
    list_display = ("name", "asked_at", "asked_by", "period", "calls", "elsewhere")
    list_select_related = ("asked_by",)
    list_filter = ("state",)
    search_fields = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[DryRun]:
        return DryRun.objects.defer("snapshot").order_by("-asked_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("calls.view_call") and (
            request.user.has_perm("routing.change_routingrule")
            or request.user.has_perm("routing.publish_release")
        )

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = DryRunForm(request.POST or None, initial=last_week())
        if request.method == "POST" and form.is_valid():
            run = begin(request, form)
            page = reverse("admin:calls_dryrun_change", args=[run.pk])
            return HttpResponseRedirect(page)
        context = {
            **self.admin_site.each_context(request),
            "title": "Dry run",
            "opts": self.opts,
            "form": form,
        }
        return TemplateResponse(request, "calls/dry_run_form.html", context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        runs = self.get_queryset(request)
        if not self.has_view_permission(request):
            raise PermissionDenied
        key = int(object_id) if object_id.isdecimal() and len(object_id) < 19 else 0
        run = get_object_or_404(runs, pk=key)
        going_on = run.state in (RunState.WAITING, RunState.RUNNING)
        tally = read_tally(run.tally)
        context = {
            **self.admin_site.each_context(request),
            "title": str(run),
            "opts": self.opts,
            "run": run,
            "tally": tally,
            "share": 100 * tally.looked_at // run.total if run.total else 100,
            "rows": rows_of(run),
            "refresh": REFRESH_SECONDS if going_on else 0,
        }
        return TemplateResponse(request, "calls/dry_run.html", context)

    @admin.display(description="Period")
    def period(self, run: DryRun) -> str:
        last = run.until - timedelta(days=1)
        return f"{run.since:%d %b %Y} to {last:%d %b %Y}"

    @admin.display(description="Calls")
    def calls(self, run: DryRun) -> str:
        looked_at = run.tally.get("looked_at", 0)
        done = run.state == RunState.DONE
        return f"{looked_at:,}" if done else f"{looked_at:,} of {run.total:,}"

    @admin.display(description="Would have gone elsewhere")
    def elsewhere(self, run: DryRun) -> str:
        return f"{run.tally.get('moved', 0):,}"


def last_week() -> dict[str, Any]:
    today = timezone.localdate()
    return {"since": today - WEEK, "until": today - timedelta(days=1)}


def begin(request: HttpRequest, form: DryRunForm) -> DryRun:
    which = form.cleaned_data["which"]
    draft = which == DRAFT
    snapshot = releases.draft_snapshot() if draft else releases.snapshot_of(int(which))
    name = "the draft" if draft else f"release {which}"
    run = dry_runs.ask(name, snapshot, form.period(), person(request))
    tasks.enqueue(tasks.dry_run, run.pk)
    return run


def rows_of(run: DryRun) -> list[Row]:
    """The most frequent first."""
    tally = read_tally(run.tally)
    names = {"agents": tally.names, "policies": {}, "profiles": {}}
    snapshot = DryRun.objects.values_list("snapshot", flat=True).get(pk=run.pk)
    for section, known in names.items():
        for record in snapshot.get(section, []):
            known.setdefault(record["key"], record["name"])
    found = [
        Row(line, words(before, names), words(after, names), rule, count, calls)
        for (line, before, after, rule), count in tally.counts.items()
        for calls in [tally.examples[line, before, after, rule]]
    ]
    return sorted(found, key=lambda row: -row.count)


def words(way: Way, names: dict[str, dict[str, str]]) -> str:
    verdict, agent, profile, policy = way
    start = WAYS.get(Verdict(verdict), verdict) if verdict else "not decided"
    gone = "one that is gone"
    parts = [names["agents"].get(agent, gone)] if agent else []
    if verdict == Verdict.DIVERT:
        parts = [names["policies"].get(policy, "a contact or policy of its own")]
    more = [names["profiles"].get(profile, gone)] if profile else []
    more += (
        [f"handing over to {names['policies'].get(policy, gone)}"]
        if (agent and policy)
        else []
    )
    end = f" ({', '.join(more)})" if more else ""
    return " ".join([start, *parts]) + end

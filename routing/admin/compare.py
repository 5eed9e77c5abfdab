"""What differs between any two releases, or a release and the draft, in words."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.generic import TemplateView
from unfold.views import UnfoldModelAdminViewMixin
from unfold.widgets import UnfoldAdminSelectWidget

from routing.errors import NotRestorable, UnknownRelease
from routing.models import Release
from routing.services import config, releases
from routing.services.snapshot import Snapshot

DRAFT = "draft"
MOST_OFFERED = 500


class CompareForm(forms.Form):
    old = forms.ChoiceField(label="Before", widget=UnfoldAdminSelectWidget)
    new = forms.ChoiceField(label="After", widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(DRAFT, "The draft, as it is in the admin now"), *release_choices()]
        for name in ("old", "new"):
            self.fields[name].choices = choices  # type: ignore[attr-defined]


def release_choices() -> list[tuple[str, str]]:
    newest = Release.objects.values_list("number", "created_at", "note")
    return [
        (str(number), f"Release {number}, {at:%d %b %Y %H:%M %Z}{shortly(note)}")
        for number, at, note in newest[:MOST_OFFERED]
    ]


def shortly(note: str) -> str:
    first = " ".join(note.split())
    return f": {first[:60]}" if first else ""


class CompareView(UnfoldModelAdminViewMixin, TemplateView):  # type: ignore[misc]
    title = "Compare"
    permission_required = "routing.view_release"
    template_name = "admin/routing/release/compare.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.pop("model_admin", None)  # the address names it, and so does the view
        form = CompareForm(self.request.GET or self.usual())
        context = {**super().get_context_data(**kwargs), "form": form}
        if not form.is_valid():
            return context
        old, new = form.cleaned_data["old"], form.cleaned_data["new"]
        try:
            changes = releases.changes_between(snapshot(old), snapshot(new))
        except UnknownRelease as problem:
            return {**context, "problem": str(problem)}
        names = {"before": name_of(old), "after": name_of(new)}
        return {**context, **names, "changes": changes, "compared": True}

    def usual(self) -> dict[str, str]:
        return {"old": str(releases.newest_number() or DRAFT), "new": DRAFT}


def snapshot(which: str) -> Snapshot:
    if which == DRAFT:
        return releases.draft_snapshot()
    return releases.snapshot_of(int(which))


def name_of(which: str) -> str:
    return "The draft" if which == DRAFT else f"Release {which}"


class ExportView(UnfoldModelAdminViewMixin, TemplateView):  # type: ignore[misc]
    """A release, or the draft, as a file."""

    title = "Export"
    permission_required = "routing.view_release"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        number = kwargs.get("number")
        if number is None:
            return as_file("draft", config.written(config.draft_document()))
        try:
            document = releases.document_of(number)
        except (UnknownRelease, NotRestorable) as problem:
            messages.error(request, str(problem))
            return HttpResponseRedirect(reverse("admin:routing_release_changelist"))
        return as_file(f"release-{number}", config.written(document))


def as_file(name: str, text: str) -> HttpResponse:
    response = HttpResponse(text, content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="phoneops-{name}.yaml"'
    return response

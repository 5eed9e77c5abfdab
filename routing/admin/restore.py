"""Going back to a release, and taking the configuration from a file.

Both replace the whole draft, so both show first what would change, and neither acts on
a draft that somebody has changed since.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.generic import FormView
from unfold.views import UnfoldModelAdminViewMixin
from unfold.widgets import UnfoldAdminFileFieldWidget

from routing.core.config_file import Lines, Problem
from routing.errors import (
    ConfigRefused,
    DraftChanged,
    DraftRefused,
    NotRestorable,
    RoutingError,
    UnknownRelease,
)
from routing.models import Release
from routing.services import config, releases
from routing.services.config.draft import Document
from routing.services.config.importing import decoded, take
from routing.services.config.table import SECTIONS

PUBLISH = "routing.publish_release"
SALT = "routing.admin.upload"
MOST_BYTES = 4_000_000
UPLOAD_LIFE_SECONDS = 24 * 60 * 60
CHANGED = "Somebody changed the draft while you were reading. Look again."


def editing_permissions() -> list[str]:
    """Replacing the draft adds, changes and removes records of every kind."""
    return [
        f"routing.{action}_{section.model._meta.model_name}"
        for section in SECTIONS
        for action in ("add", "change", "delete")
        if not section.single or action == "change"
    ]


class ConfirmForm(forms.Form):
    seen = forms.CharField(widget=forms.HiddenInput)
    upload = forms.CharField(required=False, widget=forms.HiddenInput)


class UploadForm(forms.Form):
    file = forms.FileField(
        label="Configuration file",
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".yaml,.yml"}),
        help_text="A file that was exported here, changed or not. Before anything "
        "happens you see what it would change.",
    )


class ReplacingView(UnfoldModelAdminViewMixin, FormView):  # type: ignore[misc,type-arg]
    """Shows what would become of the draft, then replaces it."""

    template_name = "admin/routing/release/replace.html"
    form_class = ConfirmForm

    def get_permission_required(self) -> list[str]:
        return editing_permissions()

    def may_publish(self) -> bool:
        return bool(self.request.user.has_perm(PUBLISH))

    def may_edit(self) -> bool:
        return bool(self.request.user.has_perms(editing_permissions()))

    def described(self, document: Document, lines: Lines) -> dict[str, Any]:
        """What would change against the draft, against what calls use, and what is

        given up.
        """
        draft, newest = releases.draft_snapshot(), releases.newest_snapshot()
        context: dict[str, Any] = {
            "given_up": releases.changes_between(newest, draft),
            "seen": releases.fingerprint(draft),
            "may_publish": self.may_publish(),
            "may_edit": self.may_edit(),
            "opts": Release._meta,
        }
        try:
            changes = config.preview(document, lines)
        except ConfigRefused as refusal:
            return {**context, "refused": refusal.problems}
        return {**context, "changes": changes}

    def replace(self, document: Document, lines: Lines, note: str) -> HttpResponse:
        user = self.request.user
        assert isinstance(user, User)  # the permission was checked
        publish = "_publish" in self.request.POST and self.may_publish()
        if not (publish or self.may_edit()):
            raise PermissionDenied
        release = take(
            document,
            lines,
            seen=self.request.POST.get("seen", ""),
            publish=publish,
            author=user,
            note=note,
        )
        if release is not None:
            text = f"{release} is published. New calls use it from now on."
        elif publish:
            text = "Calls are decided from exactly this already; nothing is published."
        else:
            text = "The draft is replaced. Calls go on as before until you publish it."
        messages.success(self.request, text)
        return HttpResponseRedirect(reverse("admin:routing_release_changelist"))

    def safely(self, document: Document, lines: Lines, note: str) -> HttpResponse:
        """Replaced, or back to the page with the reason."""
        try:
            return self.replace(document, lines, note)
        except DraftChanged:
            messages.warning(self.request, CHANGED)
        except DraftRefused as refusal:
            text = "Nothing was done, for it cannot be published: "
            messages.error(self.request, text + " ".join(refusal.problems))
        except ConfigRefused as refusal:
            text = "Nothing was done: "
            messages.error(self.request, text + str(refusal))
        return HttpResponseRedirect(self.request.get_full_path())


class RestoreView(ReplacingView):
    """Whoever may publish may go back, which publishes what was published before."""

    title = "Go back"

    def get_permission_required(self) -> list[str]:
        return [PUBLISH] if self.may_publish() else editing_permissions()

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        try:
            self.document = releases.document_of(kwargs["number"])
        except (UnknownRelease, NotRestorable) as problem:
            messages.error(request, str(problem))
            return HttpResponseRedirect(reverse("admin:routing_release_changelist"))
        self.number = kwargs["number"]
        self.title = f"Go back to release {self.number}"
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        found = self.described(self.document, Lines())
        return {**context, **found, "after": f"After going back to {self.number}"}

    def form_valid(self, form: ConfirmForm) -> HttpResponse:
        note = f"Back to release {self.number}"
        return self.safely(self.document, Lines(), note)


class ImportView(ReplacingView):
    """The file is read twice: to show what it would change, and to take it. In between

    it goes to the browser and back, signed and bound to the one who uploaded it.
    """

    title = "Import a file"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return {"upload_form": UploadForm(), "opts": Release._meta, **context}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "upload" in request.POST:
            response: HttpResponse = super().post(request, *args, **kwargs)
            return response
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.page(upload_form=form)
        return self.show(form.cleaned_data["file"])

    def show(self, file: Any) -> HttpResponse:
        try:
            if file.size > MOST_BYTES:
                text = f"the file is larger than {MOST_BYTES // 1_000_000} megabytes."
                raise ConfigRefused([Problem(0, text)])
            text = decoded(file.read())
            document, lines = config.read(text)
        except ConfigRefused as refusal:
            return self.page(refused=refusal.problems)
        found = self.described(document, lines)
        return self.page(**found, upload=self.signed(text), after="After importing")

    def page(self, **context: Any) -> TemplateResponse:
        full = self.get_context_data(form=ConfirmForm(), **context)
        return TemplateResponse(self.request, self.template_name, full)

    def signed(self, text: str) -> str:
        return signing.dumps([self.request.user.pk, text], salt=SALT, compress=True)

    def form_valid(self, form: ConfirmForm) -> HttpResponse:
        try:
            owner, text = signing.loads(
                form.cleaned_data["upload"], salt=SALT, max_age=UPLOAD_LIFE_SECONDS
            )
            if owner != self.request.user.pk:
                raise signing.BadSignature
            document, lines = config.read(text)
        except (signing.BadSignature, RoutingError):
            messages.error(self.request, "Choose the file again.")
            return HttpResponseRedirect(self.request.path)
        return self.safely(document, lines, "Imported from a file")

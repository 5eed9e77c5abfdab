from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.generic import FormView
from unfold.views import UnfoldModelAdminViewMixin
from unfold.widgets import UnfoldAdminTextareaWidget

from routing.core.lint import Level
from routing.errors import DraftChanged, DraftRefused, PublishedMeanwhile
from routing.models import Release
from routing.services import linting, releases


class PublishForm(forms.Form):
    """`seen` is the draft the manager has read, `after` the release it was compared

    with; another draft, or on top of another release, is not published.
    """

    note = forms.CharField(
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="What you changed, and why. The list of releases shows it.",
    )
    seen = forms.CharField(widget=forms.HiddenInput)
    after = forms.IntegerField(required=False, widget=forms.HiddenInput)


class PublishView(UnfoldModelAdminViewMixin, FormView):  # type: ignore[misc,type-arg]
    title = "Publish changes"
    permission_required = "routing.publish_release"
    template_name = "admin/routing/release/publish.html"
    form_class = PublishForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        draft = releases.draft_snapshot()
        changes = releases.changes_between(releases.newest_snapshot(), draft)
        context = super().get_context_data(**kwargs)
        found = [(one, linting.address(one)) for one in linting.findings(draft)]
        return {
            **context,
            "changes": changes,
            "errors": [pair for pair in found if pair[0].level is Level.ERROR],
            "warnings": [pair for pair in found if pair[0].level is Level.WARNING],
            "seen": releases.fingerprint(draft),
            "newest": releases.newest_number(),
            "opts": Release._meta,
        }

    def form_valid(self, form: PublishForm) -> HttpResponse:
        again = HttpResponseRedirect(self.request.path)
        user = self.request.user
        assert isinstance(user, User)  # the permission was checked
        if self.warned_without_a_word(form):
            form.add_error("note", "Say why the warnings above are accepted.")
            return self.form_invalid(form)
        if not releases.unpublished_changes():
            messages.info(self.request, "There is nothing to publish.")
            return again
        try:
            release = releases.publish(
                author=user,
                note=form.cleaned_data["note"],
                seen=form.cleaned_data["seen"],
                after=form.cleaned_data["after"],
            )
        except DraftChanged:
            text = "Somebody changed the draft while you were reading. Look again."
            messages.warning(self.request, text)
            return again
        except PublishedMeanwhile as other:
            text = (
                f"Somebody else published release {other.number} while you were "
                "reading. Look at what is left to publish."
            )
            messages.warning(self.request, text)
            return again
        except DraftRefused:
            return again  # the page says what to correct
        text = f"Release {release.number} is published. New calls use it from now on."
        messages.success(self.request, text)
        return HttpResponseRedirect(reverse("admin:routing_release_changelist"))

    def warned_without_a_word(self, form: PublishForm) -> bool:
        if form.cleaned_data["note"].strip():
            return False
        found = linting.findings(releases.draft_snapshot())
        levels = {finding.level for finding in found}
        return levels == {Level.WARNING}

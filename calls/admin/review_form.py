"""Reviewing a call: a note, and for every handoff the reason it should have had."""

from collections.abc import Iterable
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from calls.core import zoned
from calls.core.words import HandoffReason
from calls.models import Call, Handoff
from calls.models.call import choices

NOT_YET = "not yet"


class ReviewForm(forms.Form):
    """`seen` is the review that its reader has seen; a later one is held against it."""

    note = forms.CharField(
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="What went well, and what the agent should do differently.",
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, call: Call, handoffs: Iterable[Handoff], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"note": call.review_note, "seen": stamp(call)}
        self.call = call
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

    def clean(self) -> dict[str, Any]:
        seen = self.cleaned_data.get("seen")
        if seen and seen != stamp(self.call):
            sent = self.data.copy()  # type: ignore[attr-defined]  # always a QueryDict
            sent["seen"] = stamp(self.call)  # whoever saves again has read this
            self.data = sent
            raise forms.ValidationError(reviewed_meanwhile(self.call))
        return self.cleaned_data

    def corrections(self) -> list[tuple[Handoff, HandoffReason]]:
        return [
            (handoff, HandoffReason(self.cleaned_data[name]))
            for name, handoff in self.handoffs.items()
        ]


def stamp(call: Call) -> str:
    return call.reviewed_at.isoformat() if call.reviewed_at else NOT_YET


def reviewed_meanwhile(call: Call) -> str:
    assert call.reviewed_at is not None  # a review is never taken back
    when = zoned.short(call.reviewed_at, call.time_zone)
    note = f"“{call.review_note}”" if call.review_note else "no note"
    return (
        f"{call.reviewed_by or 'Somebody'} reviewed this call while you were writing, "
        f"{when}, with {note}. Yours is still below and is not saved; save again to "
        "put it in its place."
    )

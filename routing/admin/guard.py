"""Two people at one record: the second save is held back until they have looked.

The form carries the newest written-down change of the record its reader has seen.
When it is saved, what was written down since is somebody else's work.
"""

from typing import Any

from django import forms
from django.db.models import Model
from django.utils import timezone

from routing.services import audit, history

# Dragging a rule to another place does not touch what its form shows.
MOVED = "Order"


class Guarded(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """Mixed into the form of a record, for which its rows count as part of it."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound and self.instance.pk:
            self.initial["seen"] = newest(self.instance)

    def clean(self) -> dict[str, Any] | None:
        values: dict[str, Any] | None = super().clean()
        seen = self.cleaned_data.get("seen")
        if self.instance.pk and seen is not None:
            self.hold_back(seen)
        return values

    def hold_back(self, seen: int) -> None:
        lock(self.instance)
        saves = history.history(type(self.instance), self.instance.pk)
        later = [save for save in saves if save.pk > seen and not only_moved(save)]
        if later:
            # Whoever saves again has read this.
            looked_at = {self.add_prefix("seen"): str(newest(self.instance))}
            self.data = with_values(self.data, looked_at)
            self.add_error(None, [*map(told, later), AGAIN])


AGAIN = (
    "What you entered is still in the form and is not saved. Compare, then save again "
    "to put yours in its place."
)


def with_values(sent: Any, values: dict[str, str]) -> Any:
    """What a browser sent cannot be changed, only copied."""
    copy = sent.copy()
    for name, value in values.items():
        copy[name] = value
    return copy


def lock(record: Model) -> None:
    """Whoever else is saving it is waited for, within the transaction of the admin."""
    rows = type(record)._default_manager.select_for_update().filter(pk=record.pk)
    rows.values_list("pk").first()


def newest(record: Model) -> int:
    entries = audit.entries_of(type(record), record.pk)
    return int(entries[0].pk) if entries else 0


def only_moved(save: history.Save) -> bool:
    return all(change.field == MOVED for change in save.changes)


def told(save: history.Save) -> str:
    at = timezone.localtime(save.at)
    return (
        f"{save.who} saved this while you were editing, on {at:%d %b at %H:%M:%S %Z}: "
        f"{save.in_short()}."
    )

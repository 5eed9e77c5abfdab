"""Form fields for values that people write differently from how they are stored."""

import json
from collections.abc import Iterable
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.db.models import Field, Model
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelect2Widget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from routing.core.callers import spaced
from routing.models.validators import to_e164


def described(model: type[Model], name: str) -> dict[str, Any]:
    """What the form says of a field is what the model says of it."""
    field = model._meta.get_field(name)
    assert isinstance(field, Field)
    text = str(field.verbose_name)
    return {
        "label": text[:1].upper() + text[1:],
        "help_text": field.help_text,
        "required": not field.blank,
    }


class SuggestingInput(UnfoldAdminTextInputWidget):  # type: ignore[misc]
    """A line of text with names to choose from, and room for others."""

    def __init__(self, suggestions: Iterable[str], **options: Any) -> None:
        super().__init__(**options)
        self.suggestions = tuple(suggestions)

    def render(
        self, name: str, value: Any, attrs: Any = None, renderer: Any = None
    ) -> SafeString:
        known = f"known-{name}"
        typed = super().render(name, value, {**(attrs or {}), "list": known}, renderer)
        options = format_html_join(
            "", '<option value="{}"></option>', ((name,) for name in self.suggestions)
        )
        return format_html('{}<datalist id="{}">{}</datalist>', typed, known, options)


class PhoneField(forms.CharField):
    """Written as people write it, kept in E.164."""

    widget = UnfoldAdminTextInputWidget

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return to_e164(text) if text else ""

    def prepare_value(self, value: Any) -> Any:
        return spaced(value) if isinstance(value, str) else value


class TimeZoneField(forms.ChoiceField):
    widget = UnfoldAdminSelect2Widget

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=time_zones, **options)

    def valid_value(self, value: Any) -> bool:
        """The model checks it; a zone that was renamed must not block the form."""
        return True


@cache
def time_zones() -> tuple[tuple[str, str], ...]:
    """Places, as people look for them; no offsets, no abbreviations."""
    places = sorted(name for name in available_timezones() if is_place(name))
    return tuple((name, name.replace("_", " ")) for name in ["UTC", *places])


def is_place(name: str) -> bool:
    return "/" in name and not name.startswith(("Etc/", "SystemV/", "posix/", "right/"))


class WordsField(forms.MultipleChoiceField):
    """Ticks in the form, a list separated by spaces in the database."""

    widget = UnfoldAdminCheckboxSelectMultipleWidget

    def __init__(self, words: Iterable[tuple[str, str]], **options: Any) -> None:
        super().__init__(choices=list(words), **options)

    def prepare_value(self, value: Any) -> Any:
        return value.split() if isinstance(value, str) else value

    def clean(self, value: Any) -> Any:
        return " ".join(super().clean(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed((initial or "").split(), data)


class SchemaField(forms.JSONField):
    """JSON laid out to be read, with the place of a mistake."""

    widget = UnfoldAdminTextareaWidget

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str):
            return value
        return json.dumps(value, indent=2, ensure_ascii=False)

    def to_python(self, value: Any) -> Any:
        try:
            json.loads(value or "{}")
        except json.JSONDecodeError as error:
            raise forms.ValidationError(
                f"Line {error.lineno}, column {error.colno}: this is not JSON "
                f"({error.msg}). Correct it there.",
                code="invalid",
            ) from None
        return super().to_python(value)

"""A person on the product's side whose phone rings, and what they do about it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

BEHAVIOURS: Mapping[str, str] = {
    "accepts": "answers, hears the whisper, presses 1 and talks",
    "declines": "answers, hears the whisper and presses another key",
    "own_voicemail": "their phone's voicemail answers and presses nothing",
    "hangs_up": "answers and hangs up before pressing anything",
    "busy": "is on another call",
    "no_answer": "lets it ring",
    "rejects": "presses the red button",
    "fails": "cannot be reached: no such number",
}
# How a leg that nobody answers ends: CallStatus and the SIP code behind it.
UNANSWERED: Mapping[str, tuple[str, int]] = {
    "busy": ("busy", 486),
    "no_answer": ("no-answer", 487),
    "rejects": ("busy", 603),
    "fails": ("failed", 404),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    behaviour: str = "accepts"
    ring_s: float = 4.0
    talk_s: float = 8.0
    press: str = ""
    """Keys pressed after the whisper, where the behaviour's own would not do."""
    says: str = "Hello, you are through to a person now."

    @property
    def keys(self) -> str:
        return self.press or {"accepts": "1", "declines": "2"}.get(self.behaviour, "")


def read_contact(found: object) -> Contact:
    """A behaviour's name, or a mapping with `behaviour` and the timing."""
    if isinstance(found, str):
        found = {"behaviour": found}
    if not isinstance(found, Mapping):
        raise ValueError(f"a contact is a word or a mapping, not {found!r}")
    known = {field.name for field in fields(Contact)}
    if unknown := set(found) - known:
        raise ValueError(f"a contact has no {sorted(unknown)}; it has {sorted(known)}")
    contact = replace(Contact(), **found)
    if contact.behaviour not in BEHAVIOURS:
        raise ValueError(
            f"a contact cannot {contact.behaviour!r}; it can {sorted(BEHAVIOURS)}"
        )
    return contact

"""What a provider's usage figures say about tokens, whichever of its two shapes."""

from collections.abc import Mapping
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Tokens:
    """`cached` is a part of `input`. What is sound is a part of each, not on top."""

    input: int = 0
    cached: int = 0
    output: int = 0
    input_sound: int = 0
    cached_sound: int = 0
    output_sound: int = 0

    def cached_share(self) -> int | None:
        """In whole per cent; None when nothing was put in."""
        return round(100 * self.cached / self.input) if self.input else None

    def __add__(self, other: "Tokens") -> "Tokens":
        names = [field.name for field in fields(self)]
        return Tokens(*(getattr(self, name) + getattr(other, name) for name in names))


def count_tokens(figures: object) -> Tokens:
    """Responses writes "input_tokens_details", Realtime "input_token_details"."""
    if not isinstance(figures, Mapping):
        return Tokens()
    details = (
        figures.get("input_tokens_details") or figures.get("input_token_details") or {}
    )
    return Tokens(
        input=number(figures, "input_tokens"),
        cached=number(details, "cached_tokens"),
        output=number(figures, "output_tokens"),
        input_sound=number(details, "audio_tokens"),
        cached_sound=number(part(details, "cached_tokens_details"), "audio_tokens"),
        output_sound=number(part(figures, "output_token_details"), "audio_tokens"),
    )


def seconds_used(figures: object) -> float:
    """Where the length of the sound is charged for, and not tokens; else 0."""
    match part(figures, "seconds"):
        case int(value) | float(value):
            return float(value)
    return 0.0


def part(figures: object, key: str) -> object:
    return figures.get(key) if isinstance(figures, Mapping) else None


def number(figures: object, key: str) -> int:
    value = part(figures, key)
    return value if isinstance(value, int) else 0

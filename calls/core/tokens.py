"""What a provider's usage figures say about tokens, whichever of its two shapes."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tokens:
    """`cached` is a part of `input`."""

    input: int = 0
    cached: int = 0
    output: int = 0

    def cached_share(self) -> int | None:
        """In whole per cent; None when nothing was put in."""
        return round(100 * self.cached / self.input) if self.input else None

    def __add__(self, other: "Tokens") -> "Tokens":
        return Tokens(
            self.input + other.input,
            self.cached + other.cached,
            self.output + other.output,
        )


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
    )


def number(figures: object, key: str) -> int:
    value = figures.get(key) if isinstance(figures, Mapping) else None
    return value if isinstance(value, int) else 0

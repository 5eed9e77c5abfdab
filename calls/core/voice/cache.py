"""What it costs to change instructions or tools in the middle of a call.

They stand before everything else that the model reads, so the first response after
such a change reads the whole conversation again at the full price. We never do it; a
colleague's script or the provider's own console can.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal

from calls.core.actions import Note
from calls.core.tokens import count_tokens, part
from calls.core.words import EventKind

DETAILS = "input_token_details"
SMALLEST = Decimal("0.0001")

# In US dollars, of a response's figures; None where no price is known.
Price = Callable[[Mapping[str, object]], Decimal | None]


class CacheWatch:
    def __init__(self, price: Price) -> None:
        self._price = price
        self._prompt: Mapping[str, str] = {}
        self._cached = 0
        self._details: object = None
        self._changed: list[str] = []

    def prompt_is(self, prompt: Mapping[str, str]) -> list[Note]:
        """`prompt` has a fingerprint of each part; the first one is no change."""
        known, self._prompt = self._prompt or prompt, prompt
        changed = [part for part in prompt if known.get(part) != prompt[part]]
        if not changed:
            return []
        self._changed += changed
        return [Note(EventKind.PROMPT_CHANGED, {"what": changed})]

    def response_used(self, figures: Mapping[str, object]) -> list[Note]:
        """What the first response after a change lost, against the one before it."""
        before, self._cached = self._cached, count_tokens(figures).cached
        details, self._details = self._details, part(figures, DETAILS)
        changed, self._changed = self._changed, []
        if not changed:
            return []
        data: dict[str, object] = {
            "what": changed,
            "before": before,
            "after": self._cached,
            "lost": max(before - self._cached, 0),
        }
        cost = self._cost(figures, details) if data["lost"] else None
        if cost is not None:
            data["cost"] = str(cost)
        return [Note(EventKind.CACHE_LOST, data)]

    def _cost(self, figures: Mapping[str, object], details: object) -> Decimal | None:
        """Against the same response with as much from the cache as the one before."""
        known, usual = part(figures, DETAILS), details
        if not isinstance(known, Mapping) or not isinstance(usual, Mapping):
            return None
        cached = {key: usual[key] for key in usual if key.startswith("cached_tokens")}
        paid = self._price(figures)
        otherwise = self._price({**figures, DETAILS: {**known, **cached}})
        if paid is None or otherwise is None:
            return None
        return max(paid - otherwise, Decimal(0)).quantize(SMALLEST)

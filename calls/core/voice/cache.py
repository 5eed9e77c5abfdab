"""What it costs to change instructions or tools in the middle of a call.

They stand before everything else that the model reads, so the first response after
such a change reads the whole conversation again at the full price. We never do it; a
colleague's script or the provider's own console can.
"""

from collections.abc import Mapping

from calls.core.actions import Note
from calls.core.tokens import count_tokens
from calls.core.words import EventKind


class CacheWatch:
    def __init__(self) -> None:
        self._prompt: Mapping[str, str] = {}
        self._cached = 0
        self._changed: list[str] = []

    def prompt_is(self, prompt: Mapping[str, str]) -> list[Note]:
        """`prompt` has a fingerprint of each part; the first one is no change."""
        known, self._prompt = self._prompt or prompt, prompt
        changed = [part for part in prompt if known.get(part) != prompt[part]]
        if not changed:
            return []
        self._changed += changed
        return [Note(EventKind.PROMPT_CHANGED, {"what": changed})]

    def response_used(self, figures: object) -> list[Note]:
        """What the first response after a change lost, against the one before it."""
        before, self._cached = self._cached, count_tokens(figures).cached
        changed, self._changed = self._changed, []
        if not changed:
            return []
        data = {
            "what": changed,
            "before": before,
            "after": self._cached,
            "lost": max(before - self._cached, 0),
        }
        return [Note(EventKind.CACHE_LOST, data)]

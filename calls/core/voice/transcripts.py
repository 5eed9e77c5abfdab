"""Which model reads the caller's words: the next one once one keeps failing.

A word that nobody could have understood fails, too, so one failure says nothing.
"""

from collections.abc import Sequence

FAILURES = 2


class Transcripts:
    def __init__(self, models: Sequence[str], present: str) -> None:
        """`models` in the order of the agent's wishes; `present` may not be of them."""
        at = models.index(present) + 1 if present in models else len(models)
        self._next = list(models[at:])
        self._failed = 0

    def heard(self, *, failed: bool) -> str:
        """The model to go on with, or empty to stay with the present one."""
        self._failed = self._failed + 1 if failed else 0
        if self._failed < FAILURES or not self._next:
            return ""
        self._failed = 0
        return self._next.pop(0)

"""How much of our speech the caller has heard, as far as anybody can know.

The carrier tells when speech becomes audible and which clauses were played, if the
language profile asks for these events. Without them the length of the text is the
only measure, so every question here falls back to an estimate.
"""

CHARACTERS_PER_SECOND = 15.0
FIRST_SOUND_SECONDS = 0.5
PLAYED_SHARE = 0.9


def speaking_seconds(text: str) -> float:
    """Estimated length of `text` spoken aloud, at about 180 words a minute."""
    return len(text) / CHARACTERS_PER_SECOND


class Speech:
    def __init__(self) -> None:
        self.cycle_open = False
        self.audible = False
        self.expected_end = 0.0
        self._sent = 0
        self._played = 0

    def sent(self, text: str, now: float, *, last: bool) -> None:
        """Text went to the carrier. `last` closes the talk cycle."""
        if text:
            if self._sent <= self._played or now >= self.expected_end:
                self.expected_end = now + FIRST_SOUND_SECONDS
                self._sent = self._played = 0
            self._sent += _weight(text)
            self.expected_end += speaking_seconds(text)
        self.cycle_open = not last

    def played(self, text: str) -> None:
        self._played += _weight(text)

    def became(self, *, audible: bool) -> None:
        self.audible = audible

    def interrupted(self, now: float) -> None:
        """Barge-in clears everything that was waiting to be played."""
        self.audible = False
        self.expected_end = now
        self._sent = self._played = 0

    def finished(self, now: float) -> bool:
        """True when nothing of ours is left to be heard."""
        if self.audible:
            return False
        return now >= self.expected_end or self._all_played()

    def _all_played(self) -> bool:
        return self._sent > 0 and self._played >= PLAYED_SHARE * self._sent


def _weight(text: str) -> int:
    return sum(not character.isspace() for character in text)

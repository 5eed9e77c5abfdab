"""How much of our speech the caller has heard, as far as anybody can know.

The carrier tells when speech becomes audible and which clauses were played, if the
language profile asks for these events. Without them the length of the text is the
only measure, so every question here falls back to an estimate. At a barge-in the
carrier says what was heard, and its word goes before any estimate.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from unicodedata import east_asian_width

from calls.core.heard import place_of

CHARACTERS_PER_SECOND = 15.0
LONG_TO_SAY = 4  # as many characters as a digit or an ideograph takes when spoken
FIRST_SOUND_SECONDS = 0.5
UNPLAYED_SHARE = 0.1
PIECES_REMEMBERED = 8


def speaking_seconds(text: str) -> float:
    """Estimated length of `text` spoken aloud, at about 180 words a minute."""
    long = sum(c.isdigit() or east_asian_width(c) in "WF" for c in text)
    return (len(text) + (LONG_TO_SAY - 1) * long) / CHARACTERS_PER_SECOND


@dataclass(slots=True)
class _Piece:
    """One talk cycle. `turn` is None for a sentence of the product itself.

    `done` pieces were heard to their end before the next one began. They are
    remembered because the carrier may report them together with a later one.
    """

    turn: int | None
    text: str = ""
    done: bool = False


@dataclass(frozen=True, slots=True)
class Cut:
    """Of the answer of `turn` the caller heard no more than `kept`."""

    turn: int
    kept: str


class Speech:
    def __init__(self) -> None:
        self.cycle_open = False
        self.audible = False
        self.expected_end = 0.0
        self._pieces: list[_Piece] = []
        self._played = 0

    def sent(
        self, text: str, now: float, *, last: bool, turn: int | None = None
    ) -> None:
        """Text went to the carrier. `last` closes the talk cycle."""
        if text:
            if not self.cycle_open:
                self._begin_cycle(now, turn)
            self._pieces[-1].text += text
            first_sound = now + FIRST_SOUND_SECONDS
            self.expected_end = max(self.expected_end, first_sound)
            self.expected_end += speaking_seconds(text)
        self.cycle_open = not last

    def _begin_cycle(self, now: float, turn: int | None) -> None:
        if self.finished(now):
            self._played = 0
            for piece in self._pieces:
                piece.done = True
        self._pieces = [*self._pieces[1 - PIECES_REMEMBERED :], _Piece(turn)]

    def played(self, text: str) -> None:
        self._played += _weight(text)

    def became(self, *, audible: bool) -> None:
        self.audible = audible

    def finished(self, now: float) -> bool:
        """True when nothing of ours is left to be heard."""
        if self.audible:
            return False
        return now >= self.expected_end or self._all_played()

    def ends(self, now: float) -> float:
        """When the last of our words will have been heard."""
        return now if self.finished(now) else max(now, self.expected_end)

    def _all_played(self) -> bool:
        """Nearly all counts: the carrier may spell a word otherwise than we did.

        Nearly all of the last piece, that is: a long answer that was played does not
        mean that a short goodbye behind it was.
        """
        waiting = [_weight(piece.text) for piece in self._pieces if not piece.done]
        unplayed = sum(waiting) - self._played
        return bool(waiting) and unplayed <= UNPLAYED_SHARE * waiting[-1]

    def interrupted(self, heard: str, now: float) -> list[Cut] | None:
        """The answers that a barge-in cut, latest first; None if it cut nothing.

        Empty if nothing but a sentence of the product, or words still to come, were
        cut. A barge-in clears everything that was waiting to be played.
        """
        cuts = self._cuts(heard, now)
        self.audible = False
        self.expected_end = now
        self._pieces = []
        return cuts

    def left(self, now: float) -> list[Cut]:
        """What a caller who hangs up did not hear of our answers, latest first.

        Where the carrier tells of no clause that was played, time has to tell.
        """
        waiting = [] if self.finished(now) else [p for p in self._pieces if not p.done]
        room = self._played or self._weight_by_time(waiting, now)
        cuts = []
        for piece in waiting:
            kept = _beginning(piece.text, room)
            room = max(room - _weight(piece.text), 0)
            if piece.turn is not None and kept != piece.text:
                cuts.append(Cut(piece.turn, kept))
        return cuts[::-1]

    def _weight_by_time(self, waiting: Sequence[_Piece], now: float) -> int:
        text = "".join(piece.text for piece in waiting)
        share = 1 - (self.expected_end - now) / max(speaking_seconds(text), 0.1)
        return round(_weight(text) * max(share, 0.0))

    def _cuts(self, heard: str, now: float) -> list[Cut] | None:
        place = self._stopped_at(heard, now)
        if place is None:
            return None
        index, kept = place
        whole = kept == self._pieces[index].text
        if whole and index == len(self._pieces) - 1 and not self.cycle_open:
            return None
        unheard = [(p.turn, "") for p in reversed(self._pieces[index + 1 :])]
        here = [] if whole else [(self._pieces[index].turn, kept)]
        return [Cut(turn, text) for turn, text in unheard + here if turn is not None]

    def _stopped_at(self, heard: str, now: float) -> tuple[int, str] | None:
        """The piece in which the caller stopped hearing us, and how much of it."""
        place = place_of([piece.text for piece in self._pieces], heard)
        waiting = [i for i, piece in enumerate(self._pieces) if not piece.done]
        if place is not None or not waiting:
            return place
        if not any(character.isalnum() for character in heard):
            return None if self.finished(now) else (waiting[0], "")
        answers = [i for i in waiting if self._pieces[i].turn is not None]
        return (answers or waiting)[-1], heard.strip()


def _weight(text: str) -> int:
    return sum(not character.isspace() for character in text)


def _beginning(text: str, weight: int) -> str:
    """As much of `text` as weighs no more, to the end of its last whole word."""
    if weight >= _weight(text):
        return text
    words = text.split()
    reached = accumulate(len(word) for word in words)
    return " ".join(words[: sum(so_far <= weight for so_far in reached)])

"""What both sides said, as entries for the journal.

What the caller heard of an answer that was cut is an estimate: the provider tells the
milliseconds that were played, and how many it had generated for the whole text. The
product's own sentences are in the journal from when they were asked for; the
provider's transcript of one is left out unless the model said something else.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import TypeVar

from calls.core.actions import Note
from calls.core.lines import bare
from calls.core.voice.order import Line, Order
from calls.core.words import EventKind

NO_TRANSCRIPT = "(no transcript)"
CHARACTERS_A_SECOND = 15  # where the provider did not tell how long the text was
REMEMBERED = 20

Known = TypeVar("Known")


@dataclass(frozen=True, slots=True)
class _Said:
    turn: int
    text: str
    by_product: bool


class Spoken:
    """`turn` is the number of the agent's last turn before."""

    def __init__(self, turn: int = 0) -> None:
        self._order = Order()
        self._turn = turn
        self._ours: list[str] = []
        self._lasting_ms: OrderedDict[str, int] = OrderedDict()
        self._cuts: OrderedDict[str, int] = OrderedDict()
        self._said: OrderedDict[str, _Said] = OrderedDict()

    @property
    def deadline(self) -> float | None:
        return self._order.deadline

    def place(
        self, item: str, after: str, now: float, *, by_caller: bool, speech: bool
    ) -> None:
        self._order.place(item, after, now, by_caller=by_caller)
        if not speech:
            self._order.know(item, "")

    def know(self, item: str, text: str | None) -> None:
        self._order.know(item, text)

    def asked_for(self, words: str) -> None:
        """The product wants these words said."""
        self._ours = [*self._ours, plain(words)][-REMEMBERED:]

    def lasts(self, item: str, audio_ms: int) -> None:
        remember(self._lasting_ms, item, audio_ms)

    def cut(self, item: str, heard_ms: int) -> None:
        remember(self._cuts, item, heard_ms)

    def release(self, now: float, *, all_of_it: bool = False) -> list[Note]:
        notes = []
        for line in self._order.release(now, all_of_it=all_of_it):
            notes += self._caller(line) if line.by_caller else self._agent(line)
        for item in [item for item in self._cuts if item in self._said]:
            notes.append(self._cut(item))
        return notes

    def _caller(self, line: Line) -> list[Note]:
        text = NO_TRANSCRIPT if line.text is None else line.text
        return [Note(EventKind.CALLER_SAID, {"text": text, "item": line.item})]

    def _agent(self, line: Line) -> list[Note]:
        self._turn += 1
        text = line.text or ""
        by_product = plain(text) in self._ours
        remember(self._said, line.item, _Said(self._turn, text, by_product))
        if by_product:
            return []
        data = {"text": text, "item": line.item, "turn": self._turn}
        return [Note(EventKind.AGENT_SAID, data)]

    def _cut(self, item: str) -> Note:
        """`kept` only of an answer: it says what the model remembers of its own."""
        said, heard_ms = self._said[item], self._cuts.pop(item)
        heard = heard_of(said.text, heard_ms, self._lasting_ms.get(item, 0))
        data = {"turn": said.turn, "heard": heard, "heard_ms": heard_ms, "item": item}
        kept = {} if said.by_product else {"kept": heard}
        return Note(EventKind.AGENT_CUT, data | kept)


def heard_of(text: str, heard_ms: int, lasting_ms: int) -> str:
    """The whole words that were played; `lasting_ms` 0: not told."""
    lasting_ms = lasting_ms or 1000 * len(text) // CHARACTERS_A_SECOND
    if heard_ms >= lasting_ms:
        return text
    place = len(text) * heard_ms // lasting_ms
    whole = text[:place]
    if not text[place].isspace():
        whole = whole.rpartition(" ")[0]
    return whole.rstrip()


def plain(words: str) -> str:
    return "".join(bare(word) for word in words.split())


def remember(known: OrderedDict[str, Known], item: str, value: Known) -> None:
    known[item] = value
    if len(known) > REMEMBERED:
        known.popitem(last=False)

"""The carrier's voice as arithmetic: what has been spoken by when. No I/O, no clock.

Text frames make talk cycles; cycles, media and digits queue behind one another. Speech
runs at so many characters a second, starts while its cycle is still being written, and
waits for more text when it has caught up. Nothing here ticks: `advance` is told the
time, answers what has become audible since, and sets `deadline`, the next moment at
which something will.
"""

import re
from collections import deque
from dataclasses import dataclass

CLAUSE = re.compile(r"[^.,;:!?…]*[.,;:!?…]+\s*")


@dataclass(slots=True)
class Piece:
    """One entry of the output queue. `size` is in characters, also for media."""

    text: str = ""
    interruptible: str = "any"
    preemptible: bool = False
    closed: bool = False
    spoken: bool = True
    """False for media and digits, which are heard but are not the agent's words."""
    size: float = 0.0
    ready_at: float = 0.0
    begun: bool = False
    from_position: float = 0.0
    from_time: float = 0.0
    reported: int = 0
    """Characters already told in a `Clause`."""
    told: int = 0
    """Characters already told in a `Starved`."""
    starved: bool = False
    patience_over: bool = False

    def position(self, now: float, speed: float) -> float:
        if not self.begun or now <= self.from_time:
            return self.from_position
        return min(self.size, self.from_position + (now - self.from_time) * speed)

    def ends_at(self, speed: float) -> float:
        return self.from_time + (self.size - self.from_position) / speed


@dataclass(frozen=True, slots=True)
class Began:
    """The agent has become audible."""


@dataclass(frozen=True, slots=True)
class Clause:
    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """One piece has been heard to its end."""

    text: str
    spoken: bool


@dataclass(frozen=True, slots=True)
class Starved:
    """A talk cycle was left open and nothing came any more."""

    text: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """Nothing is left to say."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Output that was silenced before its end."""

    heard: str
    """Of the utterance that was playing: the whole words that were heard."""
    untold: str
    """The part of it that no `Starved` has told yet."""
    heard_size: float
    lost: str
    """What nobody will hear, over the whole queue."""
    still_open: bool
    """Whether the product was still writing the cycle that was cut."""


PlayoutEvent = Began | Clause | Finished | Starved | Stopped


class Playout:
    def __init__(self, speed: float, *, start_delay: float, patience: float) -> None:
        self.speed = speed
        """Characters a (real) second."""
        self.start_delay = start_delay
        self.patience = patience
        self.pieces: deque[Piece] = deque()
        self.deadline: float | None = None
        self.speaking = False
        self._free_at = 0.0
        self._aside: list[PlayoutEvent] = []

    # What the product asks for.

    def write(self, token: str, now: float, *, last: bool, like: Piece) -> bool:
        """Add text to the open talk cycle or begin one; True if the player must wake.

        `like` carries the marks of the message (interruptible, preemptible).
        """
        quiet = not self.pieces or self.pieces[0].starved or not self.pieces[0].size
        tail = self.pieces[-1] if self.pieces else None
        if tail is None or tail.closed:
            if not token:
                return False
            quiet = self._preempt(now) or quiet
            tail = Piece(interruptible=like.interruptible, preemptible=like.preemptible)
            self.pieces.append(tail)
        if token and not tail.text:
            tail.ready_at = now + self.start_delay
        if token and tail.starved:
            tail.from_position, tail.from_time = tail.size, now
            tail.starved = tail.patience_over = False
        tail.text += token
        tail.size = len(tail.text)
        tail.closed = last
        return quiet

    def append(self, piece: Piece, now: float) -> None:
        """Queue media or digits."""
        self._preempt(now)
        piece.ready_at = now + self.start_delay
        piece.closed = True
        piece.spoken = False
        self.pieces.append(piece)

    def _preempt(self, now: float) -> bool:
        """A new talk cycle silences earlier ones marked preemptible; nobody is told."""
        if not any(piece.preemptible for piece in self.pieces):
            return False
        head = self.pieces[0]
        if head.preemptible and head.begun and head.spoken:
            heard = whole_words(head.text, head.position(now, self.speed))
            self._aside.append(Finished(heard[head.told :].strip(), spoken=True))
        self.pieces = deque(p for p in self.pieces if not p.preemptible)
        return True

    # What time brings.

    def advance(self, now: float) -> list[PlayoutEvent]:
        events, self._aside = self._aside, []
        self.deadline = None
        while self.pieces:
            head = self.pieces[0]
            if not head.size:
                if not head.closed:
                    break
                self.pieces.popleft()
                continue
            if not head.begun:
                head.begun = True
                head.from_time = max(head.ready_at, self._free_at)
            if now < head.from_time:
                self.deadline = head.from_time
                break
            self._begin(events)
            events.extend(self._clauses(head, now))
            if now < head.ends_at(self.speed):
                self.deadline = self._next_moment(head)
                break
            if not head.closed:
                self._starve(head, now, events)
                break
            self._free_at = head.ends_at(self.speed)
            self.pieces.popleft()
            events.append(Finished(head.text[head.told :].strip(), head.spoken))
        if self.speaking and not any(p.size for p in self.pieces):
            self.speaking = False
            events.append(Stopped())
        return events

    def _begin(self, events: list[PlayoutEvent]) -> None:
        if not self.speaking:
            self.speaking = True
            events.append(Began())

    def _starve(self, head: Piece, now: float, events: list[PlayoutEvent]) -> None:
        head.starved = True
        gives_up = head.ends_at(self.speed) + self.patience
        if now < gives_up:
            self.deadline = gives_up
        elif not head.patience_over:
            head.patience_over = True
            events.append(Starved(head.text[head.told :].strip()))
            head.told = len(head.text)

    def _clauses(self, head: Piece, now: float) -> list[PlayoutEvent]:
        """`tokensPlayed` comes per clause, not per token."""
        if not head.spoken:
            return []
        found: list[PlayoutEvent] = []
        position = head.position(now, self.speed)
        while (end := self._clause_end(head)) is not None and end <= position:
            found.append(Clause(head.text[head.reported : end].strip()))
            head.reported = end
        return found

    def _clause_end(self, head: Piece) -> int | None:
        if match := CLAUSE.match(head.text, head.reported):
            return match.end()
        if head.closed and head.reported < len(head.text):
            return len(head.text)
        return None

    def _next_moment(self, head: Piece) -> float:
        end = self._clause_end(head) if head.spoken else None
        size = head.size if end is None else min(end, head.size)
        return head.from_time + max(0.0, size - head.from_position) / self.speed

    # What silences it.

    def may_interrupt(self, kind: str) -> bool:
        """Whether caller speech (or dtmf) cuts what is being spoken now."""
        if not self.speaking or not self.pieces:
            return False
        allowed = self.pieces[0].interruptible
        return allowed in {"any", "true", kind}

    def cut(self, now: float) -> Cut:
        """Clear the whole queue, media and digits included.

        A cycle that the product is still writing stays open: text that arrives late
        belongs to it and would be spoken, until an empty last token closes it.
        """
        head = self.pieces[0] if self.pieces else Piece()
        position = head.position(now, self.speed)
        heard = whole_words(head.text, position) if head.spoken else ""
        lost = head.text[len(heard) :] + "".join(p.text for p in list(self.pieces)[1:])
        still_open = bool(self.pieces) and not self.pieces[-1].closed
        last = self.pieces[-1] if self.pieces else head
        self.pieces.clear()
        self.speaking = False
        self._free_at = now
        self.deadline = None
        if still_open:
            self.pieces.append(
                Piece(interruptible=last.interruptible, preemptible=last.preemptible)
            )
        untold = heard[head.told :].strip()
        return Cut(heard.strip(), untold, position, lost.strip(), still_open)

    def words_heard(self, now: float) -> int:
        """Whole words heard so far of the utterance that is playing."""
        if not self.pieces or not self.pieces[0].spoken:
            return 0
        head = self.pieces[0]
        return len(whole_words(head.text, head.position(now, self.speed)).split())


def whole_words(text: str, position: float) -> str:
    """The words that were spoken to their end."""
    if position >= len(text):
        return text
    said = text[: int(position)]
    if text[int(position)].isspace():
        return said
    return said[: len(said) - len(said.split(" ")[-1])] if " " in said else ""

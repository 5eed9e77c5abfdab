"""The agent's voice: what has been generated is played out at the speed of speech.

Generation is faster than speech, so the sound lags behind the events of the response:
`output_audio_buffer.started` and `.stopped` say what can really be heard.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from calls.simulator.carrier.party import CHARACTERS_A_SECOND
from calls.simulator.carrier.playout import (
    Began,
    Finished,
    Piece,
    Playout,
    PlayoutEvent,
    Starved,
    Stopped,
)
from calls.simulator.carrier.sip import Guest
from calls.simulator.realtime.conversation import Item

START_S = 0.3  # from the first audio to sound at the caller's ear
PATIENCE_S = 4.0
NO_MARKS = Piece()

Tell = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Speech:
    """What one response says: one item, one stretch of audio."""

    response_id: str
    item: Item


@dataclass(frozen=True, slots=True)
class Silenced:
    """A speech that was cut: the words and milliseconds of it that were heard."""

    speech: Speech
    words: str
    heard_ms: int


class Speaker:
    def __init__(
        self, caller: Guest, tell: Tell, quiet: Callable[[], None], rate: float
    ) -> None:
        self.caller = caller
        self.tell = tell
        self.quiet = quiet
        """Called when everything has been heard to its end."""
        self.muted = False
        """There is nobody at the other end."""
        self.connected_at = 0.0
        """When sound can first be heard."""
        self.rate = rate
        clock = caller.clock
        self.playout = Playout(
            self._characters_a_second(),
            start_delay=clock.real(START_S),
            patience=PATIENCE_S,
        )
        self._queue: deque[Speech] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def _characters_a_second(self) -> float:
        return CHARACTERS_A_SECOND * self.rate * self.caller.clock.speed

    def set_rate(self, rate: float) -> None:
        self.rate = rate
        self.playout.speed = self._characters_a_second()

    @property
    def audible(self) -> bool:
        """Something is being said or waits to be."""
        return any(piece.size for piece in self.playout.pieces)

    def spoken_ms(self, characters: float) -> float:
        """Of life."""
        return characters / CHARACTERS_A_SECOND / self.rate * 1000

    # What is to be said.

    def begin(self, speech: Speech) -> None:
        self._queue.append(speech)

    def say(self, speech: Speech, token: str) -> None:
        """More of the newest speech; what comes after it was cut is not heard."""
        if not self._queue or self._queue[-1] is not speech:
            return
        now = max(self.caller.clock.now(), self.connected_at)
        if self.playout.write(token, now, last=False, like=NO_MARKS):
            self._follow()

    def finish(self, speech: Speech) -> None:
        if not self._queue or self._queue[-1] is not speech:
            return
        if self.playout.pieces and not self.playout.pieces[-1].closed:
            self.playout.write("", self.caller.clock.now(), last=True, like=NO_MARKS)
            self._follow()
        else:  # not a word of it was generated
            self._queue.pop()

    # What is heard.

    def _follow(self) -> None:
        """Tell what has become audible, and come back when more has."""
        self.catch_up()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if (deadline := self.playout.deadline) is not None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(deadline, self._follow)

    def catch_up(self) -> None:
        for event in self.playout.advance(self.caller.clock.now()):
            self._heard(event)

    def _heard(self, event: PlayoutEvent) -> None:
        match event:
            case Began():
                self._set_speaking(speaking=True)
                self._tell("started")
            case Starved(text):
                self._hear(text)
            case Finished(text, _):
                self._hear(text)
                self._tell("stopped")
                self._queue.popleft()
                if self._queue and self.playout.pieces:
                    self._tell("started")
            case Stopped():
                self._set_speaking(speaking=False)
                if not self._queue:
                    self.quiet()

    def _tell(self, what: str) -> None:
        speech = self._queue[0]
        self.tell(f"output_audio_buffer.{what}", response_id=speech.response_id)

    def _hear(self, text: str) -> None:
        if text and not self.muted:
            self.caller.ear.hear("agent", text)

    def _set_speaking(self, *, speaking: bool) -> None:
        if not self.muted:
            self.caller.ear.set_speaking(speaking=speaking)

    # What cuts it.

    def cut(self) -> list[Silenced]:
        """Silence everything; first comes what was being spoken."""
        self.catch_up()
        if not self.audible:
            self._queue.clear()
            return []
        cut = self.playout.cut(self.caller.clock.now())
        self.playout.pieces.clear()
        self._follow()
        speeches, self._queue = list(self._queue), deque()
        if not self.muted:
            self.caller.ear.speaking = False
            self._hear(f"{cut.untold} —" if cut.untold else "")
            self.caller.ear.changed()
        heard = int(self.spoken_ms(cut.heard_size))
        first = Silenced(speeches[0], cut.heard, heard)
        return [first, *(Silenced(speech, "", 0) for speech in speeches[1:])]

    def stop(self) -> int:
        """The call is over; how many characters were still to be said."""
        unspoken = sum(
            len(piece.text)
            - piece.position(self.caller.clock.now(), self.playout.speed)
            for piece in self.playout.pieces
        )
        self.cut()
        return int(unspoken)

    def words_heard(self) -> int:
        return self.playout.words_heard(self.caller.clock.now())

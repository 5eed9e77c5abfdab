"""The agent's voice in a relay session: what is played, heard, cut and reported."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from calls.simulator.carrier.call import CarrierCall
from calls.simulator.carrier.frames import Frame
from calls.simulator.carrier.order import Session
from calls.simulator.carrier.party import CHARACTERS_A_SECOND
from calls.simulator.carrier.playout import (
    Began,
    Clause,
    Finished,
    Piece,
    Playout,
    PlayoutEvent,
    Starved,
    Stopped,
)
from calls.simulator.carrier.relay_settings import RelaySettings

START_S = 0.32  # from the first token to sound
PATIENCE_S = 4.0  # real: how long a caller waits for the rest of a sentence
MEDIA_S = 2.0
DIGIT_S = 0.2

Send = Callable[[Mapping[str, Any]], None]


class RelaySpeaker:
    def __init__(
        self, call: CarrierCall, settings: RelaySettings, record: Session, send: Send
    ) -> None:
        self.call = call
        self.settings = settings
        self.record = record
        self.send = send
        self.language = settings.tts_language
        self.caller_speaks = False
        """With words that may interrupt, also what the agent is about to begin."""
        self.prompted_at = 0.0
        self.playout = Playout(
            CHARACTERS_A_SECOND * call.clock.speed,
            start_delay=call.clock.real(START_S),
            patience=PATIENCE_S,
        )
        self._wake = asyncio.Event()
        self._aborted = False

    @property
    def speaking(self) -> bool:
        return self.playout.speaking

    # What is to be said.

    def greet(self, delay: float) -> None:
        node = self.settings.node
        like = Piece(interruptible=node.get("welcomeGreetingInterruptible", "any"))
        now = self.call.clock.now() + delay
        self.playout.write(self.settings.greeting, now, last=True, like=like)
        self._wake.set()

    def take(self, frame: Frame) -> None:
        """A `text`, `play` or `sendDigits` message."""
        now = self.call.clock.now()
        piece = self._piece(frame)
        if frame["type"] == "text":
            self._tell_delay(now)
            last = frame.get("last", False)
            self._count_late(frame["token"], last=last)
            wake = self.playout.write(frame["token"], now, last=last, like=piece)
            if not wake:
                return
        else:
            self.playout.append(piece, now)
        self._wake.set()

    def _piece(self, frame: Frame) -> Piece:
        node = self.settings.node
        allowed = frame.get("interruptible", node.get("interruptible", "any"))
        if isinstance(allowed, bool):
            allowed = "any" if allowed else "none"
        preemptible = frame.get("preemptible", node.flag("preemptible"))
        piece = Piece(interruptible=allowed, preemptible=preemptible)
        if frame["type"] == "play":
            loops = frame.get("loop", 1) or 1000
            piece.text = f"[plays {frame['source']}]"
            piece.size = MEDIA_S * loops * CHARACTERS_A_SECOND
        elif frame["type"] == "sendDigits":
            piece.text = f"[dials {frame['digits']}]"
            piece.size = DIGIT_S * len(frame["digits"]) * CHARACTERS_A_SECOND
        return piece

    def _tell_delay(self, now: float) -> None:
        """With `debug`, the time from a prompt to the first word of its answer."""
        if self.prompted_at and "debugging" in self.settings.events:
            delay = round((now - self.prompted_at) * 1000)
            self._inform("debugging", "roundTripDelayMs", str(delay))
        self.prompted_at = 0.0

    def _count_late(self, token: str, *, last: bool) -> None:
        if self._aborted and token:
            self.record.late_frames += 1
        if last:
            self._aborted = False

    # What is heard.

    async def play(self) -> None:
        """Follow the playout's deadlines for as long as the session lasts."""
        while True:
            self._wake.clear()
            self.catch_up()
            try:
                async with asyncio.timeout_at(self.playout.deadline):
                    await self._wake.wait()
            except TimeoutError:
                continue

    def catch_up(self) -> None:
        """Report everything that has become audible by now."""
        for event in self.playout.advance(self.call.clock.now()):
            self._tell(event)

    def _tell(self, event: PlayoutEvent) -> None:
        ear = self.call.ear
        match event:
            case Began():
                ear.set_speaking(speaking=True)
                self._inform("speaker-events", "agentSpeaking", "on")
                if self.caller_speaks:
                    self.interrupt("speech")
            case Clause(text):
                self._inform("tokens-played", "tokensPlayed", text)
            case Finished(text, spoken):
                if text:
                    ear.hear("agent" if spoken else "tone", text)
            case Starved(text):
                ear.speaking = False
                ear.hear("agent", text)
                self.call.warn("a talk cycle was left open: no token had last=true")
            case Stopped():
                ear.set_speaking(speaking=False)
                self._inform("speaker-events", "agentSpeaking", "off")

    def _inform(self, event: str, name: str, value: str) -> None:
        if event in self.settings.events:
            self.send({"type": "info", "name": name, "value": value})

    def inform_caller_speaking(self, value: str) -> None:
        self._inform("speaker-events", "clientSpeaking", value)

    # What cuts it.

    def interrupt(self, kind: str) -> bool:
        """The caller's speech or key silences the agent, if it is allowed to."""
        self.catch_up()
        if not self.playout.may_interrupt(kind):
            return False
        cut = self.playout.cut(self.call.clock.now())
        self._aborted = cut.still_open
        self.record.interrupts += 1
        self._heard_until_cut(cut.untold)
        self.send(
            {
                "type": "interrupt",
                "utteranceUntilInterrupt": cut.heard,
                "durationUntilInterruptMs": int(
                    cut.heard_size / CHARACTERS_A_SECOND * 1000
                ),
            }
        )
        self._inform("speaker-events", "agentSpeaking", "off")
        self._wake.set()
        return True

    def stop(self) -> str:
        """The session is over: what was still to be said is lost."""
        if not self.playout.pieces:
            return ""
        cut = self.playout.cut(self.call.clock.now())
        self.playout.pieces.clear()
        self._heard_until_cut(cut.untold)
        return cut.lost

    def _heard_until_cut(self, heard: str) -> None:
        self.call.ear.speaking = False
        if heard:
            self.call.ear.hear("agent", heard + " —")
        else:
            self.call.ear.changed()

    def words_heard(self) -> int:
        return self.playout.words_heard(self.call.clock.now())

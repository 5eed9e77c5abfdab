"""The caller's voice and keys at the model: turns, silences and what they lead to.

https://developers.openai.com/api/docs/guides/realtime-vad. With `interrupt_response`
the caller's first sound cuts the agent off; the silence after their last makes a turn
of what they said; and where nobody says anything, a timeout may make one of that.
"""

import asyncio
import time

from calls.simulator.carrier.party import CHARACTERS_A_SECOND, Utterance
from calls.simulator.carrier.relay_microphone import KEY_S, split
from calls.simulator.realtime.conversation import Item, message, new_id
from calls.simulator.realtime.core import Config, Core
from calls.simulator.realtime.responder import Responder
from calls.simulator.realtime.transcriber import Transcriber

ONSET_S = 0.1
# How long `semantic_vad` waits for more after a sentence that sounds complete.
PATIENCE_S = {"high": 0.3, "medium": 0.6, "auto": 0.6, "low": 1.2}


class Microphone:
    def __init__(self, core: Core, responder: Responder) -> None:
        self.core = core
        self.responder = responder
        self.transcriber = Transcriber(core)
        self._item_id = ""
        """Of the turn that is being spoken; empty while the caller is silent."""
        self._words: list[str] = []
        self._spoken_s = 0.0
        self._idle: asyncio.TimerHandle | None = None

    @property
    def _turns(self) -> Config | None:
        found: Config | None = self.core.input_config["turn_detection"]
        return found

    # Speaking.

    async def speak(self, said: Utterance) -> None:
        """Done once the caller is silent and the turn, where one is made, is over."""
        parts = split(said.text, said.split_into)
        for number, part in enumerate(parts):
            words = part.split()
            if said.breaks_off:
                words = words[: max(1, len(words) // 2)]
            await self._pronounce(" ".join(words))
            more = number < len(parts) - 1
            await self._fall_silent(said.pause_s if more else None)

    async def _pronounce(self, text: str) -> None:
        self._stop_waiting()
        await self.core.caller.clock.sleep(ONSET_S)
        if self._turns is not None and not self._item_id:
            self._begin()
        seconds = len(text) / CHARACTERS_A_SECOND
        await self.core.caller.clock.sleep(seconds)
        self._words.append(text)
        self._spoken_s += seconds

    def _begin(self) -> None:
        assert self._turns is not None
        self._item_id = new_id("item")
        padding: int = self._turns.get("prefix_padding_ms", 300)
        start = max(0, self.core.heard_ms() - padding)
        self.core.emit(
            "input_audio_buffer.speech_started",
            audio_start_ms=start,
            item_id=self._item_id,
        )
        if self._turns.get("interrupt_response", True):
            self.responder.barge_in()

    async def _fall_silent(self, pause_s: float | None) -> None:
        """A pause that is long enough ends the turn; a shorter one does not."""
        patience = self._patience_s()
        clock = self.core.caller.clock
        if patience is None:
            await clock.sleep(pause_s or 0.0)
        elif pause_s is not None and pause_s < patience:
            await clock.sleep(pause_s)
        else:
            await clock.sleep(patience)
            self._end()
            await clock.sleep((pause_s or patience) - patience)

    def _patience_s(self) -> float | None:
        match self._turns:
            case None:
                return None
            case {"type": "semantic_vad", "eagerness": eagerness}:
                return PATIENCE_S[eagerness]
            case turns:
                return float(turns["silence_duration_ms"]) / 1000

    def _end(self) -> None:
        if not self._item_id or self._turns is None:
            return
        self.core.emit(
            "input_audio_buffer.speech_stopped",
            audio_end_ms=self.core.heard_ms(),
            item_id=self._item_id,
        )
        self.commit()
        self._answer()

    def _answer(self) -> None:
        """Where the model is speaking and may not be interrupted, none is made."""
        turns = self._turns
        if turns is not None and not turns.get("create_response", True):
            return
        if self.responder.active is None and not self.core.over:
            self.responder.respond()

    def commit(self) -> bool:
        """Make an item of what was said; False if nothing was."""
        words, self._words = " ".join(self._words), []
        spoken_ms, self._spoken_s = int(self._spoken_s * 1000), 0.0
        item_id, self._item_id = self._item_id or new_id("item"), ""
        if not words:
            return False
        self._add(item_id, words, spoken_ms)
        return True

    def clear(self) -> None:
        self._words, self._spoken_s, self._item_id = [], 0.0, ""

    def _add(self, item_id: str, words: str, audio_ms: int) -> None:
        content = [{"type": "input_audio", "transcript": None}]
        body = message("user", content, "completed") | {"id": item_id}
        item = Item(body, words, audio_ms, by_voice=True)
        before = self.core.conversation.append(item)
        place = {"previous_item_id": before}
        self.core.emit("input_audio_buffer.committed", item_id=item_id, **place)
        self.core.emit("conversation.item.added", item=body, **place)
        self.core.emit("conversation.item.done", item=body, **place)
        self.transcriber.write(item)

    # Silence.

    def wait_for_caller(self) -> None:
        """The agent has been heard to its end: from here on the silence is counted."""
        self._stop_waiting()
        turns = self._turns
        idle = turns.get("idle_timeout_ms") if turns else None
        if idle and not self._item_id and not self.core.over:
            seconds = self.core.caller.clock.patience(idle / 1000)
            self._idle = self.core.later(seconds, self._prompt)

    def _stop_waiting(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _prompt(self) -> None:
        self._idle = None
        busy = self.responder.active is not None or self.responder.speaker.audible
        if self._item_id or busy:
            return
        self.core.record.idle_prompts += 1
        item_id, end = new_id("item"), self.core.heard_ms()
        idle: int = (self._turns or {}).get("idle_timeout_ms") or 0
        self.core.emit(
            "input_audio_buffer.timeout_triggered",
            audio_start_ms=max(0, end - idle),
            audio_end_ms=end,
            item_id=item_id,
        )
        self._add(item_id, "", idle)
        self.responder.respond()

    # Keys.

    async def press(self, digit: str) -> None:
        """The one event without an id; its time is in whole seconds."""
        self._stop_waiting()
        self.core.emit(
            "input_audio_buffer.dtmf_event_received",
            event_id=None,
            event=digit,
            received_at=int(time.time()),
        )
        await self.core.caller.clock.sleep(KEY_S)

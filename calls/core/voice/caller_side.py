"""What the caller does: speak, press keys, or nothing at all."""

from calls.core.actions import HangUp
from calls.core.voice.actions import Respond, TellModel
from calls.core.voice.floor import VoiceFloor
from calls.core.voice.state import Due, VoiceState
from calls.core.words import Ending, EventKind, HandoffReason
from routing.core.ruleset import AtLimit

MODEL_ASKED = "The caller was silent, so the model asked whether anybody is there."


class CallerSide(VoiceFloor):
    def _sound(self, now: float, *, on: bool) -> None:
        self._caller_speaking = on
        self._caller_spoke = True
        self._silences = 0
        self._desk.new_utterance()
        if on:
            self._desk.stay()
            self._stay()
        self._timers.stop(Due.GHOST, Due.SILENCE)
        if not on and self._engine.answers_itself and not self._audible:
            self._expect_sound(now)

    def _agent_audible(self, now: float, *, on: bool) -> None:
        self._audible = on
        if on:
            self._sounded = True
            self._timers.stop(Due.SOUND, Due.SILENCE)
            return
        if self._sounded and not self._response:
            self._owed = self._wanted is not None
        if self.state is VoiceState.TALKING and not self._caller_speaking:
            if not self._engine.idle_prompts:
                patience = self._limits.silence_seconds
                self._timers.start(Due.SILENCE, now + patience)
            self._give_warning(now)
        self._maybe_finish(now)

    def _give_warning(self, now: float) -> None:
        if self._warning_due:
            self._warning_due = False
            self._speak(Respond(self.phrases.length_warning), now)

    def _digit(self, digit: str, now: float) -> None:
        self._timers.stop(Due.GHOST, Due.SILENCE)
        self._caller_spoke = True
        keyed = self._digits.press(digit, now)
        if self._digits.deadline is not None:
            self._timers.start(Due.DIGITS, self._digits.deadline)
            return
        self._timers.stop(Due.DIGITS)
        self._keyed(keyed, now)

    def _keyed(self, digits: str | None, now: float) -> None:
        if digits is None:
            return
        self._note(EventKind.CALLER_KEYED, digits=digits)
        if digits == "0" and self._setting.agent.zero_reaches_person:
            self._hand_off(HandoffReason.CALLER_ASKED, "caller, with key 0", now)
            return
        text = f"(keyed on the keypad: {digits})"
        self._actions.append(TellModel(text, by_caller=True))
        self._speak(Respond(), now)

    def _silent(self, now: float, *, asked_already: bool = False) -> None:
        """Ask again, ask again, then say goodbye or hand off."""
        if self.state is not VoiceState.TALKING or self._caller_speaking:
            return
        self._silences += 1
        if self._silences <= self._limits.silence_prompts:
            if asked_already:
                self._note(EventKind.NOTED, text=MODEL_ASKED, why="silence")
            else:
                self._speak(Respond(self.phrases.still_there), now)
        elif self._limits.at_silence is AtLimit.HAND_OFF:
            self._hand_off(HandoffReason.SILENCE, "portal", now)
        else:
            self._leave(HangUp(Ending.SILENCE), self.phrases.silence_goodbye, now)

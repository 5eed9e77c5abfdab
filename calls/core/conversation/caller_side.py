"""The caller's side: words, keys, silence and barge-in."""

from calls.core import events as ev
from calls.core.actions import HangUp
from calls.core.collector import DigitCollector
from calls.core.conversation.agent_side import AgentSide
from calls.core.conversation.floor import LONGEST_SOUND_SECONDS
from calls.core.conversation.state import Past, Setting, State
from calls.core.timers import Timer
from calls.core.words import Ending, EventKind, HandoffReason
from routing.core.ruleset import AtLimit

WORDS_AFTER_SOUND_SECONDS = 4.0
LISTEN_AGAIN_SECONDS = 1.0
STUCK_AUDIBLE_SECONDS = 30.0


class CallerSide(AgentSide):
    def __init__(self, setting: Setting, past: Past) -> None:
        super().__init__(setting, past)
        self._silences = 0
        self._merge_window = setting.profile.merge_window_ms / 1000
        self._digits = DigitCollector(
            terminator=setting.profile.digit_terminator,
            inter_digit_seconds=setting.profile.inter_digit_ms / 1000,
        )

    def _caller_spoke(self, event: ev.CallerSpoke, now: float) -> None:
        text = event.text.strip()
        if not text:
            return
        self._caller_speaking = False
        self._hear_language(event.language)
        self._note(EventKind.CALLER_SAID, text=text, language=event.language)
        self._take_turn(text, self._merge_window, now)

    def _take_turn(self, text: str, window: float, now: float) -> None:
        """Something said or keyed is answered once it is whole.

        While the agent has the floor it waits; before the first token of an answer
        the question is asked again with the new words in it, unless the model has
        set tools to work already.
        """
        self._silences = 0
        self._history.hear(text)
        self._come_back()
        match self.state:
            case State.THINKING if not self._desk.asked():
                self._cancel_model()
                self._gather(window, now)
            case State.LISTENING | State.GATHERING:
                self._gather(window, now)

    def _gather(self, window: float, now: float) -> None:
        self._enter(State.GATHERING)
        self._timers.stop(Timer.SILENCE)
        self._timers.start(Timer.MERGE, now + window)

    def _utterance_ended(self, now: float) -> None:
        if self._digits.deadline is not None:
            self._timers.start(Timer.MERGE, self._digits.deadline)
            return
        self._desk.new_utterance()
        self._continued = False
        self._ask_model(now)

    def _come_back(self) -> None:
        """A caller who speaks up during a goodbye gets the conversation back."""
        if self.state is State.CLOSING and self._may_go_on:
            self._timers.stop(Timer.CLOSE)
            self._enter(State.LISTENING)

    def _hear_language(self, code: str) -> None:
        """Automatic detection reports "es" where the profile says "es-US"."""
        entry = self._setting.profile.language(code).code
        spoken = _primary(code)
        if _primary(entry) == spoken and _primary(self._language) != spoken:
            self._language = entry
            self._note(EventKind.LANGUAGE_CHANGED, language=entry)

    def _sound(self, now: float, *, on: bool) -> None:
        """The caller can be heard (or no longer); their words follow."""
        expected = self._caller_speaking or on
        self._caller_speaking = on
        if self.state is State.GATHERING and expected:
            window = LONGEST_SOUND_SECONDS if on else self._merge_window
            self._timers.start(Timer.MERGE, now + window)
        elif self.state is State.CLOSING and self._may_go_on and expected:
            hold = LONGEST_SOUND_SECONDS if on else WORDS_AFTER_SOUND_SECONDS
            self._arm_close(now, hold=hold)
        self._await_caller(now)

    # keys

    def _digit(self, digit: str, now: float) -> None:
        keyed = self._digits.press(digit, now)
        if self._digits.deadline is not None:
            self._come_back()
            self._timers.start(Timer.DIGITS, self._digits.deadline)
            self._await_caller(now)
        else:
            self._timers.stop(Timer.DIGITS)
            self._keyed(keyed, now)

    def _keyed(self, digits: str | None, now: float) -> None:
        """Of a late terminator nothing is left; it only shows that they are there."""
        if not digits:
            self._await_caller(now)
            return
        self._note(EventKind.CALLER_KEYED, digits=digits)
        if self._setting.agent.zero_reaches_person and not digits.strip("0"):
            self._hand_off(HandoffReason.CALLER_ASKED, "caller, with key 0", now)
        else:
            self._take_turn(f"(keyed on the keypad: {digits})", 0.0, now)

    # barge-in

    def _interrupted(self, event: ev.CallerInterrupted, now: float) -> None:
        """Stop the model and close the talk cycle, else late tokens are spoken."""
        cuts = self._speech.interrupted(event.heard, now)
        self._desk.stay()
        speaking = self.state is State.SPEAKING
        if speaking:
            self._cancel_model()
            self._close_cycle(now)
            self._keep_answer()
        if cuts is not None:
            self._keep_heard(cuts, event)
        if speaking:
            self._after_cut(now)
        elif self.state is State.CLOSING:
            self._words_end = now
            hold = WORDS_AFTER_SOUND_SECONDS if self._may_go_on else 0.0
            self._arm_close(now, hold=hold)
        self._await_caller(now)

    def _after_cut(self, now: float) -> None:
        """A handover that was asked for already still goes through."""
        if self._desk.transfer is not None:
            self._hand_over(self._desk.transfer, now)
        elif self._desk.busy():
            self._wait_for_tools(now)
        elif self._history.waiting():
            self._gather(self._merge_window, now)
        else:
            self._enter(State.LISTENING)

    # silence

    def _quiet(self, now: float) -> None:
        """Silence counts from the end of our speech, however slowly it is spoken."""
        stuck = now > self._speech.expected_end + STUCK_AUDIBLE_SECONDS
        if self._speech.audible and not stuck:
            self._timers.start(Timer.SILENCE, now + LISTEN_AGAIN_SECONDS)
            return
        self._speech.became(audible=False)
        self._caller_speaking = False
        self._silence(now)

    def _silence(self, now: float) -> None:
        """Ask again, ask again, then say goodbye or hand off."""
        if self._warnings_due:
            self._give_warning(now)
            self._await_caller(now)
        elif self._silences < self._limits.silence_prompts:
            self._silences += 1
            self._say_line(self.phrases.still_there, "silence", now)
            self._await_caller(now)
        elif self._limits.at_silence is AtLimit.HAND_OFF:
            self._hand_off(HandoffReason.SILENCE, "portal", now)
        else:
            words = self.phrases.silence_goodbye
            final = HangUp(Ending.SILENCE)
            self._close(final, words, "silence", now, may_go_on=True)


def _primary(code: str) -> str:
    return code.split("-")[0].lower()

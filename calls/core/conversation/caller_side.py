"""The caller's side: words, keys, silence and barge-in."""

from calls.core import events as ev
from calls.core.actions import HangUp
from calls.core.collector import DigitCollector
from calls.core.conversation.agent_side import AgentSide
from calls.core.conversation.state import Past, Setting, State
from calls.core.desk import WishKind
from calls.core.timers import Timer
from calls.core.words import Ending, EventKind, HandoffReason
from routing.core.ruleset import AtLimit

LISTEN_AGAIN_SECONDS = 1.0
WORDS_AFTER_SOUND_SECONDS = 4.0


class CallerSide(AgentSide):
    def __init__(self, setting: Setting, past: Past) -> None:
        super().__init__(setting, past)
        self._silences = 0
        self._cap_at = 0.0
        self._merge_window = setting.profile.merge_window_ms / 1000
        self._digits = DigitCollector(
            terminator=setting.profile.digit_terminator,
            inter_digit_seconds=setting.profile.inter_digit_ms / 1000,
        )

    def _caller_spoke(self, event: ev.CallerSpoke, now: float) -> None:
        text = event.text.strip()
        if not text or self.state is State.WAITING:
            return
        self._caller_speaking = False
        if event.language:
            self._hear_language(event.language)
        self._note(EventKind.CALLER_SAID, text=text, language=event.language)
        self._take_turn(text, self._merge_window, now)

    def _take_turn(self, text: str, window: float, now: float) -> None:
        """Something said or keyed is answered once it is whole.

        While the agent has the floor it waits; before the first token of an answer
        the question is asked again with the new words in it.
        """
        self._silences = 0
        self._history.hear(text)
        match self.state:
            case State.THINKING if not self._desk.busy():
                self._cancel_model()
                self._keep_answer()
                self._gather(window, now)
            case State.CLOSING if self._may_go_on:
                self._final = None
                self._timers.stop(Timer.CLOSE)
                self._timers.start(Timer.CAP, self._cap_at)
                self._gather(window, now)
            case State.LISTENING:
                self._timers.stop(Timer.SILENCE)
                self._gather(window, now)
            case State.GATHERING:
                self._timers.start(Timer.MERGE, now + window)

    def _gather(self, window: float, now: float) -> None:
        self._enter(State.GATHERING)
        self._timers.start(Timer.MERGE, now + window)

    def _utterance_ended(self, now: float) -> None:
        if self.state is State.GATHERING:
            self._desk.new_utterance()
            self._continued = False
            self._ask_model(now)

    def _hear_language(self, code: str) -> None:
        """Automatic detection reports "es" where the profile says "es-US"."""
        entry = self._setting.profile.language(code).code
        spoken = _primary(code)
        if _primary(entry) == spoken and _primary(self._language) != spoken:
            self._language = entry
            self._note(EventKind.LANGUAGE_CHANGED, language=entry)

    def _sound(self, now: float, *, on: bool) -> None:
        """The caller can be heard (or no longer); their words follow."""
        self._caller_speaking = on
        if self.state is State.GATHERING:
            window = WORDS_AFTER_SOUND_SECONDS if on else self._merge_window
            self._timers.start(Timer.MERGE, now + window)
        self._await_caller(now)

    # keys

    def _digit(self, digit: str, now: float) -> None:
        if self.state in (State.WAITING, State.CLOSING):
            return
        self._silences = 0
        keyed = self._digits.press(digit, now)
        if self._digits.deadline is not None:
            self._timers.stop(Timer.SILENCE)
            self._timers.start(Timer.DIGITS, self._digits.deadline)
            return
        self._timers.stop(Timer.DIGITS)
        self._keyed(keyed, now)

    def _keyed(self, digits: str | None, now: float) -> None:
        if digits is None:
            self._await_caller(now)
            return
        self._note(EventKind.CALLER_KEYED, digits=digits)
        if digits == "0" and self._setting.agent.zero_reaches_person:
            self._hand_off(HandoffReason.CALLER_ASKED, "caller, with key 0", now)
            return
        self._take_turn(f"(keyed on the keypad: {digits})", 0.0, now)

    # barge-in

    def _interrupted(self, event: ev.CallerInterrupted, now: float) -> None:
        self._speech.interrupted(now)
        if self.state is State.CLOSING:
            wait = WORDS_AFTER_SOUND_SECONDS if self._may_go_on else 0.0
            self._timers.start(Timer.CLOSE, now + wait)
        elif self.state is State.SPEAKING:
            self._cut_answer(event, now)
        else:
            self._close_cycle(now)
            if self._history.cut_last(event.heard, other_line=self._last_line):
                self._note_cut(event)
        self._await_caller(now)

    def _cut_answer(self, event: ev.CallerInterrupted, now: float) -> None:
        """Stop the model and close the talk cycle, else late tokens are spoken.

        A handover that was asked for already still goes through.
        """
        self._cancel_model()
        self._close_cycle(now)
        self._keep_answer(heard=event.heard)
        self._note_cut(event)
        wish = self._desk.wish
        if wish is not None and wish.kind is WishKind.HAND_OFF:
            self._hand_off(wish.reason, "agent", now, summary=wish.summary, words="")
        elif self._desk.busy():
            self._wait_for_tools(now)
        elif self._history.has_unanswered_words():
            self._gather(self._merge_window, now)
        else:
            self._listen(now)

    def _note_cut(self, event: ev.CallerInterrupted) -> None:
        self._note(
            EventKind.AGENT_CUT,
            turn=self.turn,
            heard=event.heard,
            heard_ms=event.heard_ms,
        )

    # silence

    def _silence(self, now: float) -> None:
        """Ask again, ask again, then say goodbye or hand off."""
        if self.state is not State.LISTENING:
            return
        if self._silences < self._limits.silence_prompts:
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

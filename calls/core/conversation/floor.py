"""What both sides of the conversation share: speaking, noting, listening, closing."""

from collections.abc import Mapping

from calls.core import events as ev
from calls.core.actions import (
    Action,
    AgentTurn,
    CancelModel,
    HandOff,
    HangUp,
    Note,
    ReportIncident,
    Say,
)
from calls.core.conversation.state import TRANSITIONS, Past, Setting, State
from calls.core.desk import ToolDesk
from calls.core.history import History
from calls.core.speech import Cut, Speech
from calls.core.timers import Timer, Timers
from calls.core.words import CauseOwner, Ending, EventKind, HandoffReason, IncidentKind
from routing.core.ruleset import Phrases

AUDIBLE_GRACE_SECONDS = 3.0
QUIET_GRACE_SECONDS = 0.5
LONGEST_SOUND_SECONDS = 15.0
OUTLAST_THE_FLOOR = frozenset({Timer.CAP, Timer.WARN, Timer.DIGITS})


class Floor:
    def __init__(self, setting: Setting, past: Past) -> None:
        self.state = State.WAITING
        self.turn = past.turn
        self._setting = setting
        self._past = past
        self._limits = setting.agent.limits
        self._language = setting.language
        self._history = History(past.history, notice=setting.notice)
        languages = [entry.code for entry in setting.profile.languages]
        self._desk = ToolDesk(setting.agent, languages, past.collected)
        self._speech = Speech()
        self._timers: Timers[Timer] = Timers()
        self._actions: list[Action] = []
        self._said: list[str] = []
        self._spoken_turn = past.turn
        self._first_token_ms: int | None = None
        self._model_active = False
        self._caller_speaking = False
        self._warnings_due: list[str] = []
        self._final: HandOff | HangUp | None = None
        self._may_go_on = False
        self._words_end = 0.0
        self._held = False

    @property
    def deadline(self) -> float | None:
        """When to call back with `DeadlinePassed`, on the clock of `now`."""
        return self._timers.deadline

    @property
    def spoken_until(self) -> float:
        """When our last words will have been heard, by estimate."""
        return self._speech.expected_end

    @property
    def collected(self) -> Mapping[str, str]:
        return self._desk.collected

    @property
    def language(self) -> str:
        return self._language

    @property
    def phrases(self) -> Phrases:
        return self._setting.profile.language(self._language).phrases

    def _enter(self, state: State) -> None:
        assert state in TRANSITIONS[self.state], f"{self.state} -> {state}"
        self.state = state

    # saying and noting

    def _say(
        self, text: str, now: float, *, last: bool, turn: int | None = None
    ) -> None:
        self._speech.sent(text, now, last=last, turn=turn)
        self._actions.append(Say(text, last=last))

    def _close_cycle(self, now: float) -> None:
        if self._speech.cycle_open:
            self._say("", now, last=True)

    def _say_line(self, text: str, why: str, now: float) -> None:
        """A sentence of the product itself, as a talk cycle of its own."""
        if text:
            self._close_cycle(now)
            self._say(text, now, last=True)
            self._note(EventKind.PRODUCT_SAID, text=text, why=why)

    def _note(self, kind: EventKind, **data: object) -> None:
        self._actions.append(Note(kind, data))

    def _report(self, kind: IncidentKind, cause: CauseOwner, detail: str) -> None:
        self._actions.append(ReportIncident(kind, cause, detail))

    # the answer under way

    def _cancel_model(self) -> None:
        if self._model_active:
            self._model_active = False
            self._actions.append(CancelModel(self.turn))
        self._timers.stop(Timer.FILLER, Timer.FIRST_TOKEN, Timer.STALL)

    def _keep_answer(self) -> None:
        """What was said so far becomes a turn of the agent, before any of its tools.

        The tools follow together, in the order asked, once the last is answered.
        """
        if self._said:
            text = "".join(self._said).strip()
            self._said = []
            self._history.add(AgentTurn(text))
            self._note(
                EventKind.AGENT_SAID,
                text=text,
                turn=self.turn,
                first_token_ms=self._first_token_ms,
                waiting=self._history.waiting(),
            )
        if not self._desk.busy():
            self._history.add(*self._desk.take_answered())

    def _keep_heard(self, cuts: list[Cut], event: ev.CallerInterrupted) -> None:
        """Of what a barge-in cut, only what was heard stays in the history.

        An answer of which nothing was heard is noted with no words at all, whatever
        else the carrier says was heard.
        """
        for cut in cuts:
            self._history.cut(cut.kept)
            heard = event.heard if cut.kept else ""
            self._note_cut(event, turn=cut.turn, heard=heard, kept=cut.kept)
        if not cuts:
            self._note_cut(event, turn=self._spoken_turn, heard=event.heard)

    def _note_cut(self, event: ev.CallerInterrupted, **data: object) -> None:
        self._note(EventKind.AGENT_CUT, heard_ms=event.heard_ms, **data)

    # listening

    def _listen(self, now: float) -> None:
        self._enter(State.LISTENING)
        self._give_warning(now)
        self._await_caller(now)

    def _give_warning(self, now: float) -> None:
        if self._warnings_due:
            for limit in self._warnings_due:
                self._note(EventKind.LIMIT_WARNED, limit=limit)
            self._warnings_due = []
            self._say_line(self.phrases.length_warning, "limit", now)

    def _await_caller(self, now: float) -> None:
        """Arm the silence ladder from when our speech ends; not while they key.

        A caller who makes a sound is given time for words, but not for ever: the
        end of the sound may never be told.
        """
        if self.state is not State.LISTENING or self._timers.running(Timer.DIGITS):
            self._timers.stop(Timer.SILENCE)
            return
        sound = LONGEST_SOUND_SECONDS if self._caller_speaking else 0.0
        patience = max(sound, self._limits.silence_seconds)
        self._timers.start(Timer.SILENCE, self._speech.ends(now) + patience)

    # closing

    def _close(
        self,
        final: HandOff | HangUp,
        words: str,
        why: str,
        now: float,
        *,
        may_go_on: bool = False,
    ) -> None:
        """Say the last words and act once they have been heard.

        `may_go_on`: a caller who speaks up before that gets the conversation back.
        """
        self._cancel_model()
        self._close_cycle(now)
        self._keep_answer()
        self._say_line(words, why, now)
        self._final, self._may_go_on = final, may_go_on
        self._timers.stop_all(but=OUTLAST_THE_FLOOR)
        self._words_end = self._speech.ends(now)
        wait = may_go_on and self._caller_speaking
        self._arm_close(now, hold=LONGEST_SOUND_SECONDS if wait else 0.0)
        self._enter(State.CLOSING)

    def _arm_close(self, now: float, *, hold: float = 0.0) -> None:
        """`hold` is how long to wait for words of the caller, who may go on."""
        self._held = hold > 0
        audible = self._speech.audible
        grace = AUDIBLE_GRACE_SECONDS if audible else QUIET_GRACE_SECONDS
        self._timers.start(Timer.CLOSE, max(now + hold, self._words_end + grace))

    def _heard_out(self, now: float) -> None:
        """Act as soon as the last words were heard."""
        if self.state is State.CLOSING and not self._held:
            if self._speech.finished(now):
                self._finish()
            else:
                self._arm_close(now)

    def _hand_off(
        self,
        reason: HandoffReason,
        asked_by: str,
        now: float,
        *,
        summary: str = "",
        words: str | None = None,
    ) -> None:
        """`words` None says the profile's handoff phrase."""
        if isinstance(self._final, HandOff):
            return
        self._note(
            EventKind.HANDOFF_ASKED,
            reason=reason.value,
            summary=summary,
            asked_by=asked_by,
        )
        final = HandOff(reason, summary, dict(self._desk.collected), asked_by)
        words = self.phrases.handoff if words is None else words
        self._close(final, words, "handoff", now)

    def _finish(self) -> None:
        final = self._final
        assert final is not None
        if isinstance(final, HangUp):
            self._end(final.ending, final.outcome)
        else:
            self._end(Ending.HANDED_OFF)
        self._actions.append(final)

    def _end(self, ending: Ending, outcome: str = "") -> None:
        self._timers.stop_all()
        self._note(EventKind.ENDING, why=ending.value, outcome=outcome)
        self._enter(State.ENDED)

"""What both sides of the conversation share: speaking, noting, listening, closing."""

from collections.abc import Mapping

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
from calls.core.speech import Speech
from calls.core.timers import Timer, Timers
from calls.core.words import CauseOwner, EventKind, HandoffReason, IncidentKind
from routing.core.ruleset import Phrases

AUDIBLE_GRACE_SECONDS = 3.0
QUIET_GRACE_SECONDS = 0.5


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
        self._timers = Timers()
        self._actions: list[Action] = []
        self._said: list[str] = []
        self._first_token_ms: int | None = None
        self._model_active = False
        self._last_line = ""
        self._caller_speaking = False
        self._warning_due = False
        self._final: HandOff | HangUp | None = None
        self._may_go_on = False

    @property
    def deadline(self) -> float | None:
        """When to call back with `DeadlinePassed`, on the clock of `now`."""
        return self._timers.deadline

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

    def _say(self, text: str, now: float, *, last: bool) -> None:
        self._speech.sent(text, now, last=last)
        self._actions.append(Say(text, last=last))

    def _close_cycle(self, now: float) -> None:
        if self._speech.cycle_open:
            self._say("", now, last=True)

    def _say_line(self, text: str, why: str, now: float) -> None:
        """A sentence of the product itself, as a talk cycle of its own."""
        self._close_cycle(now)
        self._say(text, now, last=True)
        self._last_line = text
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

    def _keep_answer(self, *, heard: str | None = None) -> None:
        """What was said so far becomes a turn of the agent, before any of its tools.

        `heard` cuts that turn at what reached the caller.
        """
        text = "".join(self._said).strip()
        self._said = []
        if text:
            self._history.add(AgentTurn(text))
            self._note(
                EventKind.AGENT_SAID,
                text=text,
                turn=self.turn,
                first_token_ms=self._first_token_ms,
            )
        if text and heard is not None:
            self._history.cut_last(heard, other_line=self._last_line)
        self._history.add_tools(self._desk.take_answered())

    # listening

    def _listen(self, now: float) -> None:
        self._enter(State.LISTENING)
        if self._warning_due:
            self._warning_due = False
            self._say_line(self.phrases.length_warning, "limit", now)
        self._await_caller(now)

    def _await_caller(self, now: float) -> None:
        """Arm the silence ladder from when our speech ends; not while they talk."""
        if self.state is not State.LISTENING:
            return
        if self._caller_speaking or self._timers.running(Timer.DIGITS):
            self._timers.stop(Timer.SILENCE)
            return
        quiet_from = max(now, self._speech.expected_end)
        self._timers.start(Timer.SILENCE, quiet_from + self._limits.silence_seconds)

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
        if words:
            self._say_line(words, why, now)
        self._final, self._may_go_on = final, may_go_on
        self._timers.stop_all()
        audible = self._speech.audible
        grace = AUDIBLE_GRACE_SECONDS if audible else QUIET_GRACE_SECONDS
        ends = max(self._speech.expected_end, now)
        self._timers.start(Timer.CLOSE, ends + grace)
        self._enter(State.CLOSING)

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
        if self.state is State.CLOSING:
            self._final, self._may_go_on = final, False
            return
        words = self.phrases.handoff if words is None else words
        self._close(final, words, "handoff", now)

    def _finish(self) -> None:
        final = self._final
        assert final is not None
        self._timers.stop_all()
        if isinstance(final, HangUp):
            self._note(EventKind.ENDING, why=final.ending.value, outcome=final.outcome)
        self._actions.append(final)
        self._enter(State.ENDED)

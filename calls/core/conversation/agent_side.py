"""The agent's side: the model's answers and the tools it asks for."""

from calls.core import events as ev
from calls.core.actions import AskModel, ChangeLanguage, HangUp, NoticeTurn, RunTool
from calls.core.conversation.floor import Floor
from calls.core.conversation.state import Past, Setting, State
from calls.core.desk import Answer, Wish
from calls.core.timers import Timer
from calls.core.tools import BUILT_IN
from calls.core.words import (
    CauseOwner,
    Ending,
    EventKind,
    HandoffReason,
    IncidentKind,
)

STALL_SECONDS = 6.0
TOOLS_SECONDS = 25.0
GO_ON = "Your last answer was cut off by a fault. Go on where it stopped."
SAY_SOMETHING = "Your last answer was empty. Answer the caller."


class AgentSide(Floor):
    def __init__(self, setting: Setting, past: Past) -> None:
        super().__init__(setting, past)
        self._asked_at = 0.0
        self._continued = False
        self._may_be_empty = False

    def _ask_model(self, now: float, *, may_be_empty: bool = False) -> None:
        self.turn += 1
        self._model_active = True
        self._may_be_empty = may_be_empty
        self._asked_at = now
        self._first_token_ms = None
        self._desk.begin_answer()
        self._timers.start(Timer.FIRST_TOKEN, now + self._limits.first_token_seconds)
        if not may_be_empty:
            self._start_filler(now)
        self._enter(State.THINKING)
        self._actions.append(AskModel(self.turn, self._history.items()))

    def _start_filler(self, now: float) -> None:
        quiet_from = self._speech.ends(now)
        self._timers.start(Timer.FILLER, quiet_from + self._limits.filler_after)

    def _model_said(self, text: str, now: float) -> None:
        if self.state is State.THINKING:
            text = text.lstrip()
        if not text:
            return
        if self.state is State.THINKING:
            self._first_token_ms = round((now - self._asked_at) * 1000)
            self._spoken_turn = self.turn
            self._timers.stop(Timer.FILLER, Timer.FIRST_TOKEN)
            self._enter(State.SPEAKING)
        self._timers.start(Timer.STALL, now + STALL_SECONDS)
        self._said.append(text)
        self._say(text, now, last=False, turn=self.turn)

    def _model_finished(self, now: float) -> None:
        self._model_active = False
        self._timers.stop(Timer.FILLER, Timer.FIRST_TOKEN, Timer.STALL)
        if self._desk.transfer is not None:
            self._hand_over(self._desk.transfer, now)
        elif self._said or self._desk.asked() or self._may_be_empty:
            self._close_cycle(now)
            self._keep_answer()
            self._after_answer(now)
        else:
            self._report_fault(IncidentKind.MODEL_ERROR, "empty answer")
            self._ask_once_more(SAY_SOMETHING, now)

    def _after_answer(self, now: float) -> None:
        if self._desk.busy():
            self._wait_for_tools(now)
        elif self._desk.asked():
            self._tools_are_done(now)
        elif self._history.waiting():
            self._enter(State.GATHERING)
            self._timers.start(Timer.MERGE, now)
        else:
            self._listen(now)

    def _spoke(self) -> bool:
        return self._first_token_ms is not None

    def _hand_over(self, wish: Wish, now: float) -> None:
        """As the model asked; its own words come first, if it said any."""
        words = "" if self._spoke() else None
        self._hand_off(wish.reason, "agent", now, summary=wish.summary, words=words)

    # faults

    def _model_failed(self, kind: IncidentKind, reason: str, now: float) -> None:
        """An answer that broke off is continued once; none at all is not waited for."""
        self._report_fault(kind, reason)
        self._cancel_model()
        if self._desk.transfer is not None:
            self._hand_over(self._desk.transfer, now)
        elif self._said or self._desk.asked():
            self._ask_once_more(GO_ON, now)
        else:
            self._give_up(HandoffReason.MODEL_FAILED, now)

    def _report_fault(self, kind: IncidentKind, reason: str) -> None:
        self._report(kind, CauseOwner.MODEL, reason)
        self._note(EventKind.MODEL_FAILED, reason=reason, turn=self.turn)

    def _ask_once_more(self, notice: str, now: float) -> None:
        if self._continued:
            self._give_up(HandoffReason.MODEL_FAILED, now)
            return
        self._continued = True
        self._close_cycle(now)
        self._keep_answer()
        self._history.add(NoticeTurn(notice))
        if self._desk.busy():
            self._wait_for_tools(now)
        else:
            self._ask_model(now)

    def _give_up(self, reason: HandoffReason, now: float) -> None:
        self._keep_answer()
        self._say_line(self.phrases.apology, "apology", now)
        self._hand_off(reason, "portal", now)

    # tools

    def _tool_asked(self, event: ev.ToolAsked, now: float) -> None:
        if self._desk.knows(event.tool_call):
            return
        if self.state is State.SPEAKING:
            self._timers.start(Timer.STALL, now + STALL_SECONDS)
        self._note(
            EventKind.TOOL_ASKED,
            tool_call=event.tool_call,
            name=event.name,
            arguments=event.arguments,
        )
        answer = self._desk.ask(event.tool_call, event.name, event.arguments)
        if answer is None:
            self._actions.append(RunTool(event.tool_call, event.name, event.arguments))
        else:
            self._note_effects(answer)
            self._note_answer(event.tool_call, event.name, answer.output, ok=answer.ok)

    def _note_effects(self, answer: Answer) -> None:
        for name, value in answer.collected.items():
            self._note(EventKind.FIELD_COLLECTED, name=name, value=value)
        if answer.message:
            self._note(EventKind.MESSAGE_TAKEN, **answer.message)
        if answer.language:
            self._language = answer.language
            self._note(EventKind.LANGUAGE_CHANGED, language=answer.language)
            self._actions.append(ChangeLanguage(answer.language))

    def _tool_answered(self, event: ev.ToolAnswered, now: float) -> None:
        name = self._desk.answer(event.tool_call, event.output, ok=event.ok)
        if name is None:
            return
        self._note_answer(event.tool_call, name, event.output, ok=event.ok)
        if not event.ok:
            ours = name in BUILT_IN
            owner = CauseOwner.OURS if ours else CauseOwner.CUSTOMER_TOOL
            self._report(IncidentKind.TOOL_ERROR, owner, f"The tool {name} failed.")
        if self.state is State.WORKING and not self._desk.busy():
            self._tools_are_done(now)

    def _note_answer(self, tool_call: str, name: str, output: str, *, ok: bool) -> None:
        self._note(
            EventKind.TOOL_ANSWERED,
            tool_call=tool_call,
            name=name,
            output=output,
            ok=ok,
        )

    def _wait_for_tools(self, now: float) -> None:
        self._enter(State.WORKING)
        if not self._spoke():
            self._say_line(self._desk.waiting_line(), "waiting for a tool", now)
        self._start_filler(now)
        self._timers.start(Timer.FIRST_TOKEN, now + TOOLS_SECONDS)

    def _tools_are_done(self, now: float) -> None:
        self._history.add(*self._desk.take_answered())
        if self._desk.may_end() and not self._history.waiting():
            self._end_as_asked(now)
        elif self._desk.rounds < self._limits.max_tool_rounds:
            # Having asked its question and noted something, the model may be done.
            noted_only = self._spoke() and not self._desk.ran()
            self._ask_model(now, may_be_empty=noted_only)
        else:
            detail = "The model kept asking for tools and never answered."
            self._report(IncidentKind.MODEL_ERROR, CauseOwner.MODEL, detail)
            self._give_up(HandoffReason.CANNOT_HELP, now)

    def _end_as_asked(self, now: float) -> None:
        wish = self._desk.wish
        outcome = "" if wish is None else wish.outcome
        words = "" if self._spoke() else self.phrases.closing
        final = HangUp(Ending.AGENT_ENDED, outcome)
        self._close(final, words, "closing", now, may_go_on=True)

    # time

    def _no_answer(self, now: float) -> None:
        """The deadline of THINKING or WORKING has passed."""
        if self.state is State.WORKING:
            detail = "A tool never answered."
            self._report(IncidentKind.TOOL_ERROR, CauseOwner.OURS, detail)
            self._give_up(HandoffReason.TOOL_FAILED, now)
        else:
            self._model_failed(IncidentKind.MODEL_SLOW, "no first token", now)

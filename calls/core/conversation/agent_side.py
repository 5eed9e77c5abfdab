"""The agent's side: the model's answers and the tools it asks for."""

from calls.core import events as ev
from calls.core.actions import (
    AskModel,
    ChangeLanguage,
    HangUp,
    NoticeTurn,
    RunTool,
)
from calls.core.conversation.floor import Floor
from calls.core.conversation.state import Past, Setting, State
from calls.core.desk import Wish, WishKind
from calls.core.timers import Timer
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


class AgentSide(Floor):
    def __init__(self, setting: Setting, past: Past) -> None:
        super().__init__(setting, past)
        self._asked_at = 0.0
        self._filled = False
        self._continued = False

    def _ask_model(self, now: float) -> None:
        self.turn += 1
        self._model_active = True
        self._filled = False
        self._asked_at = now
        self._first_token_ms = None
        self._said = []
        self._desk.begin_answer()
        self._timers.stop(Timer.SILENCE, Timer.MERGE)
        self._timers.start(Timer.FILLER, now + self._limits.filler_after)
        self._timers.start(Timer.FIRST_TOKEN, now + self._limits.first_token_seconds)
        self._enter(State.THINKING)
        self._actions.append(AskModel(self.turn, self._history.items()))

    def _model_said(self, text: str, now: float) -> None:
        if not text:
            return
        if self.state is State.THINKING:
            self._first_token_ms = round((now - self._asked_at) * 1000)
            self._timers.stop(Timer.FILLER, Timer.FIRST_TOKEN)
            self._enter(State.SPEAKING)
        self._timers.start(Timer.STALL, now + STALL_SECONDS)
        self._said.append(text)
        self._say(text, now, last=False)

    def _model_finished(self, now: float) -> None:
        self._model_active = False
        self._timers.stop(Timer.FILLER, Timer.FIRST_TOKEN, Timer.STALL)
        if not self._said and not self._desk.asked():
            self._model_failed(IncidentKind.MODEL_ERROR, "empty answer", now)
        elif self._desk.wish is not None:
            self._grant(self._desk.wish, now)
        else:
            self._close_cycle(now)
            self._keep_answer()
            self._after_answer(now)

    def _after_answer(self, now: float) -> None:
        if self._desk.busy():
            self._wait_for_tools(now)
        elif self._desk.asked():
            self._tools_are_done(now)
        elif self._history.has_unanswered_words():
            self._enter(State.GATHERING)
            self._timers.start(Timer.MERGE, now)
        else:
            self._listen(now)

    def _grant(self, wish: Wish, now: float) -> None:
        """The model asked to hand over or to end; its own words come first."""
        said = bool(self._said)
        if wish.kind is WishKind.HAND_OFF:
            words = "" if said else None
            self._hand_off(wish.reason, "agent", now, summary=wish.summary, words=words)
            return
        words = "" if said else self.phrases.closing
        final = HangUp(Ending.AGENT_ENDED, wish.outcome)
        self._close(final, words, "closing", now, may_go_on=True)

    def _model_failed(self, kind: IncidentKind, reason: str, now: float) -> None:
        spoke = bool(self._said)
        self._cancel_model()
        self._report(kind, CauseOwner.MODEL, reason)
        self._note(EventKind.MODEL_FAILED, reason=reason, turn=self.turn)
        self._close_cycle(now)
        self._keep_answer()
        if spoke and not self._continued and not self._desk.asked():
            self._continued = True
            self._history.add(NoticeTurn(GO_ON))
            self._ask_model(now)
            return
        self._say_line(self.phrases.apology, "apology", now)
        self._hand_off(HandoffReason.MODEL_FAILED, "portal", now)

    # tools

    def _tool_asked(self, event: ev.ToolAsked) -> None:
        self._note(
            EventKind.TOOL_ASKED,
            tool_call=event.tool_call,
            name=event.name,
            arguments=event.arguments,
        )
        answer = self._desk.ask(event.tool_call, event.name, event.arguments)
        if answer is None:
            self._actions.append(RunTool(event.tool_call, event.name, event.arguments))
            return
        for name, value in answer.collected.items():
            self._note(EventKind.FIELD_COLLECTED, name=name, value=value)
        if answer.message:
            self._note(EventKind.MESSAGE_TAKEN, **answer.message)
        if answer.language:
            self._language = answer.language
            self._note(EventKind.LANGUAGE_CHANGED, language=answer.language)
            self._actions.append(ChangeLanguage(answer.language))
        self._note_answer(event.tool_call, event.name, answer.output, ok=answer.ok)

    def _tool_answered(self, event: ev.ToolAnswered, now: float) -> None:
        name = self._desk.answer(event.tool_call, event.output)
        if name is None:
            return
        self._note_answer(event.tool_call, name, event.output, ok=event.ok)
        if not event.ok:
            detail = f"The tool {name} failed."
            self._report(IncidentKind.TOOL_ERROR, CauseOwner.CUSTOMER_TOOL, detail)
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
        line = self._desk.waiting_line()
        if line and self._first_token_ms is None:
            self._say_line(line, "waiting for a tool", now)
        self._filled = bool(line)
        self._timers.start(Timer.FILLER, now + self._limits.filler_after)
        self._timers.start(Timer.FIRST_TOKEN, now + TOOLS_SECONDS)

    def _tools_are_done(self, now: float) -> None:
        self._timers.stop(Timer.FILLER, Timer.FIRST_TOKEN)
        self._history.add_tools(self._desk.take_answered())
        if self._desk.rounds < self._limits.max_tool_rounds:
            self._ask_model(now)
            return
        detail = "The model kept asking for tools and never answered."
        self._report(IncidentKind.MODEL_ERROR, CauseOwner.MODEL, detail)
        self._say_line(self.phrases.apology, "apology", now)
        self._hand_off(HandoffReason.CANNOT_HELP, "portal", now)

    # time

    def _no_answer(self, now: float) -> None:
        """The deadline of THINKING or WORKING has passed."""
        if self.state is State.WORKING:
            detail = "A tool never answered."
            self._report(IncidentKind.TOOL_ERROR, CauseOwner.OURS, detail)
            self._say_line(self.phrases.apology, "apology", now)
            self._hand_off(HandoffReason.TOOL_FAILED, "portal", now)
        else:
            self._model_failed(IncidentKind.MODEL_SLOW, "no first token", now)

    def _fill(self, now: float) -> None:
        if self.state in (State.THINKING, State.WORKING) and not self._filled:
            self._filled = True
            self._say_line(self.phrases.filler, "filler", now)

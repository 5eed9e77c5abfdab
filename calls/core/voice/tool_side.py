"""Tools: asked for by a completed response, answered all together."""

from calls.core import events as ev
from calls.core.actions import HangUp, RunTool
from calls.core.desk import Wish, WishKind
from calls.core.voice import events as vev
from calls.core.voice.actions import GiveOutput, Respond
from calls.core.voice.caller_side import CallerSide
from calls.core.voice.state import Due
from calls.core.words import (
    CauseOwner,
    Ending,
    EventKind,
    HandoffReason,
    IncidentKind,
)

TOOLS_SECONDS = 25.0


class ToolSide(CallerSide):
    def _ask_tool(self, wish: vev.ToolWish) -> None:
        if self._desk.knows(wish.tool_call):
            return
        self._note(
            EventKind.TOOL_ASKED,
            tool_call=wish.tool_call,
            name=wish.name,
            arguments=wish.arguments,
        )
        answer = self._desk.ask(wish.tool_call, wish.name, wish.arguments)
        if answer is None:
            self._actions.append(RunTool(wish.tool_call, wish.name, wish.arguments))
            return
        for name, value in answer.collected.items():
            self._note(EventKind.FIELD_COLLECTED, name=name, value=value)
        if answer.message:
            self._note(EventKind.MESSAGE_TAKEN, **answer.message)
        if answer.language and answer.language != self._language:
            self._language = answer.language
            self._note(EventKind.LANGUAGE_CHANGED, language=answer.language)
        self._answered(wish.tool_call, wish.name, answer.output, ok=answer.ok)

    def _answered(self, tool_call: str, name: str, output: str, *, ok: bool) -> None:
        self._note(
            EventKind.TOOL_ANSWERED,
            tool_call=tool_call,
            name=name,
            output=output,
            ok=ok,
        )
        self._unseen[tool_call] = output
        self._actions.append(GiveOutput(tool_call, output))

    def _tool_answered(self, event: ev.ToolAnswered, now: float) -> None:
        name = self._desk.answer(event.tool_call, event.output, ok=event.ok)
        if name is None:
            return
        if not event.ok:
            detail = f"The tool {name} failed."
            self._report(IncidentKind.TOOL_ERROR, CauseOwner.CUSTOMER_TOOL, detail)
        self._answered(event.tool_call, name, event.output, ok=event.ok)
        self._after_tools(now)

    def _after_tools(self, now: float, *, spoke: bool = False) -> None:
        """All outputs before one response; an end or a handover asked for goes on."""
        if self._desk.busy():
            self._timers.start(Due.TOOLS, now + TOOLS_SECONDS)
            return
        self._timers.stop(Due.TOOLS)
        self._desk.take_answered()
        if self._desk.wish is not None:
            self._grant(self._desk.wish, now, spoke=spoke)
        elif self._desk.rounds >= self._limits.max_tool_rounds:
            detail = "The model kept asking for tools and never answered."
            self._report(IncidentKind.MODEL_ERROR, CauseOwner.MODEL, detail)
            self._hand_off(HandoffReason.CANNOT_HELP, "portal", now)
        else:
            self._speak(Respond(), now)

    def _grant(self, wish: Wish, now: float, *, spoke: bool) -> None:
        self._owed = spoke and not self._sounded
        if wish.kind is WishKind.HAND_OFF:
            words = "" if spoke else None
            self._hand_off(wish.reason, "agent", now, summary=wish.summary, words=words)
        elif self._desk.may_end():
            words = "" if spoke else self.phrases.closing
            self._leave(HangUp(Ending.AGENT_ENDED, wish.outcome), words, now)
        else:
            self._speak(Respond(), now)

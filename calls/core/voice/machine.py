"""The entrance of the machine: what happens, and what follows from it."""

from calls.core import events as ev
from calls.core.actions import HandOff, HangUp, RunTool
from calls.core.desk import Wish, WishKind
from calls.core.voice import events as vev
from calls.core.voice.actions import (
    GiveOutput,
    Interrupt,
    Respond,
    TellModel,
    VoiceAction,
)
from calls.core.voice.caller_side import CallerSide
from calls.core.voice.state import Due, VoiceState
from calls.core.words import (
    CauseOwner,
    Ending,
    EventKind,
    HandoffReason,
    IncidentKind,
)
from routing.core.ruleset import AtLimit

COST_WARN_SHARE = 0.8
TOOLS_SECONDS = 25.0
ALREADY_SPEAKING = "conversation_already_has_active_response"
HARMLESS = frozenset({ALREADY_SPEAKING, "response_cancel_not_active"})


class VoiceCall(CallerSide):
    def receive(self, event: vev.VoiceEvent, now: float) -> list[VoiceAction]:
        """Never raises for anything that a provider or a caller may send."""
        self._actions = []
        if isinstance(event, vev.TransferUnseen):
            self._transfer_unseen(now, trying=event.trying)
        elif self.state is not VoiceState.ENDED:
            self._dispatch(event, now)
        self._tell_lines(now)
        return self._actions

    def _dispatch(self, event: vev.VoiceEvent, now: float) -> None:
        match event:
            case vev.Attached():
                self._attached(now, again=event.again)
            case ev.CallerLeft():
                self._gone(Ending.CALLER_LEFT, now)
            case ev.TransportLost():
                self._gone(Ending.TRANSPORT_LOST, now)
            case ev.DeadlinePassed():
                while timer := self._timers.pop_due(now):
                    self._time_is_up(timer, now)
            case vev.ItemPlaced():
                self._spoken.place(
                    event.item,
                    event.after,
                    now,
                    by_caller=event.by_caller,
                    speech=event.speech,
                )
            case vev.AgentSaid() | vev.CallerSaid():
                self._spoken.know(event.item, event.text)
            case vev.AgentCut():
                self._spoken.cut(event.item, event.heard_ms)
            case vev.Refused():
                self._refused(event, now)
            case ev.SupervisorAsked():
                self._hand_off(HandoffReason.SUPERVISOR, event.name, now)
            case ev.CostMeasured():
                self._cost(event, now)
            case _:
                self._talk(event, now)

    def _talk(self, event: vev.VoiceEvent, now: float) -> None:
        match event:
            case ev.CallerSpeaking():
                self._sound(now, on=event.on)
            case ev.AgentSpeaking():
                self._agent_audible(now, on=event.on)
            case ev.DigitPressed():
                self._digit(event.digit, now)
            case ev.ToolAnswered():
                self._tool_answered(event, now)
            case vev.ResponseBegan():
                self._response, self._sounded = event.response, self._audible
            case vev.ResponseEnded():
                self._response_ended(event, now)
            case vev.CallerIdle():
                self._spoken.know(event.item, "")
                self._silent(now, asked_already=True)

    def _tell_lines(self, now: float) -> None:
        done = self.state is VoiceState.ENDED
        self._actions += self._spoken.release(now, all_of_it=done)

    # beginning

    def _attached(self, now: float, *, again: bool) -> None:
        if self.state is not VoiceState.WAITING:
            self._connection_is_back(now)
            return
        self._enter(VoiceState.TALKING)
        left = max(self._limits.max_seconds - self._past.elapsed, 0)
        self._timers.start(Due.CAP, now + left)
        if left > self._limits.warn_seconds:
            self._timers.start(Due.WARN, now + left - self._limits.warn_seconds)
        if not self._caller_spoke:
            self._timers.start(Due.GHOST, now + self._engine.ghost_seconds)
        if self._past.handoff is not None:
            asked = self._past.handoff
            self._hand_off(asked.reason, asked.asked_by, now, summary=asked.summary)
        elif again:
            self._take_up_tools(now)
        else:
            if self._setting.notice:
                self._actions.append(TellModel(self._setting.notice))
            self._note(EventKind.GREETED, text=self._setting.greeting)
            self._speak(Respond(self._setting.greeting), now)

    def _connection_is_back(self, now: float) -> None:
        """What ended in the gap was not told, so nothing is taken to be running."""
        self._nothing_runs()
        self._audible = False
        if self._wanted is not None:
            self._speak(self._wanted, now)

    def _take_up_tools(self, now: float) -> None:
        """Tools that were asked for while nobody listened are run again or refused."""
        for wish in self._past.open_tools:
            self._ask_tool(wish)
        if self._past.open_tools:
            self._after_tools(now)
        elif not self._engine.idle_prompts:
            # What was asked in the gap is not told: in a silence we ask again.
            self._timers.start(Due.SILENCE, now + self._limits.silence_seconds)

    # responses

    def _response_ended(self, event: vev.ResponseEnded, now: float) -> None:
        self._nothing_runs()
        self._spoken.lasts(event.item, event.audio_ms)
        if self._sounded or not event.spoke:
            self._owed = self._wanted is not None
        if event.how is vev.Ended.FAILED:
            self._failed(event.detail or "response failed", now)
            return
        if event.spoke or event.how is not vev.Ended.COMPLETED:
            self._timers.stop(Due.SOUND)
        if event.tools:
            self._desk.begin_answer()
            for wish in event.tools:
                self._ask_tool(wish)
            self._after_tools(now, spoke=event.spoke)
        elif self._wanted is not None:
            self._speak(self._wanted, now)
        self._maybe_finish(now)

    # tools

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

    # leaving

    def _transfer_unseen(self, now: float, *, trying: bool) -> None:
        """The transfer did not happen: say so, and take the caller back at the end."""
        handed = isinstance(self._final, HandOff) and self.state is VoiceState.ENDED
        if not handed:
            return
        if trying:
            self._note(
                EventKind.PRODUCT_SAID, text=self.phrases.filler, why="still trying"
            )
            self._actions.append(Respond(self.phrases.filler))
            return
        detail = "A transfer was asked for and nothing shows that it happened."
        self._report(IncidentKind.TRANSFER_FAILED, CauseOwner.MODEL, detail)
        self._final = None
        self._nothing_runs()
        self._enter(VoiceState.TALKING)
        self._timers.start(Due.CAP, now + self._limits.warn_seconds)
        self._speak(Respond(self.phrases.nobody_free), now)

    # faults, time and limits

    def _refused(self, event: vev.Refused, now: float) -> None:
        if event.code == ALREADY_SPEAKING:
            self._was_too_late()
        if event.code in HARMLESS:
            return
        self._asked = None
        self._report(IncidentKind.MODEL_ERROR, CauseOwner.MODEL, event.code)
        if event.fatal:
            self._hand_off(HandoffReason.MODEL_FAILED, "portal", now, words="")

    def _was_too_late(self) -> None:
        """The provider let the model answer the caller first, which is as good as
        any answer of its own; exact words are still to be said, after it.
        """
        asked, self._asked = self._asked, None
        if asked is not None and asked.words and self._wanted is None:
            self._wanted = asked

    def _failed(
        self, why: str, now: float, *, kind: IncidentKind = IncidentKind.MODEL_ERROR
    ) -> None:
        """The model cannot speak: once more, then a person without its help."""
        self._dead_airs += 1
        self._report(kind, CauseOwner.MODEL, why)
        self._note(EventKind.MODEL_FAILED, reason=why)
        if self.state is VoiceState.LEAVING:
            self._wanted, self._owed = None, False
            self._maybe_finish(now)
        elif self._dead_airs <= 1:
            self._speak(self._wanted or Respond(), now)
        else:
            self._hand_off(HandoffReason.MODEL_FAILED, "portal", now, words="")

    def _time_is_up(self, timer: Due, now: float) -> None:
        match timer:
            case Due.CAP:
                self._limit_reached(now)
            case Due.LAST_WORDS:
                self._finish(now)
            case Due.DIGITS:
                self._keyed(self._digits.complete(now), now)
            case Due.SOUND:
                self._dead_air(now)
            case Due.TOOLS:
                detail = "A tool never answered."
                self._report(IncidentKind.TOOL_ERROR, CauseOwner.OURS, detail)
                self._hand_off(HandoffReason.TOOL_FAILED, "portal", now)
            case Due.WARN:
                self._warn("seconds", now)
            case Due.SILENCE:
                self._silent(now)
            case Due.GHOST:
                self._ghost(now)

    def _dead_air(self, now: float) -> None:
        """The agent owes a sound and there is none: stop what hangs, try again.

        The next try waits for the end of what hangs, and if that does not come either
        there is no use in waiting.
        """
        self._asked = None
        if self._audible or self._caller_speaking:
            return
        if self._response:
            self._actions.append(Interrupt())
        if self._dead_airs or self.state is VoiceState.LEAVING:
            self._response, self._owed = "", False
        self._failed("no audio from the model", now, kind=IncidentKind.DEAD_AIR)
        if self.state is VoiceState.TALKING:
            self._expect_sound(now)

    def _ghost(self, now: float) -> None:
        """Nobody ever spoke: a caller who left while it rang is not talked to."""
        if self.state is VoiceState.TALKING and not self._caller_spoke:
            self._leave(HangUp(Ending.SILENCE), "", now)

    def _warn(self, limit: str, now: float) -> None:
        if limit not in self._warned and self.state is VoiceState.TALKING:
            self._warned.add(limit)
            self._note(EventKind.LIMIT_WARNED, limit=limit)
            self._warning_due = True
            if not (self._audible or self._caller_speaking or self._response):
                self._give_warning(now)

    def _limit_reached(self, now: float) -> None:
        if self.state is VoiceState.LEAVING:
            return
        if self._limits.at_limit is AtLimit.HAND_OFF:
            self._hand_off(HandoffReason.LIMIT_REACHED, "portal", now)
        else:
            self._leave(HangUp(Ending.LIMIT), self.phrases.limit_goodbye, now)

    def _cost(self, event: ev.CostMeasured, now: float) -> None:
        most = float(self._limits.max_cost)
        if event.spent >= most:
            self._limit_reached(now)
        elif float(event.spent) >= COST_WARN_SHARE * most:
            self._warn("cost", now)

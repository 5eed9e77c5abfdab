"""The entrance of the machine: what happens, and what follows from it."""

from calls.core import events as ev
from calls.core.actions import HandOff, HangUp
from calls.core.voice import events as vev
from calls.core.voice.actions import (
    Interrupt,
    Respond,
    TellModel,
    VoiceAction,
)
from calls.core.voice.after_gap import AfterGap
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
ALREADY_SPEAKING = "conversation_already_has_active_response"
# Refused because it came too late, or because an item is gone that was there before.
HARMLESS = frozenset(
    {
        ALREADY_SPEAKING,
        "response_cancel_not_active",
        "item_retrieve_invalid_item_id",
        "item_delete_invalid_item_id",
    }
)


class VoiceCall(AfterGap):
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
            case vev.OutputPlaced():
                self._unseen.pop(event.tool_call, None)
            case vev.LastFound():
                self._last_found(event)
            case vev.Recalled():
                self._recalled(event, now)
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
        elif self._past.ending is not None:
            self._take_up_ending(self._past.ending, now)
        elif again:
            self._look_back(now)
        else:
            if self._setting.notice:
                self._actions.append(TellModel(self._setting.notice))
            self._note(EventKind.GREETED, text=self._setting.greeting)
            self._speak(Respond(self._setting.greeting), now)

    def _connection_is_back(self, now: float) -> None:
        """What ended in the gap was not told, so nothing is taken to be running."""
        self._nothing_runs()
        self._audible = False
        if self.state is VoiceState.TALKING:
            self._look_back(now)
        elif self._wanted is not None:
            self._speak(self._wanted, now)

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
            case Due.LOOK_BACK:
                self._go_on(vev.Recalled(), now)
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

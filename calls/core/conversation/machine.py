"""The entrance of the machine, time and limits."""

from dataclasses import replace
from decimal import Decimal
from typing import Literal, assert_type

from calls.core import events as ev
from calls.core.actions import Action, AgentTurn, HandOff, HangUp, NoticeTurn
from calls.core.conversation.agent_side import STALL_SECONDS, TOOLS_SECONDS
from calls.core.conversation.caller_side import STUCK_AUDIBLE_SECONDS, CallerSide
from calls.core.conversation.floor import LONGEST_SOUND_SECONDS
from calls.core.conversation.state import Past, Setting, State
from calls.core.timers import Timer
from calls.core.words import (
    CauseOwner,
    Ending,
    EventKind,
    HandoffReason,
    IncidentKind,
)
from routing.core.ruleset import AtLimit

COST_WARN_SHARE = Decimal("0.8")
GREET = "The caller is connected now. Greet them."


class Conversation(CallerSide):
    def __init__(self, setting: Setting, past: Past | None = None) -> None:
        super().__init__(setting, past or Past())
        self._warned: set[str] = set()
        self._supervisor: str | None = None

    @property
    def longest_quiet(self) -> float:
        """For how many seconds at most a caller may hear nothing and say nothing.

        Every wait of ours ends with words. They are counted from the end of our speech
        where nobody tells us when that is.
        """
        waits = (
            LONGEST_SOUND_SECONDS,
            STALL_SECONDS,
            TOOLS_SECONDS,
            self._limits.first_token_seconds,
            self._limits.silence_seconds,
        )
        return STUCK_AUDIBLE_SECONDS + max(waits)

    def receive(self, event: ev.Event, now: float) -> list[Action]:
        """Never raises for anything that a carrier, a model or a caller may send."""
        self._actions = []
        if self.state is State.WAITING:
            self._before_connection(event, now)
        elif self.state is not State.ENDED:
            self._dispatch(event, now)
        return self._actions

    def _before_connection(self, event: ev.Event, now: float) -> None:
        match event:
            case ev.Connected():
                self._connected(event, now)
            case ev.SupervisorAsked():
                self._supervisor = event.name
            case ev.FrameRefused() | ev.CallerLeft() | ev.TransportLost():
                self._dispatch(event, now)

    def _dispatch(self, event: ev.Event, now: float) -> None:
        match event:
            case ev.DeadlinePassed():
                while timer := self._timers.pop_due(now):
                    self._time_is_up(timer, now)
            case (
                ev.ModelSaid() | ev.ToolAsked() | ev.ModelFinished() | ev.ModelFailed()
            ):
                if self._model_active and event.turn == self.turn:
                    self._model_event(event, now)
            case ev.ToolAnswered():
                self._tool_answered(event, now)
            case ev.CallerSpoke():
                self._caller_spoke(event, now)
            case ev.CallerInterrupted():
                self._interrupted(event, now)
            case ev.DigitPressed():
                self._digit(event.digit, now)
            case ev.CallerSpeaking():
                self._sound(now, on=event.on)
            case ev.AgentSpeaking():
                self._audible(now, on=event.on)
            case ev.SpeechPlayed():
                self._speech.played(event.text)
                self._heard_out(now)
            case ev.CostMeasured():
                self._cost(event, now)
            case ev.SupervisorAsked():
                self._hand_off(HandoffReason.SUPERVISOR, event.name, now)
            case ev.FrameRefused():
                kind, owner = IncidentKind.FRAME_REFUSED, CauseOwner.OURS
                self._report(kind, owner, event.detail)
            case ev.CallerLeft():
                self._gone(Ending.CALLER_LEFT, "left", now)
            case ev.TransportLost():
                self._gone(Ending.TRANSPORT_LOST, "lost", now)
            case _:
                # The session was connected already.
                assert_type(event, ev.Connected)

    def _model_event(
        self,
        event: ev.ModelSaid | ev.ToolAsked | ev.ModelFinished | ev.ModelFailed,
        now: float,
    ) -> None:
        match event:
            case ev.ModelSaid():
                self._model_said(event.text, now)
            case ev.ToolAsked():
                self._tool_asked(event, now)
            case ev.ModelFinished():
                self._model_finished(now)
            case _:
                assert_type(event, ev.ModelFailed)
                self._model_active = False
                self._model_failed(IncidentKind.MODEL_ERROR, event.reason, now)

    # beginning and end

    def _connected(self, event: ev.Connected, now: float) -> None:
        self._language = event.language or self._language
        left = self._limits.max_seconds - self._past.elapsed
        if self._past.handoff is not None:
            self._carry_out(self._past.handoff, now)
        elif left <= 0:
            self._limit_reached(now)
        else:
            self._timers.start(Timer.CAP, now + left)
            if left > self._limits.warn_seconds:
                self._timers.start(Timer.WARN, now + left - self._limits.warn_seconds)
            self._begin(event, now)
        if self._supervisor is not None:
            self._hand_off(HandoffReason.SUPERVISOR, self._supervisor, now)

    def _carry_out(self, asked: HandOff, now: float) -> None:
        """It stands in the journal already, so it is not noted again."""
        final = replace(asked, fields={**asked.fields, **self.collected})
        self._close(final, self.phrases.handoff, "handoff", now)

    def _begin(self, event: ev.Connected, now: float) -> None:
        if self._history.spoken():
            self._resume(now)
        elif event.greeted and self._setting.greeting:
            self._greeted(now)
        else:
            self._history.add(NoticeTurn(GREET))
            self._ask_model(now)

    def _greeted(self, now: float) -> None:
        greeting = self._setting.greeting
        self._note(EventKind.GREETED, text=greeting)
        self._history.add(AgentTurn(greeting))
        self._speech.sent(greeting, now, last=True, turn=self.turn)
        self._listen(now)

    def _resume(self, now: float) -> None:
        self._say_line(self.phrases.resumed, "resumed", now)
        if self._history.owes_answer():
            self._ask_model(now)
        else:
            self._listen(now)

    def _gone(self, ending: Ending, how: str, now: float) -> None:
        """What the caller did not hear of our answer is marked with `how`."""
        unheard = self._speech.left(now)
        self._cancel_model()
        self._keep_answer()
        for cut in unheard:
            self._note(
                EventKind.AGENT_CUT,
                turn=cut.turn,
                heard=cut.kept,
                kept=cut.kept,
                heard_ms=None,
                **{how: True},
            )
        self._end(ending)

    # time

    def _time_is_up(self, timer: Timer, now: float) -> None:
        match timer:
            case Timer.CAP:
                self._limit_reached(now)
            case Timer.CLOSE:
                self._finish()
            case Timer.DIGITS:
                self._keyed(self._digits.complete(now), now)
            case Timer.MERGE:
                self._utterance_ended(now)
            case Timer.FIRST_TOKEN:
                self._no_answer(now)
            case Timer.STALL:
                self._model_failed(IncidentKind.MODEL_SLOW, "answer stalled", now)
            case Timer.FILLER:
                self._say_line(self.phrases.filler, "filler", now)
            case Timer.WARN:
                self._warn("seconds", now)
            case _:
                assert_type(timer, Literal[Timer.SILENCE])
                self._quiet(now)

    def _audible(self, now: float, *, on: bool) -> None:
        fell_silent = self._speech.audible and not on
        self._speech.became(audible=on)
        self._heard_out(now)
        if fell_silent:
            self._await_caller(now)

    # limits

    def _warn(self, limit: str, now: float) -> None:
        """Never in the middle of an answer, nor while the caller speaks or keys."""
        if limit in self._warned:
            return
        self._warned.add(limit)
        self._warnings_due.append(limit)
        busy = self._caller_speaking or self._timers.running(Timer.DIGITS)
        if self.state is State.LISTENING and not busy:
            self._give_warning(now)
            self._await_caller(now)

    def _limit_reached(self, now: float) -> None:
        if self.state is State.CLOSING:
            self._may_go_on = False
            self._arm_close(now)
        elif self._desk.transfer is not None:
            self._hand_over(self._desk.transfer, now)
        elif self._limits.at_limit is AtLimit.HAND_OFF:
            self._hand_off(HandoffReason.LIMIT_REACHED, "portal", now)
        else:
            words = self.phrases.limit_goodbye
            self._close(HangUp(Ending.LIMIT), words, "limit", now)

    def _cost(self, event: ev.CostMeasured, now: float) -> None:
        most = self._limits.max_cost
        if event.spent >= most:
            self._limit_reached(now)
        elif event.spent >= COST_WARN_SHARE * most:
            self._warn("cost", now)

"""Drives one relay call: events in, the conversation decides, actions out.

One task per call takes events from a bounded inbox and keeps the conversation's
deadline. Model answers and tools run in tasks of their own and report back through
the inbox, so that nothing here waits but the socket.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from django.conf import settings
from django.utils import timezone

from calls.core import events as ev
from calls.core.actions import (
    Action,
    AskModel,
    CancelModel,
    ChangeLanguage,
    HandOff,
    HangUp,
    Note,
    ReportIncident,
    RunTool,
    Say,
)
from calls.core.conversation import Conversation, State
from calls.core.pulse import Pulse
from calls.core.words import CauseOwner, EventKind, IncidentKind
from calls.driver.answers import Answers
from calls.driver.briefing import Briefing
from calls.driver.inbox import Inbox
from calls.driver.recorder import Recorder
from calls.driver.runtime import Runtime
from calls.driver.tools import Tools
from calls.providers import relay_frames
from calls.services import handoffs, sessions

logger = logging.getLogger(__name__)

STORE_SECONDS = 4.0
# What is said by either side, or heard of it; all else goes on without the caller.
AUDIBLE = (
    ev.CallerSpoke,
    ev.CallerSpeaking,
    ev.CallerInterrupted,
    ev.DigitPressed,
    ev.AgentSpeaking,
    ev.SpeechPlayed,
)
FAILED = "The program that drives the call failed; the call was taken up again."
STOPPED = (
    "The program that drives the call made no headway for "
    "{seconds} s while the caller waited; the call was brought back."
)
CONNECTIONS = (("twilio", "conversation_relay"), ("twilio", "voice_inbound"))


class RelayDriver:
    """`send` writes a frame; `close` ends the socket with a WebSocket close code.

    `tell` hands in what happened and returns at once. Its parts know the inbox and not
    the driver, so that what a call leaves behind is gone with it: the garbage of many
    calls would stop all others while the collector takes it away.
    """

    def __init__(
        self,
        briefing: Briefing,
        held_by: Runtime,
        *,
        send: Callable[[str], Awaitable[None]],
        close: Callable[[int], Awaitable[None]],
    ) -> None:
        self.call = briefing.session.call
        self._briefing = briefing
        self._runtime = held_by
        self._send = send
        self._close = close
        self._inbox: Inbox[ev.Event] = Inbox()
        self.tell = self._inbox.put
        self._clock = asyncio.get_running_loop().time
        self._pulse = Pulse(settings.STUCK_SECONDS)
        self._busy = False
        self._audible_at = self._clock()
        self._ending: asyncio.Future[None] | None = None
        self._conversation = Conversation(briefing.setting, briefing.past)
        self._recorder = Recorder(
            self.call,
            briefing.session.stream,
            held_by.journal,
            held_by.meter,
            since=briefing.session.answered_at,
            connections=CONNECTIONS,
            used=briefing.session.used,
            tell=self.tell,
        )
        use = self._recorder.use
        self._answers = Answers(briefing, held_by.model, self._inbox, use)
        self._tools = Tools(briefing, held_by, self.tell)
        self._left = sessions.Left("", "", briefing.session.language, {})
        first = briefing.session.first
        self.tell(ev.Connected(briefing.setting.language, greeted=first))
        self._task = asyncio.create_task(self._run(), name=f"call {self.call}")
        held_by.live[self.call] = held_by.leased[self.call] = self

    def take_over(self, name: str) -> None:
        self.tell(ev.SupervisorAsked(name))

    def caller_gone(self) -> None:
        """The carrier says so before its socket does."""
        self.tell(ev.CallerLeft())

    def let_go(self) -> None:
        """The lease is another's: the carrier has taken the caller back from us."""
        self._abandon(1001)

    def makes_headway(self) -> bool:
        """Asked once a second. What has stopped for good is ended from out here, so
        that the carrier brings the caller back; if even that fails, the lease runs out.
        """
        self._pulse.look(due=self._due(), silent=self._silent())
        if self._pulse.stopped:
            detail = STOPPED.format(seconds=settings.STUCK_SECONDS)
            self._report_failure(detail)
            self._abandon(1011)
        return not self._pulse.falters

    def _due(self) -> bool:
        if self._conversation.state is State.ENDED:
            return self._busy
        deadline = self._conversation.deadline
        late = deadline is not None and deadline <= self._clock()
        return self._busy or self._inbox.waiting or late

    def _silent(self) -> bool:
        conversation = self._conversation
        if conversation.state is State.ENDED:
            return False
        heard_until = max(self._audible_at, conversation.spoken_until)
        return self._clock() > heard_until + conversation.longest_quiet

    def _abandon(self, code: int) -> None:
        self._forget()
        self._task.cancel()
        if self._ending is None:
            self._ending = asyncio.ensure_future(self._close(code))

    async def gone(self) -> None:
        """The process ends: leave the call so that another one can take it up."""
        self.tell(ev.TransportLost(1001))
        await asyncio.wait([self._task], timeout=STORE_SECONDS)

    async def _run(self) -> None:
        try:
            await self._drive()
        except Exception:
            logger.exception("call driver failed", extra={"call": self.call})
            await self._broken()
        finally:
            await self._leave()

    async def _drive(self) -> None:
        conversation = self._conversation
        while conversation.state is not State.ENDED:
            event = await self._inbox.take(conversation.deadline)
            self._busy = True
            if isinstance(event, AUDIBLE):
                self._audible_at = self._clock()
            match event:
                case ev.TransportLost():
                    lost = {"code": event.code}
                    self._recorder.note(EventKind.DISCONNECTED, lost)
                case ev.CallerLeft():
                    self._left = sessions.Left("caller_left", "", *self._known())
            for action in conversation.receive(event, self._clock()):
                await self._perform(action)
            self._busy = False
            self._pulse.step()

    async def _perform(self, action: Action) -> None:
        match action:
            case Say() | ChangeLanguage():
                await self._write(action)
            case AskModel():
                self._answers.ask(action)
            case CancelModel():
                self._answers.cancel(action.turn)
            case RunTool():
                self._tools.run(action)
            case Note():
                self._recorder.note(action.kind, action.data)
            case ReportIncident():
                self._recorder.report(action)
            case HandOff():
                await self._hand_off(action)
            case HangUp():
                await self._hang_up(action)

    async def _write(self, action: Say | ChangeLanguage | HandOff | HangUp) -> None:
        await self._send(relay_frames.write(action))

    # the end of the session

    async def _hand_off(self, action: HandOff) -> None:
        """The callback that follows `end` looks the handoff up, so it is stored first.

        If that fails the frame carries enough for the callback to go on with.
        """
        self._left = sessions.Left("handed_off", "", *self._known())
        try:
            async with asyncio.timeout(STORE_SECONDS):
                await self._runtime.database.run(
                    handoffs.ask,
                    self.call,
                    reason=action.reason,
                    summary=action.summary,
                    fields=dict(action.fields),
                    asked_by=action.asked_by,
                    now=timezone.now(),
                    held_by=self._runtime.owner,
                )
        except Exception:
            logger.exception("handoff could not be stored", extra={"call": self.call})
        await self._write(action)

    async def _hang_up(self, action: HangUp) -> None:
        self._left = sessions.Left(action.ending, action.outcome, *self._known())
        await self._write(action)

    def _known(self) -> tuple[str, dict[str, str]]:
        return self._conversation.language, dict(self._conversation.collected)

    async def _broken(self) -> None:
        """A fault of ours. The carrier's callback brings the caller back to us."""
        self._report_failure(FAILED)
        await self._close(1011)

    def _report_failure(self, detail: str) -> None:
        kind, cause = IncidentKind.DRIVER_FAILED, CauseOwner.OURS
        self._recorder.report(ReportIncident(kind, cause, detail))

    def _forget(self) -> None:
        """A later session of the call may be here already; it stays."""
        if self._runtime.leased.get(self.call) is self:
            del self._runtime.leased[self.call]

    async def _leave(self) -> None:
        self._forget()
        if not self._left.ending:
            self._left = sessions.Left("", "", *self._known())
        try:
            async with asyncio.timeout(STORE_SECONDS):
                await self._answers.cancel_all()
                await self._tools.cancel_all()
                await self._runtime.journal.flushed()
                await self._runtime.leaving.leave(self.call, self._left)
        except Exception:
            logger.exception("session could not be left", extra={"call": self.call})
        finally:
            if self._runtime.live.get(self.call) is self:
                del self._runtime.live[self.call]

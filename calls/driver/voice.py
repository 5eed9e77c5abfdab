"""Drives one voice call over its sideband: events in, decisions made, actions out.

Two tasks: one reads the socket and hands in what it says, one takes from the inbox
and performs. The call itself does not hang on us: if this process dies the model goes
on talking, and another process takes the lease and goes on deciding.
"""

import asyncio
import contextlib
import logging
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import partial

from django.utils import timezone

from calls.core import events as ev
from calls.core.actions import HandOff, HangUp, Note, ReportIncident, RunTool
from calls.core.meter import Measured, Meter
from calls.core.voice import VoiceCall
from calls.core.voice import events as vev
from calls.core.voice.actions import (
    GiveOutput,
    Interrupt,
    LookBack,
    Recall,
    Respond,
    TellModel,
    VoiceAction,
)
from calls.core.voice.cache import CacheWatch
from calls.core.voice.state import VoiceState
from calls.core.words import CauseOwner, EventKind, IncidentKind
from calls.driver.inbox import Inbox
from calls.driver.journal import UsageRow
from calls.driver.recorder import Recorder
from calls.driver.runtime import Runtime
from calls.driver.tools import Tools
from calls.driver.transcription import Transcription
from calls.driver.transfers import Transfers
from calls.driver.voice_briefing import VoiceBriefing
from calls.driver.voice_ends import STORE_SECONDS, VoiceEnds
from calls.providers.openai_realtime import client_events, frames
from calls.providers.openai_realtime.sideband import Closed, Opened, Sideband
from calls.services import engine_sessions
from calls.services.sessions import Left

logger = logging.getLogger(__name__)

READY_SECONDS = 4.0
FAULT = 1011
CONNECTIONS = (("twilio", "voice_inbound"), ("twilio", "voice_sip"))


class VoiceDriver:
    """`tell` hands in what happened and returns at once.

    Its parts know the inbox and not the driver, so that what a call leaves behind is
    gone with it: the garbage of many calls would stop all others while the collector
    takes it away.
    """

    def __init__(
        self, briefing: VoiceBriefing, held_by: Runtime, sideband: Sideband
    ) -> None:
        self.call = briefing.session.call
        self._briefing = briefing
        self._runtime = held_by
        self._sideband = sideband
        self._inbox: Inbox[vev.VoiceEvent] = Inbox()
        self.tell = self._inbox.put
        self._clock = asyncio.get_running_loop().time
        self._machine = VoiceCall(briefing.setting, briefing.engine, briefing.past)
        self._reader = frames.Reader(
            briefing.session.voice_model or briefing.voice.model,
            briefing.session.transcription_model,
        )
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
        self._transcription = Transcription(
            briefing, held_by, self._reader, self._recorder.report
        )
        self._tools = Tools(briefing, held_by, self.tell)
        self._cache = CacheWatch(
            partial(price_of_response, held_by.meter, self._reader)
        )
        self._used: set[str] = set()
        self._transfers = Transfers(briefing, held_by, self.tell)
        self._ends = VoiceEnds(briefing, held_by)
        self._left = Left("", "", briefing.session.language, {})
        self._over = False
        self._ready = False
        self._session_timer: asyncio.TimerHandle | None = None
        self.task = asyncio.create_task(self._run(), name=f"call {self.call}")
        held_by.live[self.call] = self

    def take_over(self, name: str) -> None:
        self.tell(ev.SupervisorAsked(name))

    def caller_gone(self) -> None:
        """The carrier says so, which the provider does not always notice."""
        self.tell(ev.CallerLeft())

    def let_go(self) -> None:
        """Another process has the lease: stop, and change nothing."""
        self.task.cancel()

    async def gone(self) -> None:
        """The process ends: let another one take the lease at once."""
        self.task.cancel()
        await asyncio.wait([self.task], timeout=STORE_SECONDS)

    async def _run(self) -> None:
        listening = asyncio.create_task(self._listen(), name=f"sideband {self.call}")
        listening.add_done_callback(self._stopped_listening)
        try:
            await self._drive()
        except Exception:
            logger.exception("voice driver failed", extra={"call": self.call})
            detail = "The program that drives the call failed and was started again."
            kind = IncidentKind.DRIVER_FAILED
            self._recorder.report(ReportIncident(kind, CauseOwner.OURS, detail))
        finally:
            listening.cancel()
            await self._leave()

    async def _drive(self) -> None:
        machine = self._machine
        while machine.state is not VoiceState.ENDED or self._transfers.pending:
            event = await self._inbox.take(machine.deadline)
            match event:
                case ev.CallerLeft():
                    self._over = True
                    self._transfers.stop()
                    if not self._left.ending:
                        self._left = Left("caller_left", "", *self._known())
                case ev.TransportLost():
                    self._transfers.stop()
                    self._left = Left("", "", *self._known())
                    rescue = self._transfers.rescue
                    self._over = await self._ends.let_go(self._left, rescue)
                case vev.TransferUnseen(trying=False):
                    self._left = Left("", "", *self._known())
            for action in machine.receive(event, self._clock()):
                await self._perform(action)

    def _stopped_listening(self, listening: asyncio.Task[None]) -> None:
        """A call that nobody listens to is one that we cannot steer."""
        if not listening.cancelled() and (error := listening.exception()):
            logger.error("listening failed", exc_info=error, extra={"call": self.call})
            self.tell(ev.TransportLost(FAULT))

    async def _listen(self) -> None:
        """The provider's events, until it closes for good."""
        fresh = not self._briefing.session.attached_before
        opened: Opened | None = None
        async for item in self._sideband.listen(fresh=fresh):
            match item:
                case Opened():
                    opened = item
                    self._expect_session()
                case Closed():
                    await self._closed(item)
                case bytes():
                    for heard in self._reader.read(item):
                        self._heard(heard, opened)

    def _expect_session(self) -> None:
        self._stop_expecting()
        loop = asyncio.get_running_loop()
        self._session_timer = loop.call_later(READY_SECONDS, self._no_session)

    def _stop_expecting(self) -> None:
        if self._session_timer is not None:
            self._session_timer.cancel()

    def _no_session(self) -> None:
        """Accepted, connected, and dead: seen with bodies the session cannot use."""
        self.tell(vev.Refused("no session.created", fatal=True))

    def _heard(self, heard: frames.Heard, opened: Opened | None) -> None:
        match heard:
            case frames.SessionReady():
                self._stop_expecting()
                self._ready = True
                self._note_all(self._cache.prompt_is(heard.prompt))
                again = opened is not None and opened.again
                self.tell(vev.Attached(again=again))
                self._runtime.spawn(self._store_attached())
            case frames.SessionChanged():
                self._note_all(self._cache.prompt_is(heard.prompt))
            case frames.Used():
                self._use(heard)
            case frames.Unknown():
                self._keep(heard)
            case vev.CallerSaid():
                self._transcription.heard(self._sideband, failed=heard.text is None)
                self.tell(heard)
            case _:
                self.tell(heard)

    def _note_all(self, notes: Iterable[Note]) -> None:
        for note in notes:
            self._recorder.note(note.kind, note.data)

    def _keep(self, unknown: frames.Unknown) -> None:
        """The first of each kind, to look at; all of them are counted."""
        logger.info("sideband event unknown", extra={"event": unknown.type})
        if unknown.times == 1:
            data = {"type": unknown.type, "raw": unknown.raw}
            self._recorder.note(EventKind.UNKNOWN_EVENT, data)

    def _count_unknown(self) -> None:
        for kind, times in self._reader.unknown.items():
            if times > 1:
                data = {"type": kind, "times": times}
                self._recorder.note(EventKind.UNKNOWN_EVENT, data)

    async def _closed(self, closed: Closed) -> None:
        self._stop_expecting()
        self._recorder.note(EventKind.DISCONNECTED, {"code": closed.code})
        gone = closed.gone and (self._ready or await self._ends.is_over())
        self.tell(ev.CallerLeft() if gone else ev.TransportLost(closed.code))

    async def _store_attached(self) -> None:
        session = self._briefing.session.id
        try:
            await self._runtime.database.run(
                engine_sessions.attached, session, now=timezone.now()
            )
        except Exception:
            logger.exception("not stored as attached", extra={"call": self.call})

    async def _perform(self, action: VoiceAction) -> None:
        match action:
            case (
                Respond()
                | Interrupt()
                | GiveOutput()
                | TellModel()
                | LookBack()
                | Recall()
            ):
                for frame in client_events.write(action):
                    await self._sideband.send(frame)
            case RunTool():
                self._tools.run(action)
            case Note():
                self._recorder.note(action.kind, action.data)
            case ReportIncident():
                self._recorder.report(action)
            case HandOff():
                self._left = Left("handed_off", "", *self._known())
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(STORE_SECONDS):
                        await self._runtime.journal.flushed()
                self._transfers.begin(action)
            case HangUp():
                self._left = Left(action.ending, action.outcome, *self._known())
                self._over = await self._ends.hang_up(self._left)
                await self._sideband.close()

    def _known(self) -> tuple[str, dict[str, str]]:
        return self._machine.language, dict(self._machine.collected)

    def _use(self, used: frames.Used) -> None:
        if used.provider_id in self._used:
            return  # told twice; the money would be counted twice, too
        self._used.add(used.provider_id)
        now = timezone.now()
        row = UsageRow(
            self.call, "openai", used.item, used.provider_id, used.figures, False, now
        )
        self._recorder.use(row)
        if used.by_response:
            self._note_all(self._cache.response_used(used.figures))

    async def _leave(self) -> None:
        if not self._left.ending:
            self._left = Left("", "", *self._known())
        await self._tools.cancel_all()
        self._transfers.stop()
        self._count_unknown()
        await self._sideband.close()
        self._runtime.live.pop(self.call, None)
        await self._ends.give_back(self._left, over=self._over)


def price_of_response(
    meter: Meter, reader: frames.Reader, figures: Mapping[str, object]
) -> Decimal | None:
    item, now = reader.voice_model, timezone.now()
    return meter.price(Measured("openai", item, figures, now))

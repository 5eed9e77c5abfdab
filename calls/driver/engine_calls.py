"""From the announcement of a call to the accept, once.

The delivery is stored and the decision claimed before it is acknowledged. Accepting
then goes on in this process, which renews its claim while the provider takes its time.
A failure ends the leg at once, so that the carrier asks us what else to do with the
caller; where nobody knows whether the accept was heard, the sideband finds out.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.utils import timezone

from calls.core.announced import Announced
from calls.core.words import CauseOwner, EngineState, IncidentKind
from calls.driver import sidebands
from calls.driver.journal import IncidentRow
from calls.driver.runtime import Runtime
from calls.driver.voice_bodies import Body, bodies
from calls.driver.voice_briefing import VoiceBriefing, brief_voice
from calls.errors import ProviderError
from calls.providers.openai_realtime.control import BodyRefused, CallGone, FateUnknown
from calls.providers.openai_realtime.incoming import announced
from calls.providers.openai_realtime.webhooks import Delivery, IncomingCall
from calls.services import engine_admission, engine_claims, engine_sessions
from calls.services.engine_claims import Accept, Desk, Order, Reject
from calls.services.engine_sessions import Accepted, Next
from calls.services.inbox import Letter
from routing.services import live

logger = logging.getLogger(__name__)

HOLD_SECONDS = 1.0
UNAVAILABLE = 503
OUR_SETTINGS = frozenset({"400", "401", "403"})


class Verbs(Protocol):
    """What can be asked of an engine about a call that was announced to us."""

    async def accept(self, call: str, body: Mapping[str, object]) -> None: ...

    async def reject(self, call: str, *, status: int) -> None: ...

    async def hang_up(self, call: str) -> None: ...


def engines(held_by: Runtime) -> Mapping[str, Verbs]:
    """The engines that take calls. Another's announcement is kept and left alone."""
    return {"realtime": held_by.control}


@dataclass(frozen=True, slots=True)
class Work:
    """What was decided, with all that carrying it out needs."""

    order: Order
    bodies: Sequence[Body] = ()


async def receive(delivery: Delivery, body: str, held_by: Runtime) -> Work | None:
    """Stores the delivery. None: there is nothing to do, or somebody else does it."""
    event = delivery.event
    incoming = announced(event) if isinstance(event, IncomingCall) else None
    letter = Letter(
        endpoint="openai",
        key=f"openai:{delivery.webhook_id}",
        call_sid=incoming.provider_call if incoming else "",
        params={"body": body},
    )
    desk = Desk(held_by.owner, frozenset(engines(held_by)), timezone.now())
    return await held_by.admission.run(decide, letter, incoming, desk)


def decide(letter: Letter, incoming: Announced | None, desk: Desk) -> Work | None:
    order = engine_admission.receive(letter, incoming, desk)
    match order:
        case Accept():
            return Work(order, bodies(order, live.ruleset(order.release)))
        case Reject():
            return Work(order)
    return None


async def take_over(session_id: int, held_by: Runtime) -> None:
    """Goes on with a call that another process had decided and not accepted yet."""
    desk = Desk(held_by.owner, frozenset(engines(held_by)), timezone.now())
    work = await held_by.database.run(resume, session_id, desk)
    if work is not None:
        await carry_out(work, held_by)


def resume(session_id: int, desk: Desk) -> Work | None:
    order = engine_claims.take_over(session_id, desk)
    if order is None:
        return None
    return Work(order, bodies(order, live.ruleset(order.release)))


async def carry_out(work: Work, held_by: Runtime) -> None:
    """Never raises: nobody would hear it."""
    order = work.order
    try:
        match order:
            case Accept():
                await Acceptance(order, work.bodies, held_by).take_the_call()
            case Reject():
                await reject(order, held_by)
    except Exception:
        logger.exception("announced call was not decided")


async def reject(order: Reject, held_by: Runtime) -> None:
    logger.info("call rejected", extra={"why": order.why, "status": order.status})
    try:
        verbs = engines(held_by)[order.engine]
        await verbs.reject(order.provider_call, status=order.status)
    except CallGone:
        logger.info("it was over already", extra={"why": order.why})
    except ProviderError as error:
        logger.warning("call was not rejected", extra={"error": str(error)})


class Acceptance:
    """One call being accepted by this process, which holds the claim."""

    def __init__(self, order: Accept, choice: Sequence[Body], held_by: Runtime) -> None:
        self._order, self._bodies, self._runtime = order, choice, held_by
        self._sent = choice[0]
        self._verbs = engines(held_by)[order.engine]

    async def take_the_call(self) -> None:
        try:
            async with self._holding():
                body = await self._accept()
        except CallGone:
            if not self._order.again:
                text = "The caller had left before the answer."
                await self._not_accepted(EngineState.OVER, text)
                return
            # The process before us may have accepted it, and nobody knows with what.
            await self._accepted(Accepted("", "", "Accepted by a process that died."))
        except FateUnknown as unknown:
            sent = self._sent
            await self._accepted(
                Accepted(sent.model, sent.transcription_model, str(unknown))
            )
        except ProviderError as error:
            await self._failed(error)
        else:
            await self._accepted(
                Accepted(body.model, body.transcription_model, body.lacks)
            )

    @contextlib.asynccontextmanager
    async def _holding(self) -> AsyncIterator[None]:
        holding = asyncio.create_task(self._hold(), name="hold claim")
        try:
            yield
        finally:
            holding.cancel()

    async def _hold(self) -> None:
        """So that no other process takes us for dead while the provider is slow."""
        while True:
            await asyncio.sleep(HOLD_SECONDS)
            try:
                await self._runtime.database.run(
                    engine_claims.hold,
                    self._order.session,
                    owner=self._runtime.owner,
                    now=timezone.now(),
                )
            except Exception:
                logger.exception("claim could not be held; it is tried again")

    async def _accept(self) -> Body:
        """The first body that is not refused."""
        refused: BodyRefused | None = None
        for body in self._bodies:
            if refused is not None and body.whole and not about_transcript(refused):
                continue
            self._sent = body
            try:
                await self._verbs.accept(self._order.provider_call, body.content)
            except BodyRefused as error:
                refused = error
            else:
                self._tell_lack(body)
                return body
        assert refused is not None
        raise refused

    def _tell_lack(self, body: Body) -> None:
        if body.lacks:
            key = f"voice settings:{self._order.release}:{self._order.agent}"
            self._report(CauseOwner.CONFIGURATION, body.lacks, key)

    async def _accepted(self, with_what: Accepted) -> None:
        now_to, briefing = await self._runtime.database.run(
            store_accepted,
            self._order.session,
            with_what,
            self._runtime.owner,
            steered_here=self._runtime.hosts,
        )
        match now_to:
            case Next.ATTACH if self._runtime.hosts:
                await sidebands.steer(briefing, self._runtime)
            case Next.ATTACH:
                await sidebands.announce(self._order.session)
            case Next.HANG_UP:
                with contextlib.suppress(CallGone):
                    await self._verbs.hang_up(self._order.provider_call)

    async def _failed(self, error: ProviderError) -> None:
        """The caller hears it ring until the leg ends, so end it now."""
        ours = error.code in OUR_SETTINGS
        cause = CauseOwner.CONFIGURATION if ours else CauseOwner.MODEL
        detail = f"The call was not accepted. {error}"
        self._report(cause, detail, f"engine:{self._order.call}")
        # Before the carrier's callback, which knows less of it, is answered.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(HOLD_SECONDS):
                await self._runtime.journal.flushed()
        await self._not_accepted(EngineState.FAILED, detail)
        order = self._order
        await reject(
            Reject(order.engine, order.provider_call, UNAVAILABLE, "not accepted"),
            self._runtime,
        )

    async def _not_accepted(self, state: EngineState, detail: str) -> None:
        await self._runtime.database.run(
            engine_sessions.not_accepted,
            self._order.session,
            state,
            detail,
            owner=self._runtime.owner,
            now=timezone.now(),
        )

    def _report(self, cause: CauseOwner, detail: str, key: str) -> None:
        kind, now = IncidentKind.ACCEPT_FAILED.value, timezone.now()
        self._runtime.journal.put(
            IncidentRow(self._order.call, kind, cause.value, detail, key, now)
        )


def store_accepted(
    session_id: int, with_what: Accepted, owner: str, *, steered_here: bool
) -> tuple[Next, VoiceBriefing | None]:
    now = timezone.now()
    now_to, session = engine_sessions.accepted(
        session_id, with_what, owner=owner, now=now, steer=steered_here
    )
    if session is None:
        return now_to, None
    return now_to, brief_voice(session, live.ruleset(session.release), now=now)


def about_transcript(refused: BodyRefused) -> bool:
    """Only then is it worth trying the rest again; so it is if no field was named."""
    return not refused.param or "transcription" in refused.param

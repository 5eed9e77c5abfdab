"""One SIP call at the voice model's provider: announced, decided, talked with, over.

    RINGING -- accept --> ACCEPTED -- hangup, refer, BYE, death --> OVER
    RINGING -- reject, CANCEL, nobody decides ------------------> OVER

A decision is made once: accept and reject of a call that is not ringing answer 404, as
do all verbs once it is over (user reports of `call_id_not_found`).
"""

import asyncio
import enum
import secrets
import time
from functools import partial
from typing import Any

from calls.simulator.carrier.order import VoiceSession
from calls.simulator.carrier.party import DeafLine, Line
from calls.simulator.carrier.sip import Invite
from calls.simulator.openai_api.errors import ApiError
from calls.simulator.openai_api.service import ModelService
from calls.simulator.realtime.configuration import resolve
from calls.simulator.realtime.core import Core
from calls.simulator.realtime.session import Session
from calls.simulator.realtime.sideband import Sideband, Sidebands, encode

ANSWER_S = 0.4  # from accept to the caller hearing the ringing stop
STILLBORN_S = 0.8
REFER_S = 0.5
GHOST_S = 120.0  # real
LEAST_UNDECIDED_S = 4.0  # real: the product decides no faster than it can


class State(enum.StrEnum):
    RINGING = "ringing"
    ACCEPTED = "accepted"
    OVER = "over"


class SipCall:
    """To the carrier it is the `Dialog` of its leg."""

    def __init__(self, invite: Invite, model: ModelService) -> None:
        self.id = "rtc_" + secrets.token_hex(16)
        self.live_id = "live_" + secrets.token_hex(16)
        self.invite = invite
        self.caller = invite.caller
        self.knobs = invite.caller.order.knobs
        self.model = model
        self.state = State.RINGING
        self.record = VoiceSession(call_id=self.id)
        self.caller.voice_sessions.append(self.record)
        self.sidebands = Sidebands(self.knobs)
        self.session: Session | None = None
        self.ghost = False
        self.refusals = self.lost = 0
        self.handshakes = 0
        self.announced_at = 0.0
        self.accepted_at = 0.0
        self._over = asyncio.Event()
        self._answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._timers: list[asyncio.TimerHandle] = []
        patience = max(self._real(self.knobs.undecided_s), LEAST_UNDECIDED_S)
        self._undecided = self._later(patience, partial(self.fail, 504, "undecided"))

    def _real(self, seconds: float) -> float:
        return self.caller.clock.real(seconds)

    def _later(self, real_seconds: float, act: Any) -> asyncio.TimerHandle:
        timer = asyncio.get_running_loop().call_later(real_seconds, act)
        self._timers.append(timer)
        return timer

    # As the carrier sees it.

    @property
    def line(self) -> Line:
        return self.session or DeafLine()

    @property
    def over(self) -> asyncio.Event:
        return self._over

    async def answered(self) -> int:
        return await asyncio.shield(self._answer)

    def end(self) -> None:
        """The caller has gone, or was taken away."""
        if self.knobs.ghost_calls and not self._answer.done():
            self._become_ghost()
        elif not self.ghost:
            self._finish("carrier", close=self.knobs.hang_up_close)

    def _become_ghost(self) -> None:
        """Nobody here has noticed that the caller left while it rang."""
        self.ghost = True
        self._settle(487)
        self._undecided.cancel()
        self._later(GHOST_S, partial(self._finish, "carrier"))

    # Decisions.

    def note_announced(self) -> None:
        self.announced_at = time.monotonic()

    def accept(self, body: dict[str, Any]) -> None:
        self.state = State.ACCEPTED
        self._undecided.cancel()
        self.record.decision = "accepted"
        self.accepted_at = time.monotonic()
        if self.announced_at:
            waited = self.accepted_at - self.announced_at
            self.record.accepted_after_ms = round(waited * 1000, 1)
        if self.knobs.stillborn_sessions:
            self._later(self._real(STILLBORN_S), partial(self.fail, 400, "bad session"))
            return
        self._open(body)
        self._later(self._real(ANSWER_S), partial(self._settle, 200))

    def _open(self, body: dict[str, Any]) -> None:
        cap_s = self.knobs.session_cap_s
        core = Core(self.caller, resolve(body, cap_s), self.record, self.model)
        core.connected_at += self._real(ANSWER_S)
        self.session = Session(core, self.sidebands.emit, self.sidebands.drop_after)
        self.session.speaker.muted = self.ghost or self.sidebands.muted
        self._later(self._real(cap_s), self._expire)

    def reject(self, sip_code: int) -> None:
        self.record.decision = "rejected"
        self.fail(sip_code, "rejected")

    def refer(self, target: str) -> None:
        self.record.refers.append(target)
        if not self.knobs.refer_ignored:
            self._later(self._real(REFER_S), partial(self._refer, target))

    def _refer(self, target: str) -> None:
        """Nobody is told how it went."""
        if self.state is State.ACCEPTED and self.invite.refer(target):
            self._finish("refer")

    def hang_up(self) -> None:
        self._finish("hangup")

    # Its end.

    def _settle(self, sip_code: int) -> None:
        if not self._answer.done():
            self.record.sip_code = sip_code
            self._answer.set_result(sip_code)

    def fail(self, sip_code: int, why: str) -> None:
        self._settle(sip_code)
        self._finish(why)

    def _expire(self) -> None:
        self.sidebands.emit(
            "error",
            error={
                "type": "invalid_request_error",
                "code": "session_expired",
                "message": "Your session hit the maximum duration of 60 minutes.",
                "param": None,
                "event_id": None,
            },
        )
        self.record.errors.append("session_expired")
        self._finish("expired", flush=True)

    def die(self) -> None:
        """The provider drops the call in mid-sentence."""
        self._finish("died", close=self.knobs.close_code)

    def _finish(self, why: str, *, close: int = 1000, flush: bool = False) -> None:
        if self.state is State.OVER:
            return
        self.state = State.OVER
        self.record.ended_by = why
        self._settle(487)
        for timer in self._timers:
            timer.cancel()
        if self.session is not None:
            self.session.close()
        if flush:
            self.sidebands.finish(close)
        else:
            self.sidebands.close(close)
        self._over.set()

    # Its sockets.

    def attach(self, sideband: Sideband) -> None:
        assert self.session is not None
        self.record.sidebands += 1
        self.sidebands.attach(sideband)
        if self.state is State.OVER:
            sideband.close(1000)
        if self.sidebands.muted:
            return
        config = self.session.core.config
        odd = self.knobs.unknown_additions
        sideband.send(encode("session.created", {"session": config}, odd=odd))
        if self.record.sidebands == 1:
            conversation = {
                "id": self.session.core.conversation.id,
                "object": "realtime.conversation",
            }
            fields = {"conversation": conversation}
            sideband.send(encode("conversation.created", fields, odd=odd))

    def detach(self, sideband: Sideband) -> None:
        self.sidebands.attached.remove(sideband)
        if sideband.closing and self.knobs.close_ends_call:
            self.die()

    def take(self, raw: str | bytes, sideband: Sideband) -> None:
        """Something a client says; an error goes to that client alone."""
        if self.session is None or self.state is not State.ACCEPTED:
            return
        if not self.record.responses and not self.record.greeted_after_ms:
            self._note_greeting(raw)
        error = self.session.take(raw)
        if error is not None and not self.sidebands.muted:
            sideband.send(encode("error", {"error": error}, odd=False))

    def _note_greeting(self, raw: str | bytes) -> None:
        if isinstance(raw, str) and '"response.create"' in raw:
            waited = time.monotonic() - self.accepted_at
            self.record.greeted_after_ms = round(waited * 1000, 1)


def not_found() -> ApiError:
    return ApiError(
        404, "No session found for the provided call_id", code="call_id_not_found"
    )

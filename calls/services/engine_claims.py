"""Who decides about an announced call, and what was decided.

The session's row settles it: whoever moves it from "expected" to "deciding" decides,
and holds it by renewing the claim. A claim that is not renewed was left by a process
that died, so that a repeated announcement of the same call may take it again.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from django.db.models import F, Q

from calls.core.announced import Announced
from calls.core.progress import ENDED
from calls.core.words import EngineState
from calls.models import Call, EngineSession

CLAIM = timedelta(seconds=3)
UNAVAILABLE, DECLINED = 480, 603


@dataclass(frozen=True, slots=True)
class Desk:
    """Where it is decided: which process, with which engines, when."""

    owner: str
    engines: Collection[str]
    now: datetime


@dataclass(frozen=True, slots=True)
class Accept:
    """`again`: another process was deciding and may have accepted already."""

    session: int
    call: int
    engine: str
    provider_call: str
    release: int
    agent: str
    profile: str
    number_label: str
    again: bool

    @classmethod
    def of(cls, session: EngineSession, call: Call) -> Self:
        return cls(
            session=session.pk,
            call=call.pk,
            engine=session.engine,
            provider_call=session.provider_call or "",
            release=call.release_number,
            agent=call.agent_key,
            profile=call.profile_key,
            number_label=call.number_label,
            again=session.claims > 1,
        )


@dataclass(frozen=True, slots=True)
class Reject:
    """`why` is for the log: a fixed sentence, nothing of what was announced."""

    engine: str
    provider_call: str
    status: int
    why: str


Order = Accept | Reject


def reject(announced: Announced, status: int, why: str) -> Reject:
    return Reject(announced.engine, announced.provider_call, status, why)


def take(session: EngineSession, announced: Announced, desk: Desk) -> Order | None:
    """None when somebody else decides, or has decided."""
    if announced.engine not in desk.engines:
        return None
    if not claim(session, announced, desk):
        other = session.provider_call not in (None, announced.provider_call)
        if other and session.engine == announced.engine:
            return reject(announced, DECLINED, "the reference was used before")
        return None
    call = session.call
    if call.state in ENDED:
        pass_by(session, desk.now)
        return reject(announced, UNAVAILABLE, "the caller has left")
    return Accept.of(session, call)


def claim(session: EngineSession, announced: Announced, desk: Desk) -> bool:
    abandoned = Q(
        state=EngineState.DECIDING,
        claimed_at__lt=desk.now - CLAIM,
        provider_call=announced.provider_call,
    )
    free = Q(state=EngineState.EXPECTED) | abandoned
    fields: dict[str, object] = {
        "state": EngineState.DECIDING,
        "engine": announced.engine,
        "provider_call": announced.provider_call,
        "sip_call_id": announced.sip_call_id,
        "decided_by": desk.owner,
        "claimed_at": desk.now,
        "claims": session.claims + 1,
    }
    # With the number of claims that was read, so that of two only one can match.
    unchanged = EngineSession.objects.filter(free, pk=session.pk, claims=session.claims)
    if not unchanged.update(**fields):
        return False
    for name, value in fields.items():
        setattr(session, name, value)
    return True


def abandoned(now: datetime) -> list[int]:
    """Sessions whose decision was made by a process that then died.

    Nobody need announce them again: the delivery was acknowledged.
    """
    left = EngineSession.objects.filter(
        state=EngineState.DECIDING, claimed_at__lt=now - CLAIM
    )
    return list(left.order_by("claimed_at").values_list("pk", flat=True))


def take_over(session_id: int, desk: Desk) -> Accept | None:
    """The decision stands; carrying it out is begun again. None: nothing to do."""
    left = EngineSession.objects.filter(
        pk=session_id,
        state=EngineState.DECIDING,
        claimed_at__lt=desk.now - CLAIM,
        engine__in=desk.engines,
    )
    taken = left.update(
        decided_by=desk.owner, claimed_at=desk.now, claims=F("claims") + 1
    )
    if not taken:
        return None
    session = EngineSession.objects.select_related("call").get(pk=session_id)
    if session.call.state in ENDED:
        pass_by(session, desk.now)
        return None
    return Accept.of(session, session.call)


def hold(session_id: int, *, owner: str, now: datetime) -> None:
    """Renew the claim while the provider takes its time."""
    EngineSession.objects.filter(
        pk=session_id, state=EngineState.DECIDING, decided_by=owner
    ).update(claimed_at=now)


def is_held(session: EngineSession, now: datetime) -> bool:
    """Whether the process that decides about the call is alive."""
    claimed_at = session.claimed_at
    return claimed_at is not None and claimed_at >= now - CLAIM


def pass_by(session: EngineSession, now: datetime) -> None:
    EngineSession.objects.filter(pk=session.pk, state=EngineState.DECIDING).update(
        state=EngineState.OVER, over_at=now, detail="The caller left while it rang."
    )

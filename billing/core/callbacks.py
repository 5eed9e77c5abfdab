"""Lengths in the carrier's own words: its callbacks, kept in the inbox as they came.

They are what legs, relay sessions and recordings are charged by. Rows of calls keep
the same figures for whoever looks at a call; they count only where no callback is
stored that tells, as for a call whose end we had to ask the carrier for. So what a
call has cost can be worked out again from the inbox alone, whatever became of these
rows. Of models there are no callbacks: their own figures are kept as usage.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from billing.core.legs import SessionMoment

ENDPOINTS = ("status", "dial-ended", "relay-ended", "recording", "voicemail-ended")
NO_SPEECH = frozenset({"absent", "failed"})
MOST_DIGITS = 9


@dataclass(slots=True)
class Recorded:
    """`at` is when we first heard of it."""

    at: datetime
    seconds: int = 0
    silent: bool = False


@dataclass(slots=True)
class Told:
    """By the carrier's ids: of a call or leg, and in it of a session or recording."""

    legs: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    dialled: dict[str, int] = field(default_factory=dict)
    sessions: defaultdict[str, dict[str, SessionMoment]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    recordings: defaultdict[str, dict[str, Recorded]] = field(
        default_factory=lambda: defaultdict(dict)
    )

    def enter(
        self, endpoint: str, sid: str, params: Mapping[str, str], at: datetime
    ) -> None:
        """In the order in which they came; a leg's first length is its length."""
        match endpoint:
            case "status":
                seconds = whole(params.get("CallDuration"))
                if seconds is not None:
                    self.legs.setdefault(sid, (seconds, at))
            case "dial-ended":
                seconds = whole(params.get("DialCallDuration"))
                if seconds is not None:
                    self.dialled.setdefault(params.get("DialCallSid", ""), seconds)
            case "relay-ended":
                moment = SessionMoment(at, False, whole(params.get("SessionDuration")))
                session = params.get("SessionId", "")
                self.sessions[sid].setdefault(session, moment)
            case "recording" | "voicemail-ended" if "RecordingSid" in params:
                self._record(sid, params, at)

    def _record(self, sid: str, params: Mapping[str, str], at: datetime) -> None:
        known = self.recordings[sid].setdefault(params["RecordingSid"], Recorded(at))
        seconds = whole(params.get("RecordingDuration")) or 0
        known.seconds = max(known.seconds, seconds)
        known.silent = known.silent or params.get("RecordingStatus") in NO_SPEECH

    def seconds_of(self, sid: str) -> int | None:
        """What the leg's own report says goes before what the one who dialled says."""
        if sid in self.legs:
            return self.legs[sid][0]
        return self.dialled.get(sid) if sid else None


def whole(value: object) -> int | None:
    """A number as forms have it; None for anything else."""
    text = value.strip() if isinstance(value, str) else ""
    number = text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
    return int(text) if number else None

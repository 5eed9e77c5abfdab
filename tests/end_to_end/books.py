"""What a portal's database says, read from outside with plain SQL."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row, dict_row

from calls.core.words import Disposition
from phoneops.places import DATABASE, DATABASE_USER, Places
from tests.end_to_end.waiting import until

MAILED = {"sent", "not_wanted"}
CALL = """
SELECT id, carrier_sid, state, disposition, summary_mail, session_status,
       relay_entries, lease_owner, answered_at
FROM calls_call WHERE carrier_sid = %s
"""


@dataclass(frozen=True)
class CallRow:
    id: int
    carrier_sid: str
    state: str
    disposition: str
    summary_mail: str
    session_status: str
    relay_entries: int
    lease_owner: str
    answered_at: datetime | None


@dataclass(frozen=True)
class Event:
    stream: int
    seq: int
    kind: str
    data: dict[str, Any]

    @property
    def text(self) -> str:
        return str(self.data.get("text", ""))


class Books:
    def __init__(self, places: Places) -> None:
        self.address = f"host={places.run} user={DATABASE_USER} dbname={DATABASE}"

    def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        with psycopg.connect(self.address, row_factory=dict_row) as connection:
            return connection.execute(query.encode(), values).fetchall()

    def call(self, sid: str) -> CallRow | None:
        rows = class_row(CallRow)
        with psycopg.connect(self.address, row_factory=rows) as connection:
            return connection.execute(CALL, [sid]).fetchone()

    def sid_of(self, provider_call: str) -> str | None:
        """By the voice provider's id: a trunk's call has none of the carrier's."""
        found = self.rows(
            "SELECT carrier_sid FROM calls_enginesession"
            " JOIN calls_call ON call_id = calls_call.id WHERE provider_call = %s",
            provider_call,
        )
        return str(found[0]["carrier_sid"]) if found else None

    def session(self, sid: str) -> dict[str, Any]:
        """How far the voice provider's side of a call is, and who steers it."""
        found = self.rows(
            "SELECT calls_enginesession.state, calls_enginesession.lease_owner, claims,"
            " decided_by FROM calls_enginesession"
            " JOIN calls_call ON call_id = calls_call.id WHERE carrier_sid = %s",
            sid,
        )
        return found[0] if found else {"state": "", "lease_owner": "", "claims": 0}

    def newest_on_trunk(self) -> str:
        """Its name, which is of our making, or nothing."""
        found = self.rows(
            "SELECT carrier_sid FROM calls_call WHERE carrier_sid LIKE 'sip-%%'"
            " AND over_at IS NULL ORDER BY id DESC LIMIT 1"
        )
        return str(found[0]["carrier_sid"]) if found else ""

    def closed(self, sid: str, *, within: float = 60.0) -> CallRow:
        """The call, once it is closed and its mail is out."""

        def look() -> CallRow | None:
            found = self.call(sid)
            done = found and found.state == "closed" and found.summary_mail in MAILED
            return found if done else None

        try:
            return until(look, "a call to be closed", within=within)
        except AssertionError as late:
            raise AssertionError(f"{late} It stands at {self.call(sid)}.") from None

    def journal(self, sid: str) -> list[Event]:
        found = self.rows(
            "SELECT stream, seq, kind, data FROM calls_callevent"
            " JOIN calls_call ON call_id = calls_call.id WHERE carrier_sid = %s"
            " ORDER BY at, stream, seq",
            sid,
        )
        return [Event(**row) for row in found]

    def kinds(self, sid: str) -> list[str]:
        return [event.kind for event in self.journal(sid)]

    def gaps(self, sid: str) -> set[tuple[int, int]]:
        """Numbers of a relay session's journal that are missing from the database.

        Incidents are numbered in the same row; their number stands in their key.
        """
        known = {(e.stream, e.seq) for e in self.journal(sid) if e.stream}
        for _, _, key in self.incident_rows(sid):
            stream, dot, seq = key.rpartition(" ")[2].partition(".")
            if dot and stream.isdecimal():
                known.add((int(stream), int(seq)))
        last: dict[int, int] = {}
        for stream_of, seq_of in known:
            last[stream_of] = max(last.get(stream_of, 0), seq_of)
        wanted = {(s, n) for s, most in last.items() for n in range(1, most + 1)}
        return wanted - known

    def incident_rows(self, sid: str) -> list[tuple[str, str, str]]:
        found = self.rows(
            "SELECT kind, cause, key FROM calls_incident"
            " JOIN calls_call ON call_id = calls_call.id WHERE carrier_sid = %s"
            " ORDER BY calls_incident.at",
            sid,
        )
        return [(row["kind"], row["cause"], row["key"]) for row in found]

    def incidents(self, sid: str) -> list[tuple[str, str]]:
        """Kind and cause of each."""
        return [(kind, cause) for kind, cause, _ in self.incident_rows(sid)]

    def follow_ups(self, sid: str) -> list[str]:
        found = self.rows(
            "SELECT kind FROM calls_followup"
            " JOIN calls_call ON call_id = calls_call.id"
            " WHERE carrier_sid = %s AND owner <> '' AND due_at > opened_at"
            " ORDER BY kind",
            sid,
        )
        return [row["kind"] for row in found]

    def handoffs(self, sid: str) -> list[tuple[str, str]]:
        """Reason and result of each."""
        found = self.rows(
            "SELECT reason, result FROM calls_handoff"
            " JOIN calls_call ON call_id = calls_call.id WHERE carrier_sid = %s"
            " ORDER BY asked_at",
            sid,
        )
        return [(row["reason"], row["result"]) for row in found]

    def remainder(self) -> int:
        """The ledger equation: calls offered less calls with a known disposition."""
        (row,) = self.rows(
            "SELECT count(*) - count(*) FILTER (WHERE disposition = ANY(%s)) AS left"
            " FROM calls_call",
            [word.value for word in Disposition],
        )
        return int(row["left"])

"""What the journal holds after a run, against what must be there.

A row carries the moment it was put, and PostgreSQL knows when it was committed.
"""

from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg

from bench.relay import Result

TURNS = """
SELECT call.carrier_sid,
       count(*) FILTER (WHERE event.kind = 'caller_said'),
       count(*) FILTER (WHERE event.kind = 'agent_said')
FROM calls_call AS call JOIN calls_callevent AS event ON event.call_id = call.id
GROUP BY 1
"""
# Every entry and every incident of a session takes the next number.
GAPS = """
SELECT coalesce(sum(gaps), 0) FROM (
    SELECT max(seq) - count(*) - (
        SELECT count(*) FROM calls_incident AS i WHERE i.call_id = event.call_id
    ) AS gaps
    FROM calls_callevent AS event WHERE stream > 0 GROUP BY call_id, stream
) AS streams
"""
DELAYS = """
SELECT count(*), extract(epoch FROM max(at) - min(at)),
       percentile_cont(ARRAY[0.5, 0.99, 1]) WITHIN GROUP (
           ORDER BY 1000 * extract(epoch FROM pg_xact_commit_timestamp(xmin) - at))
FROM calls_callevent WHERE stream > 0
"""


@dataclass(frozen=True, slots=True)
class Journal:
    """Delays are in milliseconds, from the event to the commit of its row."""

    expected: int
    lost: int
    gaps: int
    rows: int
    rows_per_second: float
    p50: float
    p99: float
    longest: float


def look_into(dsn: str, run: Result) -> Journal:
    with psycopg.connect(dsn) as connection:
        found = {sid: said for sid, *said in connection.execute(TURNS)}
        gaps = fetch(connection, GAPS)[0]
        rows, seconds, (p50, p99, longest) = fetch(connection, DELAYS)
    lost = sum(
        max(0, asked - said)
        for sid, asked in run.turns.items()
        for said in found.get(sid, (0, 0))
    )
    return Journal(
        expected=2 * sum(run.turns.values()),
        lost=lost,
        gaps=int(gaps),
        rows=rows,
        rows_per_second=rows / float(seconds or 1),
        p50=p50,
        p99=p99,
        longest=longest,
    )


def fetch(
    connection: "psycopg.Connection[tuple[Any, ...]]", query: LiteralString
) -> tuple[Any, ...]:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row

"""The journal of live calls: one queue and one writer in each process.

Nothing on the path of a token waits for the database: callers of `put` never block.
Rows go out together, at the end of a turn or 100 ms after the first, over an async
connection of the writer's own. Every row is known by a key of its own, so a batch
whose fate is unknown is simply written again.
"""

import asyncio
import contextlib
import json
import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import LiteralString

import orjson
import psycopg
from django.db import connection
from django.utils import timezone

from calls.core.words import CauseOwner, IncidentKind

logger = logging.getLogger(__name__)

BATCH_SECONDS = 0.1
# From one write to the next: with hundreds of calls some turn ends every few
# milliseconds, and a write of each by itself takes a tenth of the processor.
REST_SECONDS = 0.02
MOST_ROWS_A_BATCH = 2000
MOST_ROWS_WAITING = 200_000
RETRY_SECONDS = (0.2, 0.5, 1.0, 2.0)
REFUSALS = (psycopg.DataError, psycopg.IntegrityError)


@dataclass(frozen=True, slots=True)
class EventRow:
    call: int
    stream: int
    seq: int
    at: datetime
    kind: str
    data: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class UsageRow:
    call: int
    provider: str
    item: str
    provider_id: str
    figures: Mapping[str, object]
    estimated: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """`call` None for what concerns no single call."""

    call: int | None
    kind: str
    cause: str
    detail: str
    key: str
    at: datetime


Row = EventRow | UsageRow | IncidentRow

EVENTS = """
INSERT INTO calls_callevent (call_id, stream, seq, at, kind, data)
SELECT * FROM unnest(%s::bigint[], %s::int[], %s::int[], %s::timestamptz[],
                     %s::text[], %s::jsonb[])
ON CONFLICT DO NOTHING
"""
USAGE = """
INSERT INTO calls_usage (call_id, provider, item, provider_id, figures, estimated, at)
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::jsonb[],
                     %s::boolean[], %s::timestamptz[])
ON CONFLICT DO NOTHING
"""
INCIDENTS = """
INSERT INTO calls_incident (call_id, kind, cause, detail, key, at, note)
SELECT *, '' FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[],
                         %s::text[], %s::timestamptz[])
ON CONFLICT DO NOTHING
"""


@dataclass(slots=True)
class Figures:
    """What the metrics page shows of the journal."""

    written: int = 0
    dropped: int = 0
    failures: int = 0
    delayed_since: float | None = None


@dataclass(slots=True)
class _Batch:
    rows: list[Row] = field(default_factory=list)
    waiters: list[asyncio.Future[None]] = field(default_factory=list)


class Journal:
    def __init__(self) -> None:
        self.figures = Figures()
        self._batch = _Batch()
        self._wake = asyncio.Event()
        self._urgent = asyncio.Event()
        self._closing = False
        self._writing = False
        self._time = asyncio.get_running_loop().time
        self._rested_at = 0.0
        self._connection: psycopg.AsyncConnection | None = None
        self._task = asyncio.create_task(self._write_forever(), name="journal")

    @property
    def waiting(self) -> int:
        """Rows that are not being written yet."""
        return len(self._batch.rows)

    def put(self, row: Row) -> None:
        """Never blocks. A full queue is counted: the database is gone for minutes."""
        if len(self._batch.rows) >= MOST_ROWS_WAITING:
            self.figures.dropped += 1
            return
        self._batch.rows.append(row)
        self._wake.set()

    def hurry(self) -> None:
        """A turn has ended: write what there is without waiting for more."""
        self._urgent.set()

    async def flushed(self) -> None:
        """Returns when everything put so far is in the database."""
        if not self._batch.rows and not self._writing:
            return
        waiter = asyncio.get_running_loop().create_future()
        self._batch.waiters.append(waiter)
        self._wake.set()
        self._urgent.set()
        await waiter

    async def close(self, *, seconds: float = 3.0) -> None:
        """Writes what is left, for at most `seconds`."""
        self._closing = True
        self._wake.set()
        self._urgent.set()
        _, late = await asyncio.wait([self._task], timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.wait([self._task])
        if self._connection is not None:
            await self._connection.close()

    async def _write_forever(self) -> None:
        while not (self._closing and not self._batch.rows and not self._batch.waiters):
            await self._wake.wait()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(BATCH_SECONDS):
                    await self._urgent.wait()
            await asyncio.sleep(self._rested_at - self._time())
            batch, self._batch = self._batch, _Batch()
            self._wake.clear()
            self._urgent.clear()
            if self._closing:
                self._wake.set()
            self._writing = True
            try:
                await self._write_until_done(batch.rows)
            except Exception:
                # Whatever it was, the calls that go on need their journal.
                self.figures.dropped += len(batch.rows)
                logger.exception("journal entries were lost")
            self._writing = False
            self._rested_at = self._time() + REST_SECONDS
            for waiter in batch.waiters:
                if not waiter.done():
                    waiter.set_result(None)

    async def _write_until_done(self, rows: Sequence[Row]) -> None:
        for start in range(0, len(rows), MOST_ROWS_A_BATCH):
            part = rows[start : start + MOST_ROWS_A_BATCH]
            await self._write_part(part)
            self.figures.written += len(part)
            self._caught_up()

    async def _write_part(self, part: Sequence[Row]) -> None:
        for attempt in count():
            try:
                return await self._write(part)
            except REFUSALS:
                if len(part) > 1:
                    return await self._write_one_by_one(part)
                return self._refused(part)
            except (psycopg.Error, OSError) as error:
                await self._failed(error, attempt)

    def _caught_up(self) -> None:
        """Rows of a delay are safe; that there was one, an operator should know."""
        since, self.figures.delayed_since = self.figures.delayed_since, None
        if since is None:
            return
        seconds = asyncio.get_running_loop().time() - since
        now = timezone.now()
        self.put(
            IncidentRow(
                call=None,
                kind=IncidentKind.JOURNAL_DELAYED.value,
                cause=CauseOwner.OURS.value,
                detail=f"The database did not take what calls had to write for "
                f"{seconds:.0f} s. {self._losses()}",
                key=f"journal delayed {os.getpid()} {now.isoformat()}",
                at=now,
            )
        )

    def _losses(self) -> str:
        if not self.figures.dropped:
            return "Nothing was lost."
        return f"{self.figures.dropped} entries were lost since this process began."

    async def _failed(self, error: Exception, attempt: int) -> None:
        self.figures.failures += 1
        loop = asyncio.get_running_loop()
        self.figures.delayed_since = self.figures.delayed_since or loop.time()
        logger.warning(
            "journal waits for the database", extra={"error": type(error).__name__}
        )
        if self._connection is not None:
            await self._connection.close()
            self._connection = None
        await asyncio.sleep(RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)])

    async def _write_one_by_one(self, rows: Sequence[Row]) -> None:
        """One bad row must not hold up the others, nor a lost connection end them."""
        for row in rows:
            await self._write_part([row])

    def _refused(self, rows: Sequence[Row]) -> None:
        self.figures.dropped += len(rows)
        logger.error("journal row refused", extra={"kind": type(rows[0]).__name__})

    async def _write(self, rows: Sequence[Row]) -> None:
        if self._connection is None:
            self._connection = await _connect()
        columns: dict[str, list[tuple[object, ...]]] = {}
        for row in rows:
            statement, values = _values(row)
            columns.setdefault(statement, []).append(values)
        # One statement is a transaction by itself, on one way there and not on three.
        alone = len(columns) == 1
        whole = contextlib.nullcontext() if alone else self._connection.transaction()
        async with whole:
            for statement, values_of_rows in columns.items():
                lists = [list(column) for column in zip(*values_of_rows, strict=True)]
                await self._connection.execute(statement, lists)


def _values(row: Row) -> tuple[LiteralString, tuple[object, ...]]:
    match row:
        case EventRow():
            data = _json(row.data)
            return EVENTS, (row.call, row.stream, row.seq, row.at, row.kind, data)
        case UsageRow():
            figures = _json(row.figures)
            return USAGE, (
                row.call,
                row.provider,
                row.item,
                row.provider_id,
                figures,
                row.estimated,
                row.at,
            )
        case IncidentRow():
            return INCIDENTS, (
                row.call,
                row.kind,
                row.cause,
                row.detail,
                row.key,
                row.at,
            )


def _json(data: Mapping[str, object]) -> str:
    """As JSON text; PostgreSQL stores no zero byte, whatever was said or keyed.

    Nor half a character, which a model can send: the fast writer refuses it.
    """
    try:
        text = orjson.dumps(data, default=str).decode()
    except TypeError:
        whole = json.dumps(data, default=str, ensure_ascii=False)
        text = whole.encode(errors="replace").decode()
    return text.replace("\\u0000", "")


async def _connect() -> psycopg.AsyncConnection:
    """A connection to Django's database, with its options, outside its pool."""
    named = connection.get_connection_params()
    for of_django in ("cursor_factory", "context"):
        named.pop(of_django, None)
    named |= {"application_name": "phoneops journal", "autocommit": True}
    return await psycopg.AsyncConnection.connect(**named)

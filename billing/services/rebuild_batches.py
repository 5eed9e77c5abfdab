"""Many calls entered anew at once: what differs from what stands is corrected.

What is right already is left alone, because a row that is written costs the database
several times what reading it costs. The totals are not moved by this; whoever asks for
it has them added up afterwards.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson
from django.db import connection, transaction

from billing.models import CallSheet
from billing.services.circumstances import TestCallers
from billing.services.day_prices import DayPrices
from billing.services.entries import Entry
from billing.services.ledger import (
    NEEDED,
    SHEET_COLUMNS,
    WorkedOut,
    lock_sheets,
)
from billing.services.locks import share_lock
from calls.models import Call

COLUMNS = ", ".join(SHEET_COLUMNS)
SHEETS = f"""
INSERT INTO billing_callsheet (call_id, {COLUMNS})
SELECT call_id, {COLUMNS} FROM json_populate_recordset(NULL::billing_callsheet, %s)
ON CONFLICT (call_id) DO UPDATE
SET {", ".join(f"{column} = EXCLUDED.{column}" for column in SHEET_COLUMNS)}
"""
CHARGE = ", ".join(Entry._fields)
WORKED_OUT = f"""
CREATE TEMPORARY TABLE IF NOT EXISTS worked_out ON COMMIT DROP AS
    SELECT {CHARGE} FROM billing_charge WITH NO DATA;
TRUNCATE worked_out
"""
TELL = f"COPY worked_out ({CHARGE}) FROM STDIN"
# Each statement names the calls: by them the database finds what stands, which is
# together, sooner than by its keys.
GONE = """
DELETE FROM billing_charge AS standing WHERE standing.call_id = ANY(%s)
    AND NOT EXISTS (SELECT FROM worked_out WHERE worked_out.key = standing.key)
"""
CHANGED = f"""
UPDATE billing_charge AS standing
SET ({CHARGE}) = ROW ({", ".join(f"worked_out.{name}" for name in Entry._fields)})
FROM worked_out
WHERE standing.call_id = ANY(%s) AND standing.key = worked_out.key
    AND ({", ".join(f"standing.{name}" for name in Entry._fields)})
    IS DISTINCT FROM ({", ".join(f"worked_out.{name}" for name in Entry._fields)})
"""
NEW = f"""
INSERT INTO billing_charge ({CHARGE}) SELECT {CHARGE} FROM worked_out
WHERE NOT EXISTS (
    SELECT FROM billing_charge AS standing
    WHERE standing.call_id = ANY(%s) AND standing.key = worked_out.key)
"""
# What must not stand in a line of PostgreSQL's COPY as it is.
ESCAPED = re.compile(r"[\\\t\n\r]")
ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


@dataclass(frozen=True, slots=True)
class Piece:
    """Calls by their keys, in their order."""

    calls: list[int]
    now: datetime

    def told(self) -> bytes:
        """On one line, for a helper."""
        return orjson.dumps(self)

    @classmethod
    def read(cls, line: bytes) -> "Piece":
        told = orjson.loads(line)
        return cls(told["calls"], datetime.fromisoformat(told["now"]))


@transaction.atomic
def enter_anew(piece: Piece, prices: DayPrices, testers: TestCallers) -> int:
    """How many calls were entered: those that there still are."""
    share_lock()
    lock_sheets(piece.calls)
    calls = list(Call.objects.filter(pk__in=piece.calls).only(*NEEDED))
    worked_out = WorkedOut(calls, piece.now, prices, testers)
    entries = (entry for those in worked_out.entries.values() for entry in those)
    with connection.cursor() as cursor:
        cursor.execute(SHEETS, [sheets_told(worked_out.sheets)])
        cursor.execute(WORKED_OUT)
        with cursor.copy(TELL) as copy:
            copy.write(lines_of(entries))
        for statement in (GONE, CHANGED, NEW):
            cursor.execute(statement, [piece.calls])
    return len(calls)


def sheets_told(sheets: Iterable[CallSheet]) -> str:
    rows = [
        {name: getattr(sheet, name) for name in ("call_id", *SHEET_COLUMNS)}
        for sheet in sheets
    ]
    return orjson.dumps(rows, default=str).decode()


def lines_of(rows: Iterable[Iterable[object]]) -> bytes:
    lines = ["\t".join([TOLD[type(value)](value) for value in row]) for row in rows]
    return "".join([f"{line}\n" for line in lines]).encode()


def told_text(text: str) -> str:
    return text.translate(ESCAPES) if ESCAPED.search(text) else text


def told_json(value: object) -> str:
    return orjson.dumps(value).decode().replace("\\", r"\\")


def told_nothing(value: None) -> str:
    return r"\N"


# How COPY reads the values of our columns.
TOLD: Mapping[type, Callable[[Any], str]] = {
    str: told_text,
    dict: told_json,
    list: told_json,
    type(None): told_nothing,
    **dict.fromkeys((int, bool, Decimal, date, datetime), str),
}

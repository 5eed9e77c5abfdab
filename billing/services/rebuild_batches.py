"""A batch of calls worked out for a rebuild, as text that the database takes in."""

import gc
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import orjson
from django.db import connection

from billing.services.circumstances import TestCallers, test_callers
from billing.services.day_prices import DayPrices
from billing.services.entries import Entry
from billing.services.ledger import NEEDED, SHEET_COLUMNS, WorkedOut
from calls.models import Call

SHEETS = f"COPY billing_callsheet (call_id, {', '.join(SHEET_COLUMNS)}) FROM STDIN"
CHARGES = f"COPY billing_charge ({', '.join(Entry._fields)}) FROM STDIN"
# What must not stand in a line of PostgreSQL's COPY as it is.
ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


@dataclass(frozen=True, slots=True)
class Piece:
    """Calls by their keys."""

    calls: list[int]
    now: datetime


@dataclass(frozen=True, slots=True)
class Written:
    calls: int
    sheets: bytes
    charges: bytes

    def copy(self) -> None:
        with connection.cursor() as cursor:
            for statement, lines in ((SHEETS, self.sheets), (CHARGES, self.charges)):
                with cursor.copy(statement) as copy:
                    copy.write(lines)


@cache
def known() -> tuple[DayPrices, TestCallers]:
    return DayPrices(), test_callers()


def work_out_apart(piece: Piece) -> Written:
    """In a process of its own, which lives no longer than the rebuild."""
    written = work_out(piece, *known())
    gc.collect()  # now, when nearly all that was made is gone already
    return written


def work_out(piece: Piece, prices: DayPrices, testers: TestCallers) -> Written:
    calls = list(Call.objects.filter(pk__in=piece.calls).only(*NEEDED))
    worked_out = WorkedOut(calls, piece.now, prices, testers)
    sheets = (
        [sheet.pk, *(getattr(sheet, column) for column in SHEET_COLUMNS)]
        for sheet in worked_out.sheets
    )
    entries = (entry for those in worked_out.entries.values() for entry in those)
    return Written(len(calls), lines_of(sheets), lines_of(entries))


def lines_of(rows: Iterable[Iterable[object]]) -> bytes:
    lines = ["\t".join([told(value) for value in row]) for row in rows]
    return "".join([f"{line}\n" for line in lines]).encode()


def told(value: object) -> str:
    """As COPY reads it."""
    if value is None:
        return r"\N"
    if isinstance(value, dict | list):
        text = orjson.dumps(value).decode()
    else:
        text = str(value)
    return text if text.isalnum() else text.translate(ESCAPES)

"""Caller lists as files for a spreadsheet. A wrong file is refused whole."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from auditlog.models import LogEntry
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction

from routing.errors import CallerFileRefused
from routing.models import CallerEntry, CallerList
from routing.models.caller_lists import to_entry

COLUMNS = ("caller", "reason", "until")
MOST_CALLERS = 50_000
MOST_BYTES = 10 * 1024 * 1024
LONGEST_REASON = 200
RUNS = ("=", "+", "-", "@", "\t", "\r")
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Row:
    caller: str
    reason: str
    until: datetime | None


def lines(entries: Iterable[CallerEntry]) -> Iterator[list[str]]:
    """With headings. A cell that a spreadsheet would run is preceded by an apostrophe,

    which is taken off again when the file comes back.
    """
    yield list(COLUMNS)
    for entry in entries:
        until = entry.expires_at
        moment = f"{until.astimezone(UTC):%Y-%m-%d %H:%M}" if until else ""
        yield [quiet(entry.caller), quiet(entry.reason), moment]


def quiet(cell: str) -> str:
    return f"'{cell}" if cell.startswith(RUNS) else cell


def read_file(content: bytes, now: datetime) -> list[Row]:
    """Raises CallerFileRefused with the line and what to change there."""
    if len(content) > MOST_BYTES:
        raise CallerFileRefused(1, "The file is larger than 10 MB; split it.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise CallerFileRefused(line, "Save the file as CSV in UTF-8.") from None
    heading = text.partition("\n")[0]
    delimiter = ";" if heading.count(";") > heading.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return list(read_rows(reader, now))
    except csv.Error as error:
        raise CallerFileRefused(reader.line_num, f"This is no CSV: {error}.") from None


def read_rows(reader: Any, now: datetime) -> Iterator[Row]:
    columns = read_heading(next(reader, []))
    seen: dict[str, int] = {}
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        line = reader.line_num
        if len(cells) > len(columns):
            raise CallerFileRefused(line, "There are more cells than headings.")
        row = read_row(dict(zip(columns, cells, strict=False)), line, now)
        if row.caller in seen:
            first = seen[row.caller]
            raise CallerFileRefused(line, f"This caller stands in line {first} too.")
        seen[row.caller] = line
        if len(seen) > MOST_CALLERS:
            raise CallerFileRefused(line, "There are more than 50,000 callers.")
        yield row


def read_heading(cells: Sequence[str]) -> list[str]:
    columns = [cell.strip().lower() for cell in cells]
    unknown = [column for column in columns if column not in COLUMNS]
    if unknown or len(set(columns)) < len(columns) or "caller" not in columns:
        raise CallerFileRefused(
            1, "Write as headings: caller, reason and, if you like, until."
        )
    return columns


def read_row(cells: dict[str, str], line: int, now: datetime) -> Row:
    values = {name: cell.strip().removeprefix("'") for name, cell in cells.items()}
    try:
        caller = to_entry(values.get("caller", ""))
    except ValidationError as error:
        raise CallerFileRefused(line, error.messages[0]) from None
    reason = values.get("reason", "")
    if not reason:
        raise CallerFileRefused(line, "Write a reason: why is this caller listed?")
    if len(reason) > LONGEST_REASON:
        raise CallerFileRefused(line, "Shorten the reason to 200 characters.")
    return Row(caller, reason, read_until(values.get("until", ""), line, now))


def read_until(text: str, line: int, now: datetime) -> datetime | None:
    """A day is meant to its end. Without a zone it is UTC, as it was exported."""
    if not text:
        return None
    try:
        if len(text) == len("2026-12-31"):
            day = date.fromisoformat(text)
            until = datetime.combine(day, time(0), UTC) + DAY
        else:
            moment = datetime.fromisoformat(text)
            until = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise CallerFileRefused(
            line, f"“{text}” is no date; write one such as 2026-12-31."
        ) from None
    if until <= now:
        raise CallerFileRefused(line, f"{text} has passed already.")
    return until


@transaction.atomic
def take(
    chosen: CallerList, rows: Sequence[Row], author: User | None, *, replace: bool
) -> tuple[int, int]:
    """How many callers are on the list by this file, and how many it took off.

    `replace`: whoever the file does not name is taken off. Written in bulk, so the
    list's history gets one line for all of them.
    """
    gone = 0
    if replace:
        others = chosen.entries.exclude(caller__in=[row.caller for row in rows])
        gone = others.count()
        others.delete()
    entries = [
        CallerEntry(
            caller_list=chosen,
            caller=row.caller,
            reason=row.reason,
            author=author,
            expires_at=row.until,
        )
        for row in rows
    ]
    CallerEntry.objects.bulk_create(
        entries,
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["caller_list", "caller"],
        update_fields=["reason", "author", "expires_at"],
    )
    note(chosen, added=len(rows), gone=gone)
    return len(rows), gone


def note(chosen: CallerList, *, added: int, gone: int) -> None:
    told = f"{added} from a file" + (f", {gone} taken off" if gone else "")
    LogEntry.objects.log_create(
        chosen, action=LogEntry.Action.UPDATE, changes={"Callers": ["", told]}
    )

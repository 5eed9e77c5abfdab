"""Entering calls into the ledger: what they used, at the prices of its days.

Entering is safe to repeat. A call's charges are worked out anew from its rows and held
against those that stand; what differs is corrected, and the totals are moved by the
difference. So usage that arrives twice changes nothing, and usage that arrives late or
corrected ends in the same ledger as if it had come in time.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection, transaction

from billing.core.charges import charge_call
from billing.models import CallSheet, Charge
from billing.services import total_rows as totals
from billing.services.circumstances import (
    TestCallers,
    circumstances_of,
    test_callers,
)
from billing.services.day_prices import DayPrices
from billing.services.entries import (
    Entry,
    Outcomes,
    Totals,
    concern_of,
    count,
    count_call,
    entry_of,
    outcome_of,
    sheet_of,
    total,
)
from billing.services.locks import share_lock
from billing.services.usage import items_of
from calls.core.words import CallState, FollowUpKind
from calls.models import Call, FollowUp

MOST_CALLS = 500
SHEET_COLUMNS = [
    "day",
    "number",
    "agent",
    "release",
    "language",
    "disposition",
    "answered",
    "contained",
    "handed_off",
    "lead",
    "amount",
    "currency",
    "gaps",
    "settled",
    "entered_at",
]
CORRECTED = [column for column in Entry._fields if column not in ("key", "call_id")]
NEEDED = (
    "carrier_sid",
    "state",
    "path",
    "caller",
    "caller_kind",
    "dialled",
    "time_zone",
    "agent_key",
    "release_number",
    "language",
    "disposition",
    "decision",
    "offered_at",
    "answered_at",
    "over_at",
    "carrier_seconds",
)
# A call may be gone by now, with its sheet.
BLANK_SHEETS = """
INSERT INTO billing_callsheet (call_id, number, agent, release, language, disposition,
    answered, contained, handed_off, lead, amount, currency, gaps, settled)
SELECT id, '', '', 0, '', '', 0, 0, 0, 0, 0, 'USD', 0, false
FROM calls_call WHERE id = ANY(%s) ORDER BY id
ON CONFLICT (call_id) DO NOTHING
"""
LOCKED_SHEETS = """
SELECT FROM billing_callsheet WHERE call_id = ANY(%s) ORDER BY call_id FOR UPDATE
"""


def enter(call_ids: Iterable[int], now: datetime) -> int:
    """How many calls were entered."""
    ids, done = sorted(set(call_ids)), 0
    for start in range(0, len(ids), MOST_CALLS):
        done += enter_some(ids[start : start + MOST_CALLS], now)
    return done


@transaction.atomic
def enter_some(ids: list[int], now: datetime) -> int:
    share_lock()
    before = locked_sheets(ids)
    calls = list(Call.objects.filter(pk__in=ids).only(*NEEDED))
    standing = standing_entries(ids)
    moved = Moves()
    for sheet in before:
        if sheet.day is not None:
            moved.count(sheet, standing.get(sheet.pk, []), -1)
    worked_out = WorkedOut(calls, now)
    for sheet in worked_out.sheets:
        moved.count(sheet, worked_out.entries[sheet.pk], 1)
    correct(standing, worked_out.entries)
    CallSheet.objects.bulk_update(worked_out.sheets, SHEET_COLUMNS)
    moved.apply()
    return len(calls)


def lock_sheets(keys: list[int]) -> None:
    """Two who enter the same call do so one after the other. Keys in their order."""
    with connection.cursor() as cursor:
        cursor.execute(BLANK_SHEETS, [keys])
        cursor.execute(LOCKED_SHEETS, [keys])


def locked_sheets(keys: list[int]) -> list[CallSheet]:
    lock_sheets(keys)
    return list(CallSheet.objects.filter(pk__in=keys))


def standing_entries(keys: list[int]) -> dict[int, list[Entry]]:
    standing: dict[int, list[Entry]] = {}
    rows = Charge.objects.filter(call__in=keys).order_by()
    for row in rows.values_list(*Entry._fields):
        entry = Entry(*row)
        assert entry.call_id is not None
        standing.setdefault(entry.call_id, []).append(entry)
    return standing


class WorkedOut:
    """The sheets and entries of calls as they should be."""

    def __init__(
        self,
        calls: Sequence[Call],
        now: datetime,
        prices: DayPrices | None = None,
        testers: TestCallers | None = None,
    ) -> None:
        self.sheets: list[CallSheet] = []
        self.entries: dict[int, list[Entry]] = {}
        prices = prices or DayPrices()
        items = items_of(calls, now)
        around = circumstances_of(calls, testers or test_callers())
        charges = {}
        while True:
            for call in calls:
                charges[call.pk] = charge_call(items[call.pk], prices, around[call.pk])
            if prices.keep():
                break
        leads = with_lead([call.pk for call in calls])
        for call in calls:
            self.entries[call.pk] = entries = [
                entry_of(charge, prices.currency, call=call.pk)
                for charge in charges[call.pk]
            ]
            settled = call.state == CallState.CLOSED
            sheet = sheet_of(call, lead=call.pk in leads, settled=settled, now=now)
            sheet.amount = total(entries)
            sheet.gaps = sum(len(entry.gaps) for entry in entries)
            self.sheets.append(sheet)


def with_lead(keys: list[int]) -> set[int]:
    rows = FollowUp.objects.filter(call__in=keys, kind=FollowUpKind.LEAD)
    return set(rows.values_list("call_id", flat=True))


class Moves:
    """By how much the totals are to be moved."""

    def __init__(self) -> None:
        self._money: Totals = {}
        self._calls: Outcomes = {}

    def count(self, sheet: CallSheet, entries: Iterable[Entry], sign: int) -> None:
        concern = concern_of(sheet)
        count(self._money, entries, concern, sign)
        count_call(self._calls, outcome_of(sheet), concern, sign)

    def apply(self) -> None:
        totals.add_money(self._money)
        totals.add_calls(self._calls)


def correct(standing: dict[int, list[Entry]], wanted: dict[int, list[Entry]]) -> None:
    there = {entry.key: entry for those in standing.values() for entry in those}
    right = {entry.key: entry for those in wanted.values() for entry in those}
    gone = [key for key in there if key not in right]
    if gone:
        Charge.objects.filter(key__in=gone).delete()
    new = [Charge(**e._asdict()) for key, e in right.items() if key not in there]
    Charge.objects.bulk_create(new, batch_size=1000)
    changed = {
        key: entry
        for key, entry in right.items()
        if key in there and entry != there[key]
    }
    if changed:
        rows = list(Charge.objects.filter(key__in=changed).only("pk", "key"))
        for row in rows:
            for column, value in changed[row.key]._asdict().items():
                setattr(row, column, value)
        Charge.objects.bulk_update(rows, CORRECTED, batch_size=1000)

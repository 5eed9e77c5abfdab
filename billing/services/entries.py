"""Between the ledger's entries as plain values and their rows."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from billing.core.causes import Cause, Split
from billing.core.charges import Charge
from billing.core.reading import NOTHING
from billing.core.units import Component, Unit
from billing.models import CallSheet
from calls.core.words import Disposition
from calls.models import Call
from calls.reports import CONTAINED
from routing.core.decision import Verdict

CAUSE_ORDER = {cause: place for place, cause in enumerate(Cause)}
LEG_FIGURES = ("seconds", "minutes")
# Looked up millions of times in a rebuild, where `.value` takes ten times as long.
NAMES: Mapping[str, str] = {
    word: word.value for words in (Unit, Component, Cause) for word in words
}


class Entry(NamedTuple):
    """A row of `billing.models.Charge`, its columns in this order."""

    key: str
    call_id: int | None
    number: str
    provider: str
    item: str
    component: str
    at: datetime
    day: date
    amount: Decimal
    currency: str
    estimated: bool
    lines: dict[str, list[str]]
    gaps: list[list[str | None]]
    cause: str
    causes: dict[str, str]
    figures: dict[str, object] | None
    tokens_in: int
    tokens_cached: int


def entry_of(
    charge: Charge, currency: str, *, call: int | None, number: str = ""
) -> Entry:
    measured, split = charge.item.measured, charge.causes
    tokens_in, tokens_cached = charge.tokens()
    main = largest(split)
    return Entry(
        key=charge.item.key[:160],
        call_id=call,
        number=number,
        provider=measured.provider,
        item=measured.item,
        component=NAMES[charge.component],
        at=measured.at,
        day=charge.day,
        amount=charge.amount,
        currency=currency,
        estimated=charge.item.estimated,
        lines={
            NAMES[line.unit]: [f"{line.quantity:f}", f"{line.amount:f}"]
            for line in charge.lines
        },
        gaps=[
            [gap.unit, None if gap.quantity is None else f"{gap.quantity:f}", gap.why]
            for gap in charge.unpriced
        ],
        cause=NAMES[main],
        causes={NAMES[cause]: f"{part:f}" for cause, part in split.items()}
        if len(split) > 1
        else {},
        figures=leg_figures(charge),
        tokens_in=tokens_in,
        tokens_cached=tokens_cached,
    )


def largest(split: Split) -> Cause:
    """The first of them where several are as large."""
    if len(split) == 1:
        return next(iter(split))
    return max(split, key=lambda cause: (split[cause], -CAUSE_ORDER[cause]))


def leg_figures(charge: Charge) -> dict[str, object] | None:
    """Of what has no usage row. What still runs would change with every look at it."""
    figures: object = charge.item.measured.figures  # read from JSON
    if charge.item.estimated or ":" not in charge.item.key:
        return None
    if not isinstance(figures, Mapping):
        return None
    return {key: figures[key] for key in figures if key in LEG_FIGURES}


class Concern(NamedTuple):
    """Whom an entry is counted for; the columns of `billing.models.Concerns`."""

    day: date
    number: str
    agent: str = ""
    release: int = 0
    language: str = ""
    disposition: str = ""


class TotalKey(NamedTuple):
    concern: Concern
    component: str
    cause: str
    currency: str


class Sums(NamedTuple):
    """The added-up columns of `billing.models.DayTotal`."""

    amount: Decimal = NOTHING
    estimated: Decimal = NOTHING
    charges: int = 0
    gaps: int = 0
    tokens_in: int = 0
    tokens_cached: int = 0

    def plus(self, other: "Sums", sign: int = 1) -> "Sums":
        return Sums(
            self.amount + sign * other.amount,
            self.estimated + sign * other.estimated,
            self.charges + sign * other.charges,
            self.gaps + sign * other.gaps,
            self.tokens_in + sign * other.tokens_in,
            self.tokens_cached + sign * other.tokens_cached,
        )


Totals = dict[TotalKey, Sums]


def count(
    totals: Totals, entries: Iterable[Entry], concern: Concern, sign: int
) -> None:
    """Adds entries to the totals, or takes them away with -1."""
    for entry in entries:
        parts = entry.causes or {entry.cause: str(entry.amount)}
        for cause, part in parts.items():
            main = cause == entry.cause
            amount = Decimal(part)
            sums = Sums(
                amount,
                amount if entry.estimated else NOTHING,
                int(main),
                len(entry.gaps) if main else 0,
                entry.tokens_in if main else 0,
                entry.tokens_cached if main else 0,
            )
            key = TotalKey(concern, entry.component, cause, entry.currency)
            totals[key] = totals.get(key, Sums()).plus(sums, sign)


class Outcome(NamedTuple):
    """How many calls, and what became of them; columns of `CallTotal`."""

    calls: int = 0
    answered: int = 0
    contained: int = 0
    handed_off: int = 0
    leads: int = 0


Outcomes = dict[Concern, Outcome]


def count_call(
    outcomes: Outcomes, outcome: Outcome, concern: Concern, sign: int
) -> None:
    known = outcomes.get(concern, Outcome())
    pairs = zip(known, outcome, strict=True)
    outcomes[concern] = Outcome(*(had + sign * more for had, more in pairs))


def sheet_of(call: Call, *, lead: bool, settled: bool, now: datetime) -> CallSheet:
    accepted = call.decision.get("verdict") == Verdict.ACCEPT
    contained = accepted and call.disposition in CONTAINED
    return CallSheet(
        call_id=call.pk,
        day=call.offered_at.astimezone(ZoneInfo(call.time_zone)).date(),
        number=call.dialled,
        agent=call.agent_key,
        release=call.release_number,
        language=call.language,
        disposition=call.disposition,
        answered=int(call.answered_at is not None),
        contained=int(contained),
        handed_off=int(call.disposition == Disposition.HANDED_OFF),
        lead=int(lead),
        settled=settled,
        entered_at=now,
    )


def concern_of(sheet: CallSheet) -> Concern:
    assert sheet.day is not None
    return Concern(
        sheet.day,
        sheet.number,
        sheet.agent,
        sheet.release,
        sheet.language,
        sheet.disposition,
    )


def outcome_of(sheet: CallSheet) -> Outcome:
    return Outcome(1, sheet.answered, sheet.contained, sheet.handed_off, sheet.lead)


def total(entries: Sequence[Entry]) -> Decimal:
    return sum((entry.amount for entry in entries), NOTHING)

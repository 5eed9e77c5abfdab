"""Amounts and shares as cells of a report's tables."""

from decimal import Decimal

from billing.core.report_page import Cell
from billing.services import report_words as words
from billing.services.report_words import Currency, _


def money_cell(amount: Decimal, currency: Currency) -> Cell:
    return Cell(words.money(amount, currency), amount * currency.rate)


def share_cell(share: Decimal | None) -> Cell:
    return Cell(words.percent(share), share)


def points(now: Decimal | None, before: Decimal | None) -> str:
    """The difference of two shares, in percentage points."""
    if now is None or before is None:
        return words.NOTHING
    moved = round((now - before) * 100)
    if not moved:
        return "="
    return _("%(points)s points") % {"points": f"{moved:+d}".replace("-", "−")}

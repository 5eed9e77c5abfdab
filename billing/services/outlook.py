"""What was spent so far and where it is heading, whether there is a budget or not."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from billing.core import money_words
from billing.core.budgets import Plan, Span
from billing.core.pricing import DOLLARS
from billing.services import budgets
from routing.core.standing import BudgetScope

NAMES = {Span.DAY: "Today", Span.MONTH: "This month"}
ENDS = {Span.DAY: "by the end of the day", Span.MONTH: "by the end of the month"}


@dataclass(frozen=True, slots=True)
class Outlook:
    name: str
    spent: str
    ahead: str


def outlooks(now: datetime) -> list[Outlook]:
    """Of everything. Two queries."""
    plans = [everything(span) for span in Span]
    return [words_of(view) for view in budgets.views(now, plans)]


def everything(span: Span) -> Plan:
    return Plan(0, "", BudgetScope.ACCOUNT, "", span, Decimal(1))


def words_of(view: budgets.BudgetView) -> Outlook:
    span = view.plan.span
    ahead = "too early to say what it will be"
    if view.forecast is not None:
        ahead = f"about {money_words.money(view.forecast, DOLLARS)} {ENDS[span]}"
    return Outlook(NAMES[span], money_words.money(view.spent, DOLLARS), ahead)

"""What a call has cost, as a part of the call's page.

The page itself belongs to `calls`, which knows nothing of money; whoever puts pages
together asks for `section(call_id)` and shows what comes back.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from billing.core import money_words
from billing.core.bill import BillLine, Cost, Gap, Part
from billing.core.causes import CAUSE_HELP, CAUSE_WORDS, Cause
from billing.core.units import CARRIER_ITEMS, COMPONENT_WORDS, UNIT_WORDS
from billing.services import CallCost, cost_of_call
from calls.models import Call


@dataclass(frozen=True, slots=True)
class LineWords:
    """`model` is empty where the unit says all: a carrier's item is a mere code."""

    model: str
    quantity: str
    unit: str
    rate: str
    amount: str
    estimated: bool


@dataclass(frozen=True, slots=True)
class PartWords:
    name: str
    amount: str
    lines: list[LineWords]


@dataclass(frozen=True, slots=True)
class CauseWords:
    name: str
    amount: str
    help: str


@dataclass(frozen=True, slots=True)
class GapWords:
    """`link` leads to a new price for it, where a price would help."""

    model: str
    what: str
    why: str
    link: str


def section(call_id: int, *, may_add_prices: bool = False) -> str:
    """A card of the call's page as HTML; empty when there is no such call."""
    try:
        known = cost_of_call(call_id)
    except Call.DoesNotExist:
        return ""
    return render(known, may_add_prices=may_add_prices)


def render(known: CallCost, *, may_add_prices: bool = False) -> SafeString:
    cost = known.cost
    share = cost.cached_share
    context = {
        "going_on": known.going_on,
        "total": money_words.money(cost.total, cost.currency),
        "estimated": amount_if_any(cost),
        "cached": None if share is None else money_words.percent(share),
        "causes": cause_words(known),
        "parts": [part_words(part, cost.currency) for part in cost.parts],
        "gaps": list(all_gap_words(cost.unpriced, may_add_prices)),
    }
    return render_to_string("billing/call_cost.html", context)


def cause_words(known: CallCost) -> list[CauseWords]:
    """Nothing where all of it was the conversation itself."""
    if set(known.causes) <= {Cause.CONVERSATION}:
        return []
    return [
        CauseWords(
            name=CAUSE_WORDS[cause],
            amount=money_words.money(amount, known.cost.currency),
            help=CAUSE_HELP[cause],
        )
        for cause, amount in known.causes.items()
    ]


def amount_if_any(cost: Cost) -> str:
    return money_words.money(cost.estimated, cost.currency) if cost.estimated else ""


def part_words(part: Part, currency: str) -> PartWords:
    return PartWords(
        name=COMPONENT_WORDS[part.component],
        amount=money_words.money(part.amount, currency),
        lines=[line_words(line) for line in part.lines],
    )


def line_words(line: BillLine) -> LineWords:
    price = line.price
    return LineWords(
        model=model_name(line.item),
        quantity=money_words.count(line.quantity),
        unit=UNIT_WORDS[line.unit],
        rate=money_words.rate(price.amount, price.per, price.currency),
        amount=money_words.money(line.amount, price.currency),
        estimated=line.estimated,
    )


def all_gap_words(gaps: Iterable[Gap], may_add_prices: bool) -> Iterable[GapWords]:
    for gap in gaps:
        link = new_price(gap) if may_add_prices and gap.unit in UNIT_WORDS else ""
        what, why = money_words.gap_words(gap), money_words.WHY_WORDS[gap.why]
        yield GapWords(model_name(gap.item), what, why, link)


def model_name(item: str) -> str:
    return "" if item in CARRIER_ITEMS else item


def new_price(gap: Gap) -> str:
    known = {"provider": gap.provider, "item": gap.item, "unit": gap.unit}
    return f"{reverse('admin:billing_price_add')}?{urlencode(known)}"

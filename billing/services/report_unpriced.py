"""What was used without there being a price for it, as a table of a report."""

from collections.abc import Iterator

from billing.core import money_words
from billing.core.report import Report, WithoutPrice
from billing.core.report_page import Cell, Section
from billing.core.units import CARRIER_ITEMS, COMPONENT_WORDS
from billing.services import report_words as words
from billing.services.report_words import _


def unpriced_sections(report: Report) -> Iterator[Section]:
    """Only where there is something: it is a call to put it right."""
    if not report.spend.unpriced:
        return
    often = {"n": words.number(report.spend.unpriced)}
    yield Section(
        "without_price",
        _("Used, but without a price"),
        (_("What"), _("Counted in"), _("Why")),
        tuple(row_of(one) for one in report.without_price),
        notes=(
            _("It is not in the sums above, so they are too low. How often: %(n)s.")
            % often,
        ),
        empty=_("What is missing are figures of the provider, not prices."),
        in_words=True,
    )


def row_of(one: WithoutPrice) -> tuple[Cell, ...]:
    return (
        Cell(item_words(one.item)),
        Cell(_(money_words.unit_words(one.unit))),
        Cell(_(money_words.why_words(one.why))),
    )


def item_words(item: str) -> str:
    """A carrier's item by the line it stands in on a bill, a model by its name."""
    known = CARRIER_ITEMS.get(item)
    return _(COMPONENT_WORDS[known.component]) if known else item

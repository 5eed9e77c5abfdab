"""What was published, and what moved after it, as tables of a report."""

from collections.abc import Iterator

from billing.core.report import NOTHING, Published, Report, Served
from billing.core.report_page import Cell, Section
from billing.services import report_words as words
from billing.services.report_cells import money_cell, points, share_cell
from billing.services.report_words import Currency, _, one_or_many

CHANGES_TOLD = 8


def release_sections(report: Report, currency: Currency) -> Iterator[Section]:
    if not report.published:
        yield Section(
            "published",
            _("What was published"),
            empty=_("Nothing was published, so calls were decided as before."),
        )
    for release in report.published:
        yield release_section(release, report.period.zone, currency)


def release_section(one: Published, zone: str, currency: Currency) -> Section:
    who = {
        "number": one.number,
        "moment": words.moment(one.at, zone),
        "author": one.author,
    }
    title = (
        _("Release %(number)s, published %(moment)s by %(author)s")
        if one.author
        else _("Release %(number)s, published %(moment)s")
    )
    return Section(
        "published",
        title % who,
        (_("What moved after it"), _("Before it"), _("After it"), _("Change")),
        tuple(moved(one.earlier, one.after, currency)),
        notes=tuple(release_notes(one)),
        empty=_("There are no calls before and after it to compare."),
    )


def moved(
    earlier: Served, after: Served, currency: Currency
) -> Iterator[tuple[Cell, ...]]:
    if not after.calls or not earlier.calls:
        return
    calls = (earlier.calls, after.calls)
    yield (
        Cell(_("Calls that are over")),
        *(Cell(words.number(one), one) for one in calls),
        Cell(""),
    )
    names = {
        "contained": _("Contained, of the calls the agent took"),
        "handed_off": _("Handed off, of all"),
        "lost": _("Lost, of all"),
    }
    before, now = earlier.shares(), after.shares()
    for key, name in names.items():
        cells = share_cell(before[key]), share_cell(now[key])
        yield Cell(name), *cells, Cell(points(now[key], before[key]))
    old, new = before["cost"], now["cost"]
    if old or new:
        told = [
            Cell(words.NOTHING) if x is None else money_cell(x, currency)
            for x in (old, new)
        ]
        yield (
            Cell(_("Cost of a call")),
            *told,
            Cell(words.change(new or NOTHING, old or NOTHING)),
        )


def release_notes(one: Published) -> Iterator[str]:
    if one.note:
        yield f"“{one.note}”"
    yield from (f"– {change}" for change in one.changes[:CHANGES_TOLD])
    more = len(one.changes) - CHANGES_TOLD
    if more > 0:
        yield one_or_many("and one change more", "and %(count)s changes more", more) % {
            "count": more
        }
    if one.few and one.after.calls and one.earlier.calls:
        yield _("These are few calls, so what moved may be chance.")

"""The tables of a report, in words, in the order in which they are read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from billing.core.causes import CAUSE_WORDS
from billing.core.report import NOTHING, HandoffSum, Report, ToHear
from billing.core.report_page import Cell, Section, Tone
from billing.core.units import COMPONENT_WORDS
from billing.services import report_links as links
from billing.services import report_words as words
from billing.services.report_cells import money_cell, points, share_cell
from billing.services.report_release_sections import release_sections
from billing.services.report_unpriced import unpriced_sections
from billing.services.report_words import Currency, _
from calls.core.words import Disposition


@dataclass(frozen=True, slots=True)
class Sections:
    """Turns one report into its tables, in the language that is active."""

    report: Report
    currency: Currency

    def all(self) -> tuple[Section, ...]:
        return (
            self.calls(),
            self.handoffs(),
            self.components(),
            *unpriced_sections(self.report),
            self.causes(),
            self.budgets(),
            *release_sections(self.report, self.currency),
            self.incidents(),
            self.to_hear(),
            self.follow_ups(),
        )

    def money(self, amount: Decimal) -> Cell:
        return money_cell(amount, self.currency)

    def comparison(self) -> tuple[str, str, str]:
        if self.report.period.days == 1:
            return _("This day"), _("Week before"), _("Change")
        return _("These days"), _("Days before"), _("Change")

    def calls(self) -> Section:
        now, before = self.report.counted, self.report.counted_before
        told = [*now.ledger.ended, *before.ledger.ended]
        rows = [
            self.counted(_("Offered"), now.offered, before.offered, {}),
            self.counted(
                _("Answered by the agent or a person"),
                now.answered,
                before.answered,
                None,
            ),
            self.counted(
                _("Contained: ended well without a person"),
                now.contained,
                before.contained,
                None,
            ),
            (
                Cell(_("Share of calls the agent took that it contained")),
                share_cell(now.containment),
                share_cell(before.containment),
                Cell(points(now.containment, before.containment)),
            ),
            *(
                self.counted(
                    words.named(d),
                    now.ledger.ended.get(d, 0),
                    before.ledger.ended.get(d, 0),
                    {"disposition__exact": d.value},
                    Tone.BAD if d is Disposition.LOST else Tone.PLAIN,
                )
                for d in Disposition
                if d in told or d in (Disposition.HANDED_OFF, Disposition.LOST)
            ),
        ]
        if now.ledger.going_on:
            rows.append(
                self.counted(
                    _("Not over yet"), now.ledger.going_on, before.ledger.going_on, None
                )
            )
        return Section(
            "calls", _("Calls"), (_("Calls"), *self.comparison()), tuple(rows)
        )

    def counted(
        self,
        name: str,
        now: int,
        before: int,
        narrowed: Mapping[str, str] | None,
        tone: Tone = Tone.PLAIN,
    ) -> tuple[Cell, ...]:
        link = ""
        if narrowed is not None and now:
            link = links.to_calls_of(self.report, **dict(narrowed))
        return (
            Cell(name, link=link),
            Cell(words.number(now), now, tone=tone if now else Tone.PLAIN),
            Cell(words.number(before), before),
            Cell(words.change(now, before)),
        )

    def handoffs(self) -> Section:
        found = self.report.handoffs
        headings = [_("Why"), _("Asked"), _("Connected"), _("Nobody"), _("Caller left")]
        pending = any(one.pending for one in found)
        if pending:
            headings.append(_("Still trying"))
        return Section(
            "handoffs",
            _("Handed to a person, by reason"),
            tuple(headings),
            tuple(self.handoff(one, pending=pending) for one in found),
            empty=_("No caller was handed to a person."),
        )

    def handoff(self, one: HandoffSum, *, pending: bool) -> tuple[Cell, ...]:
        link = links.to_calls_of(self.report, handoff=one.reason)
        figures = [one.asked, one.connected, one.nobody, one.caller_left]
        cells = [Cell(words.number(figure), figure) for figure in figures]
        if one.nobody:
            cells[2] = Cell(words.number(one.nobody), one.nobody, tone=Tone.BAD)
        if pending:
            cells.append(Cell(words.number(one.pending), one.pending))
        return (Cell(words.named(one.reason), link=link), *cells)

    def components(self) -> Section:
        spend, before = self.report.spend, self.report.spend_before
        names = {c.value: _(COMPONENT_WORDS[c]) for c in COMPONENT_WORDS}
        rows = list(self.amounts(names, spend.by_component, before.by_component))
        if rows:
            rows.append(self.amount(_("Total"), spend.total, before.total))
        return Section(
            "components",
            _("Spend, by what it was for"),
            (_("What for"), *self.comparison()),
            tuple(rows),
            notes=tuple(self.notes_on_spend()),
            empty=_("Nothing that costs money was used."),
        )

    def notes_on_spend(self) -> Iterator[str]:
        spend, before = self.report.spend, self.report.spend_before
        if spend.cached_share is not None:
            yield _(
                "%(share)s of what the models read came from the cache "
                "(before: %(before)s)."
            ) % {
                "share": words.percent(spend.cached_share),
                "before": words.percent(before.cached_share),
            }
        if self.report.per_call is not None and spend.total:
            yield _("A call cost %(amount)s on average.") % {
                "amount": words.money(self.report.per_call, self.currency)
            }
        if self.report.per_contained_call is not None and spend.total:
            yield _("All spend divided by the contained calls: %(amount)s each.") % {
                "amount": words.money(self.report.per_contained_call, self.currency)
            }
        if spend.estimated:
            yield _(
                "%(amount)s of it is estimated, because the provider has not told "
                "its figures."
            ) % {"amount": words.money(spend.estimated, self.currency)}

    def causes(self) -> Section:
        names = {cause.value: _(CAUSE_WORDS[cause]) for cause in CAUSE_WORDS}
        spend, before = self.report.spend, self.report.spend_before
        return Section(
            "causes",
            _("Spend, by its cause"),
            (_("Cause"), *self.comparison()),
            tuple(self.amounts(names, spend.by_cause, before.by_cause)),
            empty=_("Nothing that costs money was used."),
        )

    def amounts(
        self,
        names: Mapping[str, str],
        now: Mapping[str, Decimal],
        before: Mapping[str, Decimal],
    ) -> Iterator[tuple[Cell, ...]]:
        for key, name in names.items():
            if now.get(key) or before.get(key):
                yield self.amount(name, now.get(key, NOTHING), before.get(key, NOTHING))

    def amount(self, name: str, now: Decimal, before: Decimal) -> tuple[Cell, ...]:
        return (
            Cell(name),
            self.money(now),
            self.money(before),
            Cell(words.change(now, before)),
        )

    def budgets(self) -> Section:
        return Section(
            "budgets",
            _("Budgets"),
            (_("Budget"), _("Limit"), _("Spent"), _("Used"), _("Forecast")),
            tuple(
                (
                    Cell(f"{one.name}, {_(one.span)}"),
                    self.money(one.limit),
                    self.money(one.spent),
                    Cell(
                        words.percent(one.share)
                        + (f", {_(one.reached)}" if one.reached else ""),
                        tone=Tone.BAD if one.share and one.share >= 1 else Tone.PLAIN,
                    ),
                    Cell(words.NOTHING)
                    if one.forecast is None
                    else self.money(one.forecast),
                )
                for one in self.report.budgets
            ),
            empty=_("No budget has been set."),
        )

    def incidents(self) -> Section:
        return Section(
            "incidents",
            _("Incidents"),
            (_("What broke"), _("Whose cause"), _("How often"), _("Open"), _("Latest")),
            tuple(
                (
                    Cell(
                        words.named(one.kind),
                        link=links.to_page(
                            "calls_incident_changelist", kind__exact=one.kind
                        ),
                    ),
                    Cell(words.named(one.cause)),
                    Cell(words.number(one.count), one.count),
                    Cell(
                        words.number(one.open),
                        one.open,
                        tone=Tone.BAD if one.open else Tone.PLAIN,
                    ),
                    Cell(words.moment(one.latest, self.report.period.zone)),
                )
                for one in self.report.incidents
            ),
            empty=_("Nothing broke."),
        )

    def to_hear(self) -> Section:
        return Section(
            "to_hear",
            _("Calls most worth hearing"),
            (_("Why"), _("Line"), _("When"), _("Length")),
            tuple(self.heard(one) for one in self.report.to_hear),
            empty=_("No call stands out."),
            in_words=True,
        )

    def heard(self, one: ToHear) -> tuple[Cell, ...]:
        detail = f": {words.named(one.detail)}" if one.detail else ""
        if one.cost is not None:
            detail = f": {words.money(one.cost, self.currency)}"
        return (
            Cell(why(one.reason) + detail, link=links.to_call(one.call_id)),
            Cell(one.line),
            Cell(words.moment(one.offered_at, one.zone)),
            Cell(words.length(one.seconds) + (_(", recorded") if one.recorded else "")),
        )

    def follow_ups(self) -> Section:
        found = self.report.follow_ups
        rows: tuple[tuple[Cell, ...], ...] = (
            (
                Cell(_("Left behind by these calls")),
                Cell(words.number(found.opened), found.opened),
            ),
            (
                Cell(
                    _("Open now, of all calls"),
                    link=links.to_page("calls_followup_changelist", show="open"),
                ),
                Cell(words.number(found.open), found.open),
            ),
            (
                Cell(
                    _("Overdue now"),
                    link=links.to_page("calls_followup_changelist", show="overdue"),
                ),
                Cell(
                    words.number(found.overdue),
                    found.overdue,
                    tone=Tone.BAD if found.overdue else Tone.PLAIN,
                ),
            ),
        )
        headings = (_("Follow-ups"), _("How many"))
        return Section("follow_ups", _("Follow-ups"), headings, rows)


def why(reason: str) -> str:
    return {
        "lost": _("We lost this caller"),
        "nobody": _("Asked for a person, and nobody answered"),
        "emergency": _("An emergency was handed over"),
        "angry": _("The caller was angry"),
        "broken": _("Something broke during the call"),
        "costliest": _("The dearest call"),
        "left": _("The caller hung up in the middle"),
        "longest": _("The longest conversation"),
    }[reason]

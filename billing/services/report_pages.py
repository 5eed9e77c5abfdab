"""A report as a page of words, in a language and a currency."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils import translation

from billing.core.report import NOTHING, Day, Report
from billing.core.report_page import (
    Chart,
    Equation,
    Page,
    Series,
    Term,
    Tile,
    Tone,
)
from billing.services import report_links as links
from billing.services import report_words as words
from billing.services.report_sections import Sections
from billing.services.report_words import Currency, _, one_or_many
from calls.core.words import Disposition

# The outcomes a bar is made of: name, colour, dispositions; "" is not over yet.
WELL = (
    Disposition.RESOLVED,
    Disposition.MESSAGE_TAKEN,
    Disposition.CALLBACK_SCHEDULED,
)
TURNED_AWAY = (
    Disposition.REJECTED,
    Disposition.CLOSED_HOURS,
    Disposition.OVERFLOWED,
    Disposition.SPAM,
)
SPEND_COLOUR = "#2563eb"


def put_into_words(
    report: Report,
    *,
    name: str = "",
    language: str = "en",
    currency: Currency | None = None,
    notes: Sequence[str] = (),
    about: Sequence[str] = (),
    link: str = "",
) -> Page:
    """`name` is the subscription's, `about` names lines and agent."""
    shown_in = currency or Currency(report.currency)
    with translation.override(language):
        return Page(
            language=language,
            subject=subject(report, name, shown_in),
            title=words.days(report.period),
            when=compared_with(report),
            about=", ".join(about) or _("All lines"),
            tiles=tuple(tiles(report, shown_in)),
            equation=equation(report),
            charts=(calls_chart(report.days), spend_chart(report.days, shown_in)),
            sections=Sections(report, shown_in).all(),
            notes=(*notes, *warnings(report)),
            link=link,
            footer=(
                _("Days begin and end by the clock of %(zone)s. As of %(moment)s.")
                % {
                    "zone": report.period.zone,
                    "moment": words.moment(report.as_of, report.period.zone),
                },
            ),
        )


def subject(report: Report, name: str, currency: Currency) -> str:
    """The essential, for those who read no further."""
    head = f"{name}, {words.short_days(report.period)}"
    counted = report.counted
    if not counted.offered:
        return f"{head}: {_('no calls')}"
    told = [calls_words(counted.offered)]
    if counted.lost:
        told.append(_("%(count)s lost") % {"count": words.number(counted.lost)})
    if counted.containment is not None:
        share = words.percent(counted.containment)
        told.append(_("%(share)s contained") % {"share": share})
    if report.spend.total:
        told.append(words.money(report.spend.total, currency))
    return f"{head}: {', '.join(told)}"


def calls_words(calls: int) -> str:
    counted = {"count": words.number(calls)}
    return one_or_many("%(count)s call", "%(count)s calls", calls) % counted


def compared_with(report: Report) -> str:
    return _("Compared with %(days)s") % {"days": words.days(report.before)}


def tiles(report: Report, currency: Currency) -> list[Tile]:
    now, before = report.counted, report.counted_before
    spend, spend_before = report.spend, report.spend_before
    return [
        Tile(_("Calls"), words.number(now.offered), was(words.number(before.offered))),
        Tile(
            _("Contained"),
            words.percent(now.containment),
            was(words.percent(before.containment)),
        ),
        Tile(
            _("Lost"),
            words.number(now.lost),
            was(words.number(before.lost)),
            Tone.BAD if now.lost else Tone.PLAIN,
        ),
        Tile(
            _("Spend"),
            words.money(spend.total, currency),
            was(words.money(spend_before.total, currency)),
        ),
    ]


def was(before: str) -> str:
    return _("before: %(figure)s") % {"figure": before}


def equation(report: Report) -> Equation:
    ledger = report.counted.ledger
    terms = [
        Term(
            count,
            words.named(disposition).lower(),
            links.to_calls_of(report, disposition__exact=disposition),
        )
        for disposition, count in ledger.ended.items()
    ]
    if ledger.going_on:
        terms.append(Term(ledger.going_on, _("not over yet")))
    return Equation(
        Term(ledger.offered, _("offered"), links.to_calls_of(report)),
        tuple(terms),
        Term(ledger.remainder, _("unaccounted")),
    )


def warnings(report: Report) -> list[str]:
    told = []
    if report.counted.ledger.remainder:
        told.append(
            _(
                "Some calls are over without anybody having said how they ended. "
                "Please tell an engineer."
            )
        )
    if report.spend.unpriced:
        told.append(
            _("Something that was used has no price, so more was spent than this.")
        )
    return told


def calls_chart(days: Sequence[Day]) -> Chart:
    groups: list[tuple[str, str, Sequence[str]]] = [
        (_("Ended well without a person"), "#16a34a", WELL),
        (_("Handed off"), "#2563eb", (Disposition.HANDED_OFF,)),
        (_("Voicemail"), "#60a5fa", (Disposition.VOICEMAIL,)),
        (_("Hung up early"), "#f59e0b", (Disposition.CALLER_HUNG_UP_EARLY,)),
        (_("Turned away"), "#9ca3af", TURNED_AWAY),
        (_("Lost"), "#dc2626", (Disposition.LOST,)),
        (_("Not over yet"), "#d1d5db", ("",)),
    ]
    series = []
    for name, colour, members in groups:
        values = tuple(
            Decimal(sum(one.calls.get(member, 0) for member in members)) for one in days
        )
        if any(values):
            series.append(Series(name, colour, values))
    most = max((sum(one.calls.values()) for one in days), default=0)
    return chart(
        days,
        "calls",
        _("Calls a day, by how they ended"),
        tuple(series),
        _("At most %(calls)s on one day.") % {"calls": calls_words(most)},
    )


def spend_chart(days: Sequence[Day], currency: Currency) -> Chart:
    values = tuple(one.spent * currency.rate for one in days)
    most = max((one.spent for one in days), default=NOTHING)
    title = _("Spend a day, in %(currency)s") % {"currency": currency.code}
    return chart(
        days,
        "spend",
        title,
        (Series(_("Spend"), SPEND_COLOUR, values),) if any(values) else (),
        _("At most %(amount)s on one day.") % {"amount": words.money(most, currency)},
        money=True,
    )


def chart(
    days: Sequence[Day],
    key: str,
    title: str,
    series: tuple[Series, ...],
    summary: str,
    *,
    money: bool = False,
) -> Chart:
    return Chart(
        key=key,
        title=title,
        labels=tuple(f"{one.day.day}" for one in days),
        days=tuple(words.short_day(one.day) for one in days),
        series=series,
        summary=summary,
        money=money,
    )

"""The words of a report in the language that is active, and how it writes figures.

They have a context of their own: "Change" on a button of the admin is another word in
Spanish than above a column of figures. The names that the rest of the portal has in
English only are translated here; what the catalogue does not know stands in English.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils.formats import date_format, number_format
from django.utils.translation import npgettext, pgettext

from billing.core import money_words
from billing.core.pricing import DOLLARS
from billing.core.report_period import Period
from calls.core import zoned
from calls.core.lines import in_words

NOTHING = "–"
PER_CENT = "\u00a0%"
CONTEXT = "report"
LITTLE = Decimal("0.1")


def _(text: str) -> str:
    return pgettext(CONTEXT, text)


def one_or_many(one: str, many: str, count: int) -> str:
    return npgettext(CONTEXT, one, many, count)


@dataclass(frozen=True, slots=True)
class Currency:
    """What amounts are shown in; `rate` is for one of the price's currency."""

    code: str = DOLLARS
    rate: Decimal = Decimal(1)


def money(amount: Decimal, currency: Currency) -> str:
    """With cents, and very little with four decimals."""
    converted = amount * currency.rate
    size = abs(converted)
    if 0 < size < money_words.SMALLEST:
        least = signed(number(money_words.SMALLEST), currency.code)
        return _("under %(amount)s") % {"amount": least}
    places = money_words.SMALLEST if 0 < size < LITTLE else money_words.CENT
    return signed(number(converted.quantize(places, ROUND_HALF_UP)), currency.code)


def signed(amount: str, code: str) -> str:
    sign = money_words.SIGNS.get(code)
    if sign is None:
        return f"{amount} {code}"
    # Translators: where the sign of a currency stands.
    return _("%(sign)s%(amount)s") % {"sign": sign, "amount": amount}


def number(value: Decimal | int) -> str:
    places = 0
    if isinstance(value, Decimal):
        exponent = value.as_tuple().exponent
        places = -exponent if isinstance(exponent, int) else 0
    return number_format(value, max(places, 0), use_l10n=True, force_grouping=True)


def percent(share: Decimal | None) -> str:
    if share is None:
        return NOTHING
    return f"{number((share * 100).quantize(Decimal(1), ROUND_HALF_UP))}{PER_CENT}"


def change(now: Decimal | int, before: Decimal | int) -> str:
    """ "+12 %", or a dash where there was nothing to compare with."""
    if not before:
        return NOTHING if not now else _("new")
    grown = (Decimal(now) / Decimal(before) - 1) * 100
    whole = int(grown.quantize(Decimal(1), ROUND_HALF_UP))
    return "=" if whole == 0 else f"{whole:+d}{PER_CENT}".replace("-", "−")


def named(word: str) -> str:
    """A disposition, reason, kind, cause ... as people read it."""
    return _(in_words(word))


def day(value: date) -> str:
    """ "Friday 20 November 2026"."""
    # Translators: how a day is written, in the letters of Django's date formats.
    return date_format(value, _("l j F Y"))


def short_day(value: date) -> str:
    """ "Fri 20 Nov"."""
    # Translators: how a day is written briefly, in letters of Django's date formats.
    return date_format(value, _("D j M"))


def days(period: Period) -> str:
    if period.days == 1:
        return day(period.first)
    return _("%(first)s to %(last)s") % {
        "first": day(period.first),
        "last": day(period.last),
    }


def short_days(period: Period) -> str:
    if period.days == 1:
        return short_day(period.first)
    return _("%(first)s to %(last)s") % {
        "first": short_day(period.first),
        "last": short_day(period.last),
    }


def moment(at: datetime, zone: str) -> str:
    """ "20 Nov, 14:03 EST"."""
    there = zoned.in_zone(at, zone)
    # Translators: how a moment is written, in letters of Django's date formats.
    return f"{date_format(there, _('j M, H:i'))} {zoned.abbreviation(there)}"


def length(seconds: int | None) -> str:
    """ "3:10" minutes."""
    return NOTHING if seconds is None else zoned.minutes(seconds)

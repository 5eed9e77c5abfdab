from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.core.pricing import Priced, PriceEntry, PriceList, Unpriced, price_usage
from billing.core.reading import Why
from billing.core.units import Unit
from tests.billing.makers import make_price, make_prices, used

FULL = {
    "input_tokens": 1000,
    "input_tokens_details": {"cached_tokens": 600, "cache_write_tokens": 300},
    "output_tokens": 50,
}
LUNA = [
    make_price(unit="text_in", amount="0.10", per=10**6),
    make_price(unit="text_cached", amount="0.01", per=10**6),
    make_price(unit="cache_write", amount="0.125", per=10**6),
    make_price(unit="text_out", amount="0.50", per=10**6),
]


def amounts(priced: Priced) -> dict[Unit, Decimal]:
    return {line.unit: line.amount for line in priced.lines}


def whys(priced: Priced) -> dict[str, Why]:
    return {unpriced.unit: unpriced.why for unpriced in priced.unpriced}


def test_every_part_of_an_answer_has_its_own_price() -> None:
    priced = price_usage(used(FULL), PriceList(LUNA))
    assert amounts(priced) == {
        Unit.TEXT_IN: Decimal("0.000010"),
        Unit.TEXT_CACHED: Decimal("0.000006"),
        Unit.CACHE_WRITE: Decimal("0.0000375"),
        Unit.TEXT_OUT: Decimal("0.000025"),
    }
    assert priced.unpriced == []
    assert priced.total() == Decimal("0.0000785")


def test_a_line_explains_itself() -> None:
    minute = make_price("voice_inbound", "voice_in_minute", "2", provider="twilio")
    measured = used({"seconds": 61}, "voice_inbound", provider="twilio")
    line = price_usage(measured, PriceList([minute])).lines[0]
    assert (line.quantity, line.price) == (Decimal(2), minute)
    assert line.amount == 4


def test_a_rate_by_the_minute_prices_seconds() -> None:
    live = make_price("gpt-live-1", "live_second", "0.05", per=60)
    priced = price_usage(used({"seconds": 300}, "gpt-live-1"), PriceList([live]))
    assert priced.total() == Decimal("0.25")


def test_an_unknown_model_is_unpriced_and_not_free() -> None:
    priced = price_usage(used(FULL, "gpt-9-nova"), PriceList(LUNA))
    assert priced.lines == []
    assert priced.unpriced[0] == Unpriced("text_in", Decimal(100), Why.UNKNOWN_ITEM)
    assert priced.total() is None


def test_a_unit_without_a_price_is_named_beside_the_priced_ones() -> None:
    priced = price_usage(used(FULL), PriceList(LUNA[:2]))
    assert whys(priced) == {"cache_write": Why.NO_PRICE, "text_out": Why.NO_PRICE}
    assert priced.total() == Decimal("0.000016")


def test_nothing_used_costs_nothing() -> None:
    figures = {"input_tokens": 0, "output_tokens": 0}
    assert price_usage(used(figures), PriceList([])).total() == 0


def test_a_price_of_nothing_is_a_price() -> None:
    prices = make_prices(text_in="0", text_out="0")
    priced = price_usage(used({"input_tokens": 5, "output_tokens": 1}), prices)
    assert priced.total() == 0
    assert priced.unpriced == []


def test_a_dated_snapshot_has_the_price_of_its_model() -> None:
    priced = price_usage(used(FULL, "gpt-6-luna-2026-09-22"), PriceList(LUNA))
    assert priced.total() == Decimal("0.0000785")


def test_a_snapshot_may_have_prices_of_its_own() -> None:
    snapshot = "gpt-6-luna-2026-09-22"
    prices = PriceList([*LUNA, make_price(snapshot, "text_in", "7")])
    figures = {"input_tokens": 1, "output_tokens": 1}
    priced = price_usage(used(figures, snapshot), prices)
    assert amounts(priced) == {Unit.TEXT_IN: 7}
    assert whys(priced) == {"text_out": Why.NO_PRICE}


MARCH = [
    make_price(amount="1", valid_from=date(2026, 1, 1)),
    make_price(amount="2", valid_from=date(2026, 3, 1)),
]
ONE = {"input_tokens": 1, "output_tokens": 0}


@pytest.mark.parametrize(
    ("at", "total"),
    [
        (datetime(2026, 1, 1, tzinfo=UTC), 1),
        (datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC), 1),
        (datetime(2026, 3, 1, tzinfo=UTC), 2),
        (datetime(2027, 3, 1, tzinfo=UTC), 2),
        # A day is one of UTC, also where the clock is changed or far from it.
        (datetime(2026, 2, 28, 20, tzinfo=timezone(timedelta(hours=-5))), 2),
        (datetime(2026, 3, 1, 8, tzinfo=timezone(timedelta(hours=9))), 1),
    ],
)
def test_the_price_of_the_day_counts(at: datetime, total: int) -> None:
    for entries in (MARCH, MARCH[::-1]):
        assert price_usage(used(ONE, at=at), PriceList(entries)).total() == total


def test_usage_before_the_first_price_is_unpriced() -> None:
    at = datetime(2025, 12, 31, 23, 59, tzinfo=UTC)
    priced = price_usage(used(ONE, at=at), PriceList(MARCH))
    assert priced.unpriced == [Unpriced("text_in", Decimal(1), Why.NOT_YET_VALID)]


def test_of_two_prices_for_a_day_the_dearer_counts() -> None:
    for entries in ([make_price(amount=a) for a in pair] for pair in ("57", "75")):
        assert price_usage(used(ONE), PriceList(entries)).total() == 7


def test_currencies_are_never_mixed() -> None:
    euros = make_price(amount="9", currency="EUR")
    priced = price_usage(used(ONE), PriceList([euros]))
    assert whys(priced) == {"text_in": Why.OTHER_CURRENCY}
    both = [euros, make_price(amount="2")]
    assert price_usage(used(ONE), PriceList(both)).total() == 2
    assert price_usage(used(ONE), PriceList(both, "EUR")).total() == 9


days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
amount = st.decimals(0, 1000, places=6)


@given(history=st.dictionaries(days, amount, min_size=1), day=days, order=st.randoms())
def test_the_youngest_price_that_is_valid_counts(
    history: dict[date, Decimal],
    day: date,
    order: "st.random.Random",  # type: ignore
) -> None:
    entries = [
        PriceEntry("openai", "gpt-6-luna", "text_in", price, 1, "USD", valid_from)
        for valid_from, price in history.items()
    ]
    order.shuffle(entries)
    at = datetime.combine(day, datetime.max.time(), UTC)
    priced = price_usage(used(ONE, at=at), PriceList(entries))
    valid = [valid_from for valid_from in history if valid_from <= day]
    assert priced.total() == (history[max(valid)] if valid else None)


@given(
    total=st.integers(0, 10**6),
    cached=st.integers(0, 10**6),
    out=st.integers(0, 10**6),
    rates=st.lists(amount, min_size=3, max_size=3),
)
def test_the_lines_add_up_to_the_total(
    total: int, cached: int, out: int, rates: list[Decimal]
) -> None:
    units = ("text_in", "text_cached", "text_out")
    by_unit = {unit: str(rate) for unit, rate in zip(units, rates, strict=True)}
    figures = {
        "input_tokens": total,
        "input_tokens_details": {"cached_tokens": cached},
        "output_tokens": out,
    }
    priced = price_usage(used(figures), make_prices(**by_unit))
    from_cache = min(cached, total)
    parts = zip((total - from_cache, from_cache, out), rates, strict=True)
    assert (priced.total() or 0) == sum(quantity * rate for quantity, rate in parts)

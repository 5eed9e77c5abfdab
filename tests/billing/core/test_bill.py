import random
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from billing.core.bill import Bill, Cost, Gap
from billing.core.pricing import PriceList
from billing.core.reading import Why
from billing.core.units import Component
from calls.core.meter import Measured
from tests.billing.makers import make_price, make_prices, used

PRICES = make_prices(
    make_price("voice_inbound", "voice_in_minute", "0.01", provider="twilio"),
    make_price("gpt-live-1", "live_second", "0.05", per=60),
    make_price("gpt-realtime-2.1", "audio_in", "0.000032"),
    text_in="0.0001",
    text_cached="0.00001",
    text_out="0.0005",
)


def answer(
    taken: int, cached: int = 0, given: int = 0, model: str = "gpt-6-luna"
) -> Any:
    figures = {
        "input_tokens": taken,
        "input_tokens_details": {"cached_tokens": cached},
        "output_tokens": given,
    }
    return used(figures, model)


def leg(seconds: object) -> Measured:
    return used({"seconds": seconds}, "voice_inbound", provider="twilio")


def cost_of(events: list[Measured], prices: PriceList = PRICES) -> Cost:
    bill = Bill(prices)
    for event in events:
        bill.enter(event)
    return bill.cost()


def test_equal_lines_are_one_and_stand_under_their_component() -> None:
    cost = cost_of([leg(61), answer(10, 4, 1), leg(30), answer(20, 10, 2)])
    assert [(p.component, p.amount, len(p.lines)) for p in cost.parts] == [
        (Component.LANGUAGE_MODEL, Decimal("0.00324"), 3),
        (Component.INBOUND_LEG, Decimal("0.03"), 1),
    ]
    assert cost.parts[1].lines[0].quantity == 3
    assert cost.total == Decimal("0.03324")
    assert cost.currency == "USD"


def test_the_cached_share_is_of_all_input() -> None:
    assert cost_of([answer(100, 60), answer(300, 240)]).cached_share == Decimal("0.75")
    assert cost_of([leg(5)]).cached_share is None


def test_unpriced_input_counts_for_the_cached_share() -> None:
    events = [answer(100, 50, model="gpt-9-nova")]
    assert cost_of(events).cached_share == Decimal("0.5")


def test_what_has_no_price_is_named_with_its_quantity() -> None:
    cost = cost_of([answer(7, model="gpt-9-nova"), answer(5, model="gpt-9-nova")])
    gap = Gap("openai", "gpt-9-nova", "text_in", Why.UNKNOWN_ITEM, 2, Decimal(12))
    assert cost.total == 0
    assert cost.unpriced == (gap,)


def test_a_use_of_unknown_extent_is_named() -> None:
    bill = Bill(PRICES)
    bill.enter_unknown("twilio", "voice_sip", "sip_minute")
    gap = Gap("twilio", "voice_sip", "sip_minute", Why.MISSING, 1, None)
    assert bill.cost().unpriced == (gap,)


def test_estimates_are_told_apart() -> None:
    bill = Bill(PRICES)
    bill.enter(answer(10))
    bill.enter(answer(30), estimated=True)
    cost = bill.cost()
    assert (cost.total, cost.estimated) == (Decimal("0.004"), Decimal("0.003"))
    assert [line.estimated for line in cost.parts[0].lines] == [False, True]


counts = st.integers(-5, 10**6)
figures = st.fixed_dictionaries(
    {},
    optional={
        "input_tokens": counts,
        "output_tokens": counts,
        "input_tokens_details": st.fixed_dictionaries({"cached_tokens": counts}),
        "input_token_details": st.fixed_dictionaries({"audio_tokens": counts}),
        "seconds": st.floats(0, 10**5),
        "type": st.sampled_from(["duration", "tokens"]),
    },
)
events = st.builds(
    used,
    figures,
    st.sampled_from(
        ["gpt-6-luna", "gpt-realtime-2.1", "gpt-live-1", "gpt-9-nova", "voice_inbound"]
    ),
    provider=st.sampled_from(["openai", "twilio"]),
)


@given(events=st.lists(events, max_size=12), seed=st.integers())
def test_the_order_of_events_never_matters(events: list[Measured], seed: int) -> None:
    shuffled = list(events)
    random.Random(seed).shuffle(shuffled)
    assert cost_of(shuffled) == cost_of(events)


@given(events=st.lists(events, max_size=12))
def test_the_parts_are_the_total(events: list[Measured]) -> None:
    cost = cost_of(events)
    lines = [line for part in cost.parts for line in part.lines]
    assert sum(part.amount for part in cost.parts) == cost.total
    assert sum(line.amount for line in lines) == cost.total
    assert cost.total == sum(cost_of([event]).total for event in events)


answers = st.builds(answer, st.integers(1, 10**6), counts, counts)


@given(events=st.lists(answers | st.builds(leg, st.floats(0.1, 10**5)), min_size=1))
def test_without_prices_all_that_was_used_is_named(events: list[Measured]) -> None:
    cost = cost_of(events, PriceList([]))
    assert cost.total == 0
    assert {gap.item for gap in cost.unpriced} == {event.item for event in events}

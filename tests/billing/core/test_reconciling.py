"""A provider's bill beside our figures, as plain values."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.core.reconciling import (
    Billed,
    Ours,
    carrier_item,
    compare,
    model_of,
    unexplained_share,
    without_sums,
)

MONEY = st.decimals(0, 1000, places=4)


def billed(name: str, amount: str = "1") -> Billed:
    return Billed(name, name, Decimal(amount))


@pytest.mark.parametrize(
    ("category", "item"),
    [
        ("calls-inbound-local", "voice_inbound"),
        ("calls-outbound", "voice_outbound"),
        ("calls-sip-outbound", "voice_sip"),
        ("trunking-origination-local", "voice_sip"),
        ("conversation-relay-minutes", "conversation_relay"),
        ("recordings", "recording"),
        ("sms-outbound-longcode", "sms"),
        ("phonenumbers-local", "number"),
        ("amazon-polly", "amazon-polly"),
    ],
)
def test_a_category_is_put_to_what_it_is_for(category: str, item: str) -> None:
    assert carrier_item(category) == item


def test_a_line_item_names_its_model() -> None:
    assert model_of("gpt-realtime-2.1, cached audio input") == "gpt-realtime-2.1"
    assert model_of("Web search") == "web search"


def test_sums_in_a_bill_are_not_counted_beside_their_parts() -> None:
    names = ["totalprice", "calls", "calls-inbound", "calls-inbound-local", "sms"]
    kept = without_sums([billed(name) for name in names])
    assert [line.name for line in kept] == ["calls-inbound-local", "sms"]


def test_each_side_may_know_what_the_other_does_not() -> None:
    rows = compare({"a": Ours(Decimal(2)), "b": Ours(Decimal(1))}, [billed("b", "4")])
    assert [(r.item, r.ours, r.theirs, r.remainder) for r in rows] == [
        ("a", Decimal(2), None, Decimal(-2)),
        ("b", Decimal(1), Decimal(4), Decimal(3)),
    ]


def test_remainders_do_not_make_up_for_each_other() -> None:
    ours = {"a": Ours(Decimal(2)), "b": Ours(Decimal(2))}
    rows = compare(ours, [billed("a", "1"), billed("b", "3")])
    assert unexplained_share(rows) == Decimal("0.5")
    assert unexplained_share([]) == 0
    assert unexplained_share(compare({}, [billed("a", "0.004")])) == 0


@given(st.lists(st.tuples(st.sampled_from("abc"), MONEY)))
def test_the_order_of_a_bill_does_not_matter(
    lines: list[tuple[str, Decimal]],
) -> None:
    ours = {"a": Ours(Decimal(5)), "d": Ours(Decimal(1))}
    bill = [Billed(name, "", amount) for name, amount in lines]
    there = compare(ours, bill)
    assert compare(ours, reversed(bill)) == there
    assert sum(r.theirs or 0 for r in there) == sum(amount for _, amount in lines)
    assert sum(r.remainder for r in there) == sum(a for _, a in lines) - 6

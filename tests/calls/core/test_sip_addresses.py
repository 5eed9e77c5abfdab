"""SIP headers, which may hold anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.core.callback_urls import callback_url
from calls.core.sip_addresses import (
    NOBODY,
    Address,
    addresses,
    first_address,
    numbers,
)

NUMBER = "+12025550123"

ONE = {
    f"sip:{NUMBER}@h.example;tag=1": Address("", f"sip:{NUMBER}@h.example", NUMBER),
    f"<SIPS:{NUMBER}@h;user=phone>;x=y": Address("", f"sips:{NUMBER}@h", NUMBER),
    f"<tel:{NUMBER};phone-context=x>": Address("", f"tel:{NUMBER}", NUMBER),
    f'"Ann, \\"Lee\\"" <sip:{NUMBER}@h>': Address(
        'Ann, "Lee"', f"sip:{NUMBER}@h", NUMBER
    ),
    "Ann <sip:ann@h?x=y>": Address("Ann", "sip:ann@h", "ann"),
    '"<sip:+1@evil>, b" <sip:c@h>': Address("<sip:+1@evil>, b", "sip:c@h", "c"),
    "sip:h.example": Address("", "sip:@h.example", ""),
    "<sip:%2B12025550123@h>": Address("", f"sip:{NUMBER}@h", NUMBER),
    "<sip:+12025550123;npdi@h>": Address("", f"sip:{NUMBER}@h", NUMBER),
}


@pytest.mark.parametrize(("value", "address"), ONE.items())
def test_one_address(value: str, address: Address) -> None:
    assert list(addresses(value)) == [address]
    assert first_address(value) == address


@pytest.mark.parametrize(
    "value",
    ["", " ", ",,", "<", "<sip:", '"', "+1202", "http://x", "mailto:a@b", "sip:"],
)
def test_no_address(value: str) -> None:
    assert list(addresses(value)) == []
    assert first_address(value) == NOBODY


def test_several_addresses_keep_their_order() -> None:
    value = "<sip:a@h>;reason=x, sip:b@h;tag=1,<tel:+12025550100>"
    assert [address.user for address in addresses(value)] == [
        "a",
        "b",
        "+12025550100",
    ]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (f"<sip:{NUMBER}@h>", [NUMBER]),
        ("<sip:12025550123@h>", [NUMBER]),
        ("<sip:+1(202)555-0123@h>", [NUMBER]),
        ("<sip:proj_x@h>, <sip:+12025550123@h>", [NUMBER]),
        ("<sip:0123@h>, <sip:anonymous@h>, <sip:++1202@h>", []),
    ],
)
def test_the_numbers_among_them(value: str, found: list[str]) -> None:
    assert list(numbers([value])) == found


@given(st.text(alphabet='<>",;:@\\sipte+1 %0', max_size=60) | st.text(max_size=3000))
def test_nothing_that_is_sent_breaks_it(value: str) -> None:
    for address in addresses(value):
        assert address.uri
    list(numbers([value]))


def test_an_address_of_ours_is_absolute_and_tried_again() -> None:
    url = callback_url("https://phones.example", "status", leg="a.b c")
    assert url == (
        "https://phones.example/twilio/status/?leg=a.b+c#rc=3&rp=all&ct=2000&rt=5000"
    )

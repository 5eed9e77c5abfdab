import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.core.callers import E164, classify, spaced
from routing.core.decision import CallerKind


@pytest.mark.parametrize(
    "raw",
    [
        "",
        " ",
        "anonymous",
        "Anonymous",
        "Restricted",
        "unavailable",
        "UNKNOWN",
        "+266696687",
        "266696687",
        "+7378742833",
        "+2562533",
        "+8656696",
        "+86282452253",
        "sip:anonymous@example.com",
        "sip:x@anonymous.invalid",
        "tel:anonymous",
    ],
)
def test_a_withheld_number_has_many_spellings(raw: str) -> None:
    kind, normalised, display = classify(raw)
    assert kind is CallerKind.WITHHELD
    assert normalised == ""
    assert display == "Withheld number"


@pytest.mark.parametrize(
    ("raw", "normalised", "display"),
    [
        ("+12025550170", "+12025550170", "+1 202 555 0170"),
        ("+1 (202) 555-0170", "+12025550170", "+1 202 555 0170"),
        ("tel:+12025550170;phone-context=x", "+12025550170", "+1 202 555 0170"),
        ("+442079460000", "+442079460000", "+442079460000"),
    ],
)
def test_a_number_is_brought_to_one_form(
    raw: str, normalised: str, display: str
) -> None:
    assert classify(raw) == (CallerKind.NUMBER, normalised, display)


def test_a_sip_address_stays_one_even_if_it_looks_like_a_number() -> None:
    caller = classify("SIP:+12025550170@Trunk.Example.com:5060;user=phone?x=1")
    address = "+12025550170@trunk.example.com:5060"
    assert caller == (CallerKind.SIP, f"sip:{address}", address)


@pytest.mark.parametrize("raw", ["client:alice", "12345", "+0123456789", "a:b", "BANK"])
def test_anything_else_is_kept_as_it_came(raw: str) -> None:
    assert classify(raw) == (CallerKind.OTHER, raw, raw)


def test_what_cannot_be_shown_is_dropped() -> None:
    assert classify("BA\x00NK\n").display == "BANK"


@given(st.text())
def test_every_caller_is_classified_and_only_e164_is_a_number(raw: str) -> None:
    kind, normalised, _ = classify(raw)
    assert (kind is CallerKind.NUMBER) is bool(E164.fullmatch(normalised))


def test_only_complete_north_american_numbers_are_grouped() -> None:
    assert spaced("+1202*") == "+1202*"

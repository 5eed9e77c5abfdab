from decimal import Decimal

import pytest

from billing.core.bill import Gap
from billing.core.money_words import (
    WHY_WORDS,
    count,
    gap_words,
    money,
    percent,
    rate,
    unit_words,
)
from billing.core.reading import Why
from billing.core.units import COMPONENT_WORDS, UNIT_WORDS, Component, Unit


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "$0.00"),
        ("0.000000001", "under $0.0001"),
        ("0.0001", "$0.0001"),
        ("0.07", "$0.0700"),
        ("0.99996", "$1.0000"),
        ("1", "$1.00"),
        ("1234.565", "$1,234.57"),
    ],
)
def test_money(amount: str, words: str) -> None:
    assert money(Decimal(amount), "USD") == words


def test_a_currency_without_a_sign_is_named() -> None:
    assert money(Decimal(2), "CHF") == "2.00 CHF"
    assert money(Decimal(2), "EUR") == "€2.00"


@pytest.mark.parametrize(
    ("amount", "per", "words"),
    [
        ("0.008500", 1, "$0.0085 each"),
        ("4.000000", 1_000_000, "$4.00 per 1,000,000"),
        ("0.050000", 60, "$0.05 per 60"),
        ("1000", 1, "$1,000.00 each"),
        ("0", 1, "$0.00 each"),
    ],
)
def test_rates_have_all_their_decimals(amount: str, per: int, words: str) -> None:
    assert rate(Decimal(amount), per, "USD") == words


def test_counts_have_decimals_only_for_fractions() -> None:
    assert count(Decimal("1234")) == "1,234"
    assert count(Decimal("61.500000000")) == "61.50"
    assert count(Decimal("2E+3")) == "2,000"


def test_percent() -> None:
    assert percent(Decimal("0.625")) == "63 %"


def test_units_and_other_figures_have_words() -> None:
    assert unit_words("text_in") == "text tokens in"
    assert unit_words("output_tokens") == "output tokens"


def test_gaps_name_how_much_is_known() -> None:
    gap = Gap("openai", "gpt-9-nova", "text_in", Why.UNKNOWN_ITEM, 1, Decimal(1234))
    assert gap_words(gap) == "1,234 text tokens in"
    gap = Gap("twilio", "voice_sip", "sip_minute", Why.MISSING, 1, None)
    assert gap_words(gap) == "minutes over SIP"


def test_every_word_list_is_complete() -> None:
    assert set(WHY_WORDS) == set(Why)
    assert set(UNIT_WORDS) == set(Unit)
    assert set(COMPONENT_WORDS) == set(Component)

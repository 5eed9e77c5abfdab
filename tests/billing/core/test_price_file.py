from datetime import date
from decimal import Decimal

import pytest

from billing.core.errors import BadPriceFile
from billing.core.price_file import COLUMNS, read_prices
from billing.core.pricing import PriceEntry

HEAD = ",".join(COLUMNS)
GOOD = "openai,gpt-6-luna,text_in,0.10,1000000,USD,2026-01-01,a page,a note"


def mistakes(*lines: str) -> list[str]:
    with pytest.raises(BadPriceFile) as refused:
        read_prices([f"{line}\n" for line in lines])
    return refused.value.mistakes


def test_reads_a_price() -> None:
    assert read_prices([f"{HEAD}\n", f"{GOOD}\n"]) == [
        PriceEntry(
            provider="openai",
            item="gpt-6-luna",
            unit="text_in",
            amount=Decimal("0.10"),
            per=1_000_000,
            currency="USD",
            valid_from=date(2026, 1, 1),
            source="a page",
            note="a note",
        )
    ]


def test_source_and_note_may_be_left_out() -> None:
    short = GOOD.rsplit(",", 2)[0]
    assert read_prices([f"{HEAD}\n", short])[0].note == ""


@pytest.mark.parametrize("head", ["", "provider,item", HEAD.replace("per", "for")])
def test_other_columns_are_refused(head: str) -> None:
    assert mistakes(head, GOOD)[0].startswith("Line 1: the columns must be provider")


@pytest.mark.parametrize(
    ("good", "bad", "told"),
    [
        ("openai", "acme", "“acme” is not one of openai, twilio."),
        ("text_in", "text_inn", "“text_inn” is not one of text_in, "),
        ("gpt-6-luna", "", "names no item."),
        ("text_in", "sip_minute", "openai does not charge by sip_minute."),
        ("0.10", "cheap", "“cheap” is not an amount."),
        ("0.10", "-1", "“-1” is not an amount from 0 "),
        ("0.10", "NaN", "“NaN” is not an amount from 0 "),
        ("0.10", "1000000", "“1000000” is not an amount from 0 "),
        ("0.10", "0.0000001", "“0.0000001” has more than six decimal places."),
        ("1000000", "0", "“0” is not a whole number above 0."),
        ("1000000", "1e6", "“1e6” is not a whole number above 0."),
        ("USD", "usd", "“usd” is not a currency such as USD."),
        ("2026-01-01", "1 May", "“1 May” is not a day such as 2026-01-01."),
        ("a note", "a note,more", "has more values than there are columns."),
    ],
)
def test_a_bad_line_is_named(good: str, bad: str, told: str) -> None:
    (mistake,) = mistakes(HEAD, "", GOOD.replace(good, bad, 1))
    assert mistake.startswith(f"Line 3: {told}")


def test_reads_a_carriers_price() -> None:
    line = "twilio,voice_inbound,voice_in_minute,0,1,EUR,2026-01-01"
    (entry,) = read_prices([f"{HEAD}\n", line])
    assert (entry.item, entry.currency) == ("voice_inbound", "EUR")
    assert entry.amount == 0


@pytest.mark.parametrize(
    ("item", "unit", "told"),
    [
        ("carrier_pigeon", "sip_minute", "“carrier_pigeon” is not one of conversa"),
        ("voice_inbound", "sip_minute", "voice_inbound is charged by voice_in_minute."),
    ],
)
def test_a_carriers_item_goes_with_its_unit(item: str, unit: str, told: str) -> None:
    (mistake,) = mistakes(HEAD, f"twilio,{item},{unit},1,1,USD,2026-01-01")
    assert mistake.startswith(f"Line 2: {told}")


def test_all_mistakes_are_told_at_once() -> None:
    told = mistakes(HEAD, GOOD.replace("USD", "US"), GOOD, GOOD, GOOD[:20])
    assert [mistake.split(":")[0] for mistake in told] == ["Line 2", "Line 4", "Line 5"]


def test_a_quote_without_an_end_is_told() -> None:
    told = mistakes(HEAD, GOOD, GOOD.replace("a note", '"a note'))
    assert told == ["After line 2: unexpected end of data."]

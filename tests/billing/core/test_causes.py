"""Where a call's money went: every cause by itself, and no sum that does not add up."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.core.causes import (
    CAUSE_HELP,
    CAUSE_WORDS,
    Cause,
    Circumstances,
    Spent,
    Split,
    split_call,
)
from billing.core.charges import Item, charge_call
from billing.core.pricing import PriceList
from tests.billing.makers import NOON, make_price, make_prices, used

PRICES = make_prices(
    make_price("voice_inbound", "voice_in_minute", "6", provider="twilio"),
    make_price("voice_outbound", "voice_out_minute", "2", provider="twilio"),
    make_price("gpt-realtime-2.1", "audio_out", "1"),
    text_in="1",
    text_cached="0.1",
    text_out="3",
)


def ask(at: int, taken: int, cached: int = 0, given: int = 0, **rest: bool) -> Item:
    figures = {
        "input_tokens": taken,
        "input_tokens_details": {"cached_tokens": cached},
        "output_tokens": given,
    }
    measured = used(figures, at=NOON + timedelta(seconds=at))
    return Item(f"{at:04}", measured, **rest)


def leg(seconds: int, item: str = "voice_inbound") -> Item:
    return Item(f"leg {item}", used({"seconds": seconds}, item, provider="twilio"))


def causes(*items: Item, prices: PriceList = PRICES, **around: object) -> Split:
    found: Split = {}
    known = Circumstances(**around)  # type: ignore[arg-type]
    for charge in charge_call(items, prices, known):
        for cause, amount in charge.causes.items():
            found[cause] = found.get(cause, Decimal(0)) + amount
    return {cause: amount for cause, amount in found.items() if amount}


def test_a_first_answer_is_the_conversation_itself() -> None:
    assert causes(ask(1, 2000, 0, 10)) == {Cause.CONVERSATION: 2030}


def test_what_was_said_before_is_read_again_and_again() -> None:
    found = causes(ask(1, 2000), ask(2, 2500, 2000))
    assert found == {Cause.CONVERSATION: 2560, Cause.CONTEXT_GROWTH: 140}


def test_a_cache_that_is_lost_costs_the_full_price_again() -> None:
    found = causes(ask(1, 2000, 1024), ask(2, 2000, 0))
    assert found[Cause.CACHE_LOST] == 2000
    assert Cause.TRUNCATION not in found


def test_a_shorter_input_was_truncated() -> None:
    found = causes(ask(1, 4000, 1024), ask(2, 3000, 0))
    assert found[Cause.TRUNCATION] == 3000
    assert Cause.CACHE_LOST not in found


@pytest.mark.parametrize(
    "second", [ask(2, 2000, 1920), ask(2, 2000, 1873)], ids=["whole", "a block less"]
)
def test_less_than_a_block_of_the_cache_is_no_loss(second: Item) -> None:
    assert Cause.CACHE_LOST not in causes(ask(1, 2000, 1024), second)


def test_a_model_that_never_cached_has_lost_nothing() -> None:
    assert Cause.CACHE_LOST not in causes(ask(1, 2000), ask(2, 2000))
    assert Cause.CACHE_LOST not in causes(ask(1, 900, 100), ask(2, 900))


def test_an_answer_after_a_failure_was_asked_for_again() -> None:
    at = NOON + timedelta(seconds=2)
    found = causes(ask(1, 100), ask(3, 100), ask(4, 100), failures=(at,))
    assert found == {Cause.CONVERSATION: 200, Cause.MODEL_RETRY: 100}


def test_an_answer_that_was_broken_off_is_told_apart() -> None:
    found = causes(ask(1, 100), ask(2, 100, estimated=True))
    assert found == {Cause.CONVERSATION: 100, Cause.MODEL_RETRY: 100}


def test_minutes_with_a_person_are_the_tail_of_a_transfer() -> None:
    at = NOON + timedelta(seconds=30)
    found = causes(leg(120), leg(50, "voice_outbound"), with_person_at=at)
    assert found == {Cause.TRANSFER_TAIL: 9 + 2, Cause.CONVERSATION: 3}


def test_silence_is_its_part_of_the_minutes() -> None:
    assert causes(leg(60), silent_seconds=15.0) == {
        Cause.SILENCE: Decimal("1.5"),
        Cause.CONVERSATION: Decimal("4.5"),
    }
    assert causes(leg(60), silent_seconds=900.0) == {Cause.SILENCE: 6}


def speech(at: int, tokens: int) -> Item:
    figures = {
        "output_tokens": tokens,
        "output_token_details": {"audio_tokens": tokens},
    }
    figures |= {"input_tokens": 0, "input_token_details": {}}
    measured = used(figures, "gpt-realtime-2.1", at=NOON + timedelta(seconds=at))
    return Item(f"{at:04}", measured)


def test_a_voice_models_question_whether_anybody_is_there_is_silence() -> None:
    at = NOON + timedelta(seconds=2)
    found = causes(speech(1, 7), speech(3, 5), speech(9, 1), asked_in_silence=(at,))
    assert found == {Cause.CONVERSATION: 8, Cause.SILENCE: 5}


def test_a_text_model_does_not_speak_so_a_line_of_ours_costs_it_nothing() -> None:
    at = NOON + timedelta(seconds=2)
    found = causes(ask(1, 100), ask(3, 100), asked_in_silence=(at,))
    assert found == {Cause.CONVERSATION: 200}


@pytest.mark.parametrize("whole", [Cause.TEST, Cause.SPAM, Cause.GHOST])
def test_a_call_may_be_of_one_cause_as_a_whole(whole: Cause) -> None:
    found = causes(ask(1, 100), leg(60), whole=whole, silent_seconds=30.0)
    assert found == {whole: 106}


def test_every_cause_has_words() -> None:
    assert set(CAUSE_WORDS) == set(CAUSE_HELP) == set(Cause)


def test_nothing_spent_is_the_conversation() -> None:
    assert split_call([]) == []
    (split,) = split_call([Spent("message", "sms", NOON, [])])  # type: ignore[arg-type]
    assert split == {Cause.CONVERSATION: 0}


TOKENS = st.integers(0, 9000)
ITEMS = st.lists(
    st.tuples(TOKENS, TOKENS, st.integers(0, 99), st.booleans()), max_size=6
)


@given(ITEMS, st.floats(0, 500), st.integers(0, 200), st.randoms())
def test_causes_always_add_up_to_the_amount_whatever_the_order(
    events: list[tuple[int, int, int, bool]], silent: float, person: int, random: object
) -> None:
    items = [
        ask(n, taken, min(taken, cached), out, estimated=estimated)
        for n, (taken, cached, out, estimated) in enumerate(events)
    ]
    items += [leg(130), leg(65, "voice_outbound")]
    around = Circumstances(
        with_person_at=NOON + timedelta(seconds=person), silent_seconds=silent
    )
    charges = charge_call(items, PRICES, around)
    for charge in charges:
        assert sum(charge.causes.values()) == charge.amount
        assert sum(line.amount for line in charge.lines) == charge.amount
        assert all(part >= 0 for part in charge.causes.values())
    random.shuffle(items)  # type: ignore[attr-defined]
    assert charge_call([*items, *items], PRICES, around) == charges

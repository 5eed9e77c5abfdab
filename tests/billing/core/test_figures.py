from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.core.figures import read_figures
from billing.core.reading import Fault, Why
from billing.core.units import CACHED_UNITS, INPUT_UNITS, Unit
from tests.billing.makers import used

Quantities = dict[Unit, Decimal]


def quantities(figures: object, item: str = "gpt-6-luna") -> Quantities:
    notes = read_figures(used(figures, item))
    return {reading.unit: reading.quantity for reading in notes.readings}


def faults(figures: object, item: str = "gpt-6-luna") -> list[Fault]:
    return read_figures(used(figures, item)).faults


def carried(figures: object, item: str) -> Quantities:
    notes = read_figures(used(figures, item, provider="twilio"))
    assert notes.faults == []
    return {reading.unit: reading.quantity for reading in notes.readings}


TEXT = {
    "input_tokens": 1000,
    "input_tokens_details": {
        "cached_tokens": 600,
        "cache_write_tokens": 300,
        "cache_write_tokens_details": {"ttl_30m_tokens": 200, "ttl_12h_tokens": 100},
    },
    "output_tokens": 50,
    "output_tokens_details": {"reasoning_tokens": 20},
    "total_tokens": 1050,
}
VOICE = {
    "total_tokens": 253,
    "input_tokens": 132,
    "output_tokens": 121,
    "input_token_details": {
        "text_tokens": 119,
        "audio_tokens": 13,
        "image_tokens": 0,
        "cached_tokens": 70,
        "cached_tokens_details": {"text_tokens": 64, "audio_tokens": 6},
    },
    "output_token_details": {"text_tokens": 30, "audio_tokens": 91},
}


def test_cached_and_written_tokens_are_a_part_of_the_input() -> None:
    assert quantities(TEXT) == {
        Unit.TEXT_IN: 100,
        Unit.TEXT_CACHED: 600,
        Unit.CACHE_WRITE: 200,
        Unit.CACHE_WRITE_LONG: 100,
        Unit.TEXT_OUT: 50,
    }
    assert faults(TEXT) == []


def test_reasoning_is_output_and_not_counted_again() -> None:
    assert quantities(TEXT)[Unit.TEXT_OUT] == 50


def test_an_estimate_without_details_is_plain_text() -> None:
    figures = {"input_tokens": 7, "output_tokens": 3, "bytes_per_token": 4}
    assert quantities(figures) == {Unit.TEXT_IN: 7, Unit.TEXT_OUT: 3}
    assert faults(figures) == []


def test_voice_tokens_are_split_by_modality_and_cache() -> None:
    assert quantities(VOICE, "gpt-realtime-2.1") == {
        Unit.TEXT_IN: 55,
        Unit.TEXT_CACHED: 64,
        Unit.TEXT_OUT: 30,
        Unit.AUDIO_IN: 7,
        Unit.AUDIO_CACHED: 6,
        Unit.AUDIO_OUT: 91,
    }
    assert faults(VOICE) == []


def test_cached_tokens_of_no_told_modality_are_taken_for_text_first() -> None:
    details = {"text_tokens": 10, "audio_tokens": 10, "cached_tokens": 12}
    read = quantities({"input_token_details": details, "output_tokens": 0})
    assert read == {
        Unit.TEXT_CACHED: 10,
        Unit.AUDIO_CACHED: 2,
        Unit.AUDIO_IN: 8,
    }


def test_tokens_of_a_voice_model_without_details_are_in_doubt() -> None:
    figures = {"input_tokens": 9, "output_tokens": 4}
    assert quantities(figures, "gpt-realtime-2.1") == {}
    assert faults(figures, "gpt-realtime-2.1") == [
        Fault("input_tokens", Decimal(9), Why.UNKNOWN_KIND),
        Fault("output_tokens", Decimal(4), Why.UNKNOWN_KIND),
    ]


def test_image_tokens_out_are_in_doubt() -> None:
    figures = {"input_tokens": 0, "output_token_details": {"image_tokens": 5}}
    assert Fault("image_tokens", Decimal(5), Why.UNKNOWN_KIND) in faults(figures)


@pytest.mark.parametrize(
    ("total", "why"), [(200, Why.UNKNOWN_KIND), (100, Why.INCONSISTENT)]
)
def test_parts_that_miss_their_total_are_in_doubt(total: int, why: Why) -> None:
    figures = VOICE | {"input_tokens": total}
    assert faults(figures) == [Fault("input_tokens", Decimal(abs(total - 132)), why)]


def test_more_cached_than_put_in_is_in_doubt() -> None:
    text = {"input_tokens": 5, "input_tokens_details": {"cached_tokens": 8}}
    assert quantities(text | {"output_tokens": 0}) == {Unit.TEXT_CACHED: 5}
    assert faults(text | {"output_tokens": 0}) == [
        Fault("cached_tokens", Decimal(3), Why.INCONSISTENT)
    ]
    voice = {"input_token_details": {"text_tokens": 5, "cached_tokens": 8}}
    assert faults(voice | {"output_tokens": 0}) == [
        Fault("cached_tokens", Decimal(3), Why.INCONSISTENT)
    ]


def test_a_long_input_is_in_doubt_for_its_surcharge() -> None:
    figures = {"input_tokens": 272_001, "output_tokens": 1}
    assert faults(figures) == [Fault("input_tokens", None, Why.LONG_INPUT)]


def test_a_transcription_counts_minutes_to_the_second() -> None:
    figures = {"type": "duration", "seconds": 44.4}
    assert quantities(figures) == {Unit.TRANSCRIPTION_MINUTE: Decimal("0.74")}


def test_a_transcription_by_tokens_heard_audio_and_wrote_text() -> None:
    split = {"text_tokens": 2, "audio_tokens": 20}
    figures = {"type": "tokens", "input_tokens": 22, "output_tokens": 6}
    assert quantities(figures | {"input_token_details": split}) == {
        Unit.TEXT_IN: 2,
        Unit.AUDIO_IN: 20,
        Unit.TEXT_OUT: 6,
    }
    assert quantities(figures) == {Unit.AUDIO_IN: 22, Unit.TEXT_OUT: 6}
    assert faults({"type": "tokens", "output_tokens": 6}) == [
        Fault("input_tokens", None, Why.MISSING)
    ]


def test_a_live_session_counts_seconds_as_they_are() -> None:
    figures = {"seconds": 61.5}
    assert quantities(figures, "gpt-live-1") == {Unit.LIVE_SECOND: Decimal("61.5")}


@pytest.mark.parametrize(
    ("seconds", "minutes"),
    [(1, 1), (59.5, 1), (60, 1), ("60", 1), (60.1, 2), (61, 2), (3600, 60)],
)
def test_every_begun_minute_of_a_leg_counts(seconds: object, minutes: int) -> None:
    read = carried({"seconds": seconds}, "voice_inbound")
    assert read == {Unit.VOICE_IN_MINUTE: minutes}


def test_a_leg_of_no_seconds_is_no_minute() -> None:
    assert carried({"seconds": 0}, "voice_outbound") == {}


def test_minutes_that_the_carrier_billed_go_before_seconds() -> None:
    read = carried({"seconds": 61, "minutes": "1"}, "conversation_relay")
    assert read == {Unit.RELAY_MINUTE: 1}


def test_messages_and_numbers_are_counted_by_their_own_figures() -> None:
    assert carried({"segments": "3"}, "sms") == {Unit.SMS_SEGMENT: 3}
    assert carried({"months": 1}, "number") == {Unit.NUMBER_MONTH: 1}


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ({}, Fault("figures", None, Why.UNREADABLE)),
        ([], Fault("figures", None, Why.UNREADABLE)),
        (None, Fault("figures", None, Why.UNREADABLE)),
        ({"carrots": 3}, Fault("figures", None, Why.UNREADABLE)),
        ({"input_tokens": 3}, Fault("output_tokens", None, Why.MISSING)),
        (
            {"input_tokens": -3, "output_tokens": 1},
            Fault("input_tokens", Decimal(-3), Why.NEGATIVE),
        ),
        (
            {"input_tokens": "many", "output_tokens": 1},
            Fault("input_tokens", None, Why.UNREADABLE),
        ),
        (
            {"input_tokens": True, "output_tokens": 1},
            Fault("input_tokens", None, Why.UNREADABLE),
        ),
        (
            {"input_tokens": 10**12, "output_tokens": 1},
            Fault("input_tokens", None, Why.UNREADABLE),
        ),
        (
            {"seconds": float("nan")},
            Fault("seconds", None, Why.UNREADABLE),
        ),
        (
            {"input_tokens": 1, "input_tokens_details": 4, "output_tokens": 1},
            Fault("input_tokens_details", None, Why.UNREADABLE),
        ),
        ({"type": "duration"}, Fault("seconds", None, Why.MISSING)),
        ({"input_token_details": {}}, Fault("input_tokens", None, Why.MISSING)),
    ],
)
def test_what_is_wrong_with_figures_is_told(figures: object, expected: Fault) -> None:
    assert expected in faults(figures)


def test_unknown_providers_and_services_are_told() -> None:
    for provider, item in [("acme", "gpt-6-luna"), ("twilio", "carrier_pigeon")]:
        notes = read_figures(used({"seconds": 9}, item, provider=provider))
        assert [fault.why for fault in notes.faults] == [Why.UNKNOWN_ITEM]
        assert notes.readings == []


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                [
                    "type",
                    "seconds",
                    "minutes",
                    "segments",
                    "input_tokens",
                    "output_tokens",
                    "input_tokens_details",
                    "input_token_details",
                    "output_token_details",
                    "cached_tokens",
                    "cached_tokens_details",
                    "cache_write_tokens",
                    "cache_write_tokens_details",
                    "ttl_12h_tokens",
                    "text_tokens",
                    "audio_tokens",
                    "image_tokens",
                ]
            ),
            inner | st.sampled_from(["tokens", "duration"]),
        )
    ),
    max_leaves=20,
)


@given(
    figures=anything,
    provider=st.sampled_from(["openai", "twilio", "acme"]),
    item=st.sampled_from(["gpt-6-luna", "gpt-realtime-2.1", "voice_inbound", "sms"]),
)
def test_no_figures_are_taken_for_nothing_without_a_word(
    figures: object, provider: str, item: str
) -> None:
    notes = read_figures(used(figures, item, provider=provider))
    assert all(reading.quantity > 0 for reading in notes.readings)
    if not isinstance(figures, dict) or not figures:
        assert notes.faults


counts = st.integers(0, 10**6)


@given(total=counts, cached=counts, written=counts, long=counts)
def test_the_parts_of_text_input_are_its_total(
    total: int, cached: int, written: int, long: int
) -> None:
    figures = {
        "input_tokens": total,
        "input_tokens_details": {
            "cached_tokens": cached,
            "cache_write_tokens": written,
            "cache_write_tokens_details": {"ttl_12h_tokens": long},
        },
        "output_tokens": 0,
    }
    read = quantities(figures)
    assert sum(read.values()) == total
    assert read.get(Unit.TEXT_CACHED, 0) == min(cached, total)


@given(text=counts, audio=counts, image=counts, cached=counts, cached_audio=counts)
def test_the_parts_of_voice_input_are_its_total(
    text: int, audio: int, image: int, cached: int, cached_audio: int
) -> None:
    details = {
        "text_tokens": text,
        "audio_tokens": audio,
        "image_tokens": image,
        "cached_tokens": cached,
        "cached_tokens_details": {"audio_tokens": cached_audio},
    }
    read = quantities({"input_token_details": details, "output_tokens": 0})
    put_in = sum(quantity for unit, quantity in read.items() if unit in INPUT_UNITS)
    from_cache = sum(q for unit, q in read.items() if unit in CACHED_UNITS)
    assert put_in == text + audio + image
    assert from_cache == min(max(cached, min(cached_audio, audio)), put_in)

from datetime import UTC, datetime

import pytest

from calls.core import zoned

MOMENT = datetime(2026, 11, 2, 13, 3, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("Europe/Berlin", "2 Nov 2026, 14:03 CET"),
        ("America/New_York", "2 Nov 2026, 08:03 EST"),
        ("Asia/Dubai", "2 Nov 2026, 17:03 UTC+04"),
        ("Nowhere/Atall", "2 Nov 2026, 13:03 UTC"),
    ],
)
def test_a_moment_is_told_in_the_zone_and_names_it(zone: str, text: str) -> None:
    assert zoned.short(MOMENT, zone) == text


def test_the_full_form_names_the_place_too() -> None:
    assert (
        zoned.full(MOMENT, "Europe/Berlin")
        == "Monday 2 November 2026, 14:03:12 CET (Europe/Berlin)"
    )
    assert zoned.full(MOMENT, "UTC") == "Monday 2 November 2026, 13:03:12 UTC"


def test_the_time_of_day_alone_names_the_zone_too() -> None:
    assert zoned.clock(MOMENT, "Europe/Berlin") == "14:03 CET"
    assert zoned.exact_clock(MOMENT, "Europe/Berlin") == "14:03:12 CET"


@pytest.mark.parametrize(
    ("seconds", "short", "words"),
    [
        (-1, "0:00", "0 seconds"),
        (1, "0:01", "1 second"),
        (65.9, "1:05", "1 min 5 s"),
        (3725, "1:02:05", "1 h 2 min"),
        (90_000, "25:00:00", "1 day 1 h"),
        (180_000, "50:00:00", "2 days 2 h"),
    ],
)
def test_lengths_are_told_short_and_in_words(
    seconds: float, short: str, words: str
) -> None:
    assert zoned.minutes(seconds) == short
    assert zoned.in_length_words(seconds) == words

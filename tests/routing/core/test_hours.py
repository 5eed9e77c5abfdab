from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.core.hours import in_words, is_open, next_change, overlaps
from routing.core.ruleset import Calendar, Span

NEW_YORK = ZoneInfo("America/New_York")
MONDAY, TUESDAY, SATURDAY, SUNDAY = 0, 1, 5, 6


def calendar(*spans: tuple[int, str, str], zone: str = "America/New_York") -> Calendar:
    return Calendar(
        "c",
        "Office hours",
        zone,
        tuple(
            Span(day, time.fromisoformat(opens), time.fromisoformat(closes))
            for day, opens, closes in spans
        ),
    )


def local(text: str, fold: int = 0) -> datetime:
    """A moment as clocks in New York show it, in UTC."""
    wall = datetime.fromisoformat(text).replace(tzinfo=NEW_YORK, fold=fold)
    return wall.astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-23T07:59:59", False),
        ("2026-11-23T08:00", True),
        ("2026-11-23T17:59:59", True),
        ("2026-11-23T18:00", False),
        ("2026-11-24T12:00", False),
    ],
)
def test_opens_on_the_minute_and_closes_on_the_minute(
    moment: str, expected: bool
) -> None:
    assert is_open(calendar((MONDAY, "08:00", "18:00")), local(moment)) is expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-23T21:59", False),
        ("2026-11-23T22:00", True),
        ("2026-11-24T01:59", True),
        ("2026-11-24T02:00", False),
        ("2026-11-23T01:00", False),
    ],
)
def test_a_span_may_run_past_midnight(moment: str, expected: bool) -> None:
    assert is_open(calendar((MONDAY, "22:00", "02:00")), local(moment)) is expected


def test_equal_times_are_a_whole_day() -> None:
    whole = calendar((SUNDAY, "00:00", "00:00"))
    assert is_open(whole, local("2026-11-22T00:00")) is True
    assert is_open(whole, local("2026-11-22T23:59")) is True
    assert is_open(whole, local("2026-11-23T00:00")) is False


def test_sunday_night_runs_into_monday() -> None:
    night = calendar((SUNDAY, "22:00", "06:00"))
    assert is_open(night, local("2026-11-23T05:59")) is True
    assert is_open(night, local("2026-11-23T06:00")) is False


def test_the_hour_that_comes_twice_belongs_to_the_span_both_times() -> None:
    """On 1 November 2026 New York's clocks go from 02:00 back to 01:00."""
    night = calendar((SATURDAY, "22:00", "01:30"))
    assert is_open(night, local("2026-11-01T01:29", fold=0)) is True
    assert is_open(night, local("2026-11-01T01:29", fold=1)) is True
    assert is_open(night, local("2026-11-01T01:31", fold=1)) is False
    morning = calendar((SUNDAY, "01:30", "05:00"))
    assert is_open(morning, local("2026-11-01T01:29", fold=0)) is False
    assert is_open(morning, local("2026-11-01T01:31", fold=0)) is True
    assert is_open(morning, local("2026-11-01T01:15", fold=1)) is True


def test_a_time_that_the_clocks_skip_is_the_moment_they_jump() -> None:
    """On 8 March 2026 New York's clocks go from 02:00 to 03:00."""
    jump = local("2026-03-08T03:00")
    opening = calendar((SUNDAY, "02:30", "05:00"))
    assert next_change(opening, local("2026-03-08T00:00")) == jump
    assert is_open(opening, jump) is True
    closing = calendar((SATURDAY, "22:00", "02:30"))
    assert next_change(closing, local("2026-03-08T00:00")) == jump
    assert is_open(closing, jump) is False


def test_says_when_it_opens_and_closes_next() -> None:
    office = calendar((MONDAY, "08:00", "12:00"), (MONDAY, "12:00", "18:00"))
    assert in_words(office, local("2026-11-22T10:00")) == (
        "closed, opens Monday 08:00 EST"
    )
    assert in_words(office, local("2026-11-23T10:00")) == (
        "open, closes Monday 18:00 EST"
    )


def test_looks_a_week_ahead() -> None:
    office = calendar((MONDAY, "08:00", "18:00"))
    assert next_change(office, local("2026-11-23T18:00")) == local("2026-11-30T08:00")


def test_always_open_and_always_closed_never_change() -> None:
    always = calendar(*((day, "00:00", "00:00") for day in range(7)))
    now = local("2026-11-22T10:00")
    assert in_words(always, now) == "always open"
    assert in_words(calendar(), now) == "always closed"


@pytest.mark.parametrize("zone", ["Nowhere/Land", "", "America", "../etc/passwd"])
def test_an_unknown_zone_says_nothing(zone: str) -> None:
    office = calendar((MONDAY, "08:00", "18:00"), zone=zone)
    now = local("2026-11-23T10:00")
    assert is_open(office, now) is None
    assert next_change(office, now) is None
    assert in_words(office, now) == f"time zone {zone} is not known"


def test_finds_spans_that_overlap() -> None:
    morning = Span(MONDAY, time(8), time(12))
    afternoon = Span(MONDAY, time(12), time(18))
    lunch = Span(MONDAY, time(11), time(13))
    assert overlaps([morning, afternoon]) == []
    assert overlaps([morning, afternoon, lunch]) == [
        (morning, lunch),
        (afternoon, lunch),
    ]


def test_finds_spans_that_overlap_over_the_end_of_the_week() -> None:
    night = Span(SUNDAY, time(22), time(6))
    early = Span(MONDAY, time(5), time(9))
    whole = Span(SUNDAY, time(0), time(0))
    assert overlaps([night, early]) == [(night, early)]
    assert overlaps([early, whole]) == []
    assert overlaps([night, whole]) == [(night, whole)]


SPANS = st.builds(
    Span,
    st.integers(0, 6),
    st.times().map(lambda clock: clock.replace(second=0, microsecond=0)),
    st.times().map(lambda clock: clock.replace(second=0, microsecond=0)),
)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=UTC)
)


@given(st.lists(SPANS, max_size=4), MOMENTS)
def test_the_next_change_really_is_one(spans: list[Span], now: datetime) -> None:
    office = Calendar("c", "", "America/New_York", tuple(spans))
    change = next_change(office, now)
    if change is not None:
        assert change > now
        assert is_open(office, change) is not is_open(office, now)

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.core.report_period import Period, Rhythm, Timing, due, next_due

NEW_YORK = "America/New_York"
DAILY = Timing(Rhythm.DAY, 0, time(6), NEW_YORK)
MONDAYS = Timing(Rhythm.WEEK, 0, time(6), NEW_YORK)


def day(number: int, month: int = 11) -> date:
    return date(2026, month, number)


def at(number: int, hour: int, month: int = 11) -> datetime:
    return datetime(2026, month, number, hour, tzinfo=UTC)


def period(first: date, last: date, zone: str = NEW_YORK) -> Period:
    return Period(first, last, zone)


@pytest.mark.parametrize(
    ("changed", "hours"),
    [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25), (date(2026, 11, 2), 24)],
)
def test_a_day_is_as_long_as_the_clock_makes_it(changed: date, hours: int) -> None:
    found = period(changed, changed)
    assert found.ends_at - found.starts_at == timedelta(hours=hours)


def test_a_day_begins_when_the_clocks_skip_its_midnight() -> None:
    """In Cairo the clocks went from 00:00 to 01:00 on 24 April 2026."""
    found = period(date(2026, 4, 24), date(2026, 4, 24), "Africa/Cairo")
    assert found.starts_at == datetime(2026, 4, 23, 22, tzinfo=UTC)
    assert found.ends_at - found.starts_at == timedelta(hours=23)


def test_a_zone_nobody_knows_counts_as_utc() -> None:
    assert period(day(20), day(20), "Mars/Olympus").starts_at == at(20, 0)


@given(
    first=st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    days=st.integers(1, 40),
    zone=st.sampled_from(
        [NEW_YORK, "Europe/Berlin", "Pacific/Apia", "Asia/Kathmandu", "Africa/Cairo"]
    ),
)
def test_the_days_of_a_period_follow_each_other_without_a_gap(
    first: date, days: int, zone: str
) -> None:
    whole = Period(first, first + timedelta(days=days - 1), zone)
    parts = [Period(one, one, zone) for one in whole.dates()]
    assert len(parts) == whole.days == days
    assert parts[0].starts_at == whole.starts_at
    assert parts[-1].ends_at == whole.ends_at
    for earlier, later in pairwise(parts):
        assert earlier.ends_at == later.starts_at
    assert whole.before().ends_at <= whole.starts_at
    assert whole.before().days == days


def test_up_to_a_week_is_compared_with_the_same_days_of_the_week() -> None:
    assert period(day(20), day(20)).before() == period(day(13), day(13))
    assert period(day(16), day(22)).before() == period(day(9), day(15))


def test_a_longer_period_is_compared_with_the_days_before_it() -> None:
    assert period(day(1), day(30)).before() == period(day(2, 10), day(31, 10))


def test_a_daily_report_is_about_the_day_before() -> None:
    assert list(due(DAILY, at(20, 12), at(21, 12))) == [period(day(20), day(20))]


def test_a_report_is_due_at_its_time_by_the_clock_of_its_zone() -> None:
    """6:00 in New York is 11:00 UTC in winter."""
    assert list(due(DAILY, at(20, 12), at(21, 10))) == []
    assert list(due(DAILY, at(20, 12), at(21, 11))) == [period(day(20), day(20))]
    assert list(due(DAILY, at(21, 11), at(21, 12))) == []


def test_a_weekly_report_is_about_the_seven_days_before() -> None:
    """23 November 2026 is a Monday."""
    assert list(due(MONDAYS, at(18, 12), at(25, 12))) == [period(day(16), day(22))]
    assert list(due(MONDAYS, at(24, 12), at(25, 12))) == []


def test_days_on_which_nothing_could_be_sent_are_caught_up_for_a_week() -> None:
    found = list(due(DAILY, at(1, 0, 1), at(23, 12)))
    assert [one.first for one in found] == [day(n) for n in range(16, 23)]


@pytest.mark.parametrize(
    ("clock", "moment"),
    [
        # 2:30 on 8 March does not exist in New York: the clocks jump at 7:00 UTC.
        (time(2, 30), datetime(2026, 3, 8, 7, tzinfo=UTC)),
        (time(3), datetime(2026, 3, 8, 7, tzinfo=UTC)),
    ],
)
def test_a_time_that_the_clocks_skip_is_when_they_jump(
    clock: time, moment: datetime
) -> None:
    timing = Timing(Rhythm.DAY, 0, clock, NEW_YORK)
    assert next_due(timing, datetime(2026, 3, 8, 5, tzinfo=UTC)) == moment


def test_a_time_that_comes_twice_is_served_once() -> None:
    """1:30 on 1 November is 5:30 UTC and, an hour later, 6:30 UTC."""
    timing = Timing(Rhythm.DAY, 0, time(1, 30), NEW_YORK)
    assert next_due(timing, at(1, 5)) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert len(list(due(timing, at(1, 5), at(1, 12)))) == 1


def test_the_next_weekly_report_is_named() -> None:
    assert next_due(MONDAYS, at(23, 12)) == at(30, 11)


def test_a_day_is_in_one_period_of_each_rhythm() -> None:
    assert DAILY.period_of(day(20)) == period(day(20), day(20))
    for number in range(16, 23):
        assert MONDAYS.period_of(day(number)) == period(day(16), day(22))


@given(
    hours=st.lists(st.integers(0, 7 * 24), min_size=2, max_size=12),
    timing=st.sampled_from([DAILY, MONDAYS, Timing(Rhythm.DAY, 0, time(0), "UTC")]),
)
def test_however_often_one_looks_nothing_is_due_twice_or_left_out(
    hours: list[int], timing: Timing
) -> None:
    looks = sorted(at(28, 0, 10) + timedelta(hours=hour) for hour in hours)
    pieces = [one for since, now in pairwise(looks) for one in due(timing, since, now)]
    assert pieces == list(due(timing, looks[0], looks[-1]))

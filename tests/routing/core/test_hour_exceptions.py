"""Days that are not like others: dated exceptions and public holidays."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from routing.core.hour_rules import exception_problems, exception_words
from routing.core.hours import in_words, is_open, next_change
from routing.core.public_holidays import is_known, places, public_holidays
from routing.core.ruleset import Calendar, DatedHours, Span

NEW_YORK = ZoneInfo("America/New_York")
WEEK = tuple(Span(day, time(8), time(18)) for day in range(5))
CHRISTMAS_EVE, CHRISTMAS = date(2026, 12, 24), date(2026, 12, 25)


def office(*exceptions: DatedHours, **fields: Any) -> Calendar:
    fields.setdefault("time_zone", "America/New_York")
    return Calendar("c", "Office", spans=WEEK, exceptions=exceptions, **fields)


def dated(
    first: date, last: date | None = None, hours: str = "", name: str = "Special"
) -> DatedHours:
    opens, closes = map(time.fromisoformat, hours.split("-")) if hours else (None, None)
    return DatedHours(name, first, last or first, opens, closes)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK).astimezone(UTC)


def test_is_closed_on_a_day_that_is_closed() -> None:
    closed = office(dated(CHRISTMAS_EVE))
    assert is_open(closed, local("2026-12-24T12:00")) is False
    assert is_open(closed, local("2026-12-23T12:00")) is True


def test_special_hours_stand_for_those_of_the_week() -> None:
    short = office(dated(CHRISTMAS_EVE, hours="10:00-12:00"))
    assert is_open(short, local("2026-12-24T09:00")) is False
    assert is_open(short, local("2026-12-24T11:00")) is True
    assert is_open(short, local("2026-12-24T12:00")) is False


def test_a_day_may_open_twice() -> None:
    twice = office(
        dated(CHRISTMAS_EVE, hours="08:00-10:00"),
        dated(CHRISTMAS_EVE, hours="12:00-14:00"),
    )
    assert is_open(twice, local("2026-12-24T09:00")) is True
    assert is_open(twice, local("2026-12-24T11:00")) is False
    assert is_open(twice, local("2026-12-24T13:00")) is True


def test_the_exception_for_fewer_days_counts() -> None:
    """Closed over the turn of the year, but for one morning."""
    holidays = office(
        dated(date(2026, 12, 21), date(2027, 1, 8), name="Company holidays"),
        dated(date(2026, 12, 30), hours="09:00-12:00", name="Stocktaking"),
    )
    assert is_open(holidays, local("2026-12-29T10:00")) is False
    assert is_open(holidays, local("2026-12-30T10:00")) is True
    assert is_open(holidays, local("2027-01-08T10:00")) is False
    assert is_open(holidays, local("2027-01-11T10:00")) is True


def test_is_closed_on_public_holidays_and_open_on_those_that_were_opened() -> None:
    american = office(holidays_of="US")
    assert is_open(american, local("2026-12-25T12:00")) is False
    opened = office(holidays_of="US", open_on=frozenset({CHRISTMAS}))
    assert is_open(opened, local("2026-12-25T12:00")) is True


def test_special_hours_hold_on_a_public_holiday_too() -> None:
    both = office(dated(CHRISTMAS, hours="10:00-11:00"), holidays_of="US")
    assert is_open(both, local("2026-12-25T10:30")) is True


def test_a_holiday_is_one_of_the_place_and_not_of_the_country_only() -> None:
    assert date(2027, 1, 6) in public_holidays("DE-BY", 2027)
    assert date(2027, 1, 6) not in public_holidays("DE", 2027)


def test_a_holiday_is_one_by_the_calendars_own_clock() -> None:
    """In Apia it is the 26th already while it is Christmas in New York."""
    apia = office(holidays_of="US", time_zone="Pacific/Apia")
    noon_in_new_york = local("2025-12-25T12:00")
    there = noon_in_new_york.astimezone(ZoneInfo("Pacific/Apia"))
    assert there.date() == date(2025, 12, 26)
    assert is_open(apia, noon_in_new_york) is (8 <= there.hour < 18)


def test_what_opens_before_a_closed_day_runs_into_it() -> None:
    bar = Calendar(
        "c",
        "Bar",
        "America/New_York",
        spans=(Span(3, time(22), time(2)),),
        holidays_of="US",
    )
    assert is_open(bar, local("2026-12-25T01:59")) is True
    assert is_open(bar, local("2026-12-25T02:00")) is False


def test_looks_beyond_a_long_closing() -> None:
    summer = office(dated(date(2026, 7, 27), date(2026, 8, 14), name="Summer closing"))
    now = local("2026-07-28T10:00")
    assert next_change(summer, now) == local("2026-08-17T08:00")
    assert in_words(summer, now) == (
        "closed (Summer closing), opens Monday 17 August 2026 08:00 EDT"
    )


def test_names_the_holiday_and_crosses_the_end_of_the_year() -> None:
    american = office(holidays_of="US")
    assert in_words(american, local("2026-12-31T19:00")) == (
        "closed, opens Monday 08:00 EST"
    )
    assert in_words(american, local("2027-01-01T10:00")) == (
        "closed (New Year's Day), opens Monday 08:00 EST"
    )


def test_one_that_never_closes_but_on_a_holiday_sees_it_coming() -> None:
    always = tuple(Span(day, time(0), time(0)) for day in range(7))
    hotline = Calendar("c", "", "UTC", always, holidays_of="US")
    now = datetime(2026, 11, 27, tzinfo=UTC)
    assert next_change(hotline, now) == datetime(2026, 12, 25, tzinfo=UTC)


def test_one_that_opens_once_more_is_not_always_closed() -> None:
    once = Calendar(
        "c", "", "UTC", exceptions=(dated(date(2027, 9, 1), hours="09:00-10:00"),)
    )
    now = datetime(2026, 11, 22, tzinfo=UTC)
    assert next_change(once, now) == datetime(2027, 9, 1, 9, tzinfo=UTC)
    after = datetime(2027, 9, 2, tzinfo=UTC)
    assert in_words(once, after) == "always closed"


def test_a_zone_without_a_short_name_is_named_whole() -> None:
    kathmandu = office(time_zone="Asia/Kathmandu")
    words = in_words(kathmandu, datetime(2026, 11, 22, tzinfo=UTC))
    assert words == "closed, opens Monday 08:00 Asia/Kathmandu"


@pytest.mark.parametrize("place", ["", "XX", "US-ZZ", "-", "Narnia"])
def test_a_place_that_is_not_known_has_no_holidays(place: str) -> None:
    assert public_holidays(place, 2026) == {}
    assert not is_known(place)


def test_places_are_listed_by_name() -> None:
    names = list(places().values())
    assert names == sorted(names)
    assert places()["US"] == "United States"
    assert places()["US-NY"] == "United States, NY"


def problems(*exceptions: DatedHours) -> str:
    return " ".join(exception_problems(exceptions))


def test_finds_exceptions_that_contradict_each_other() -> None:
    closed = dated(CHRISTMAS_EVE, name="Holiday")
    open_then = dated(CHRISTMAS_EVE, hours="08:00-12:00", name="Short day")
    assert "one of them is closed" in problems(closed, open_then)
    assert "one of them is closed" in problems(closed, closed)
    later = dated(CHRISTMAS_EVE, hours="11:00-14:00", name="Afternoon")
    assert "overlap" in problems(open_then, later)
    week = dated(date(2026, 12, 21), date(2026, 12, 26), name="Week")
    next_week = dated(date(2026, 12, 24), date(2027, 1, 2), name="Next")
    assert "share some of their days" in problems(week, next_week)


def test_accepts_exceptions_of_which_it_is_clear_which_counts() -> None:
    week = dated(date(2026, 12, 21), date(2026, 12, 26))
    day = dated(CHRISTMAS_EVE, hours="08:00-10:00")
    again = dated(CHRISTMAS_EVE, hours="10:00-12:00")
    assert problems(week, day, again, dated(date(2027, 2, 1))) == ""


def test_an_exception_reads_as_its_days_and_hours() -> None:
    assert exception_words(dated(CHRISTMAS)) == "25 December 2026, closed"
    several = dated(CHRISTMAS, CHRISTMAS + timedelta(days=1), "08:00-12:00")
    assert exception_words(several) == (
        "25 December 2026 to 26 December 2026, 08:00 to 12:00"
    )

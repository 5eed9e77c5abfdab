"""Dated hours and public holidays in releases, old ones included."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from routing.core.compile import compile_snapshot
from routing.core.errors import BadSnapshot
from routing.core.hours import is_open
from routing.core.ruleset import DatedHours
from routing.models import Calendar
from routing.models.hours import CalendarException
from routing.services import live, releases
from tests import makers_routing as make

pytestmark = pytest.mark.django_db
EVE = date(2026, 12, 24)
CHRISTMAS_NOON = datetime(2026, 12, 25, 17, tzinfo=UTC)


def make_special() -> Calendar:
    calendar = make.make_calendar(
        (4, "08:00", "18:00"), holidays_of="US", open_on="2026-12-25"
    )
    CalendarException.objects.create(
        calendar=calendar, name="Eve", first=EVE, opens=time(8), closes=time(12)
    )
    return calendar


def test_what_was_entered_is_what_calls_are_decided_from() -> None:
    calendar = make_special()
    make.publish()
    compiled = live.current().calendars[str(calendar.pk)]
    assert compiled.exceptions == (DatedHours("Eve", EVE, EVE, time(8), time(12)),)
    assert compiled.holidays_of == "US"
    assert is_open(compiled, CHRISTMAS_NOON) is True
    calendar.refresh_from_db()
    assert calendar.compiled() == compiled


def test_a_release_from_before_there_were_dates_had_none() -> None:
    calendar = make.make_calendar((4, "08:00", "18:00"))
    release = make.publish()
    for name in ("exceptions", "holidays_of", "open_on"):
        del release.snapshot["calendars"][0][name]
    release.save(update_fields=["snapshot"])
    assert releases.unpublished_changes() == []
    compiled = compile_snapshot(1, release.snapshot).calendars[str(calendar.pk)]
    assert is_open(compiled, CHRISTMAS_NOON) is True


def test_changes_are_told_in_words() -> None:
    calendar = make.make_calendar()
    make.publish()
    calendar.holidays_of, calendar.open_on = "US-NY", "2026-12-25 2027-01-01"
    calendar.save()
    CalendarException.objects.create(calendar=calendar, name="Eve", first=EVE)
    assert [(c.field, c.new) for c in releases.unpublished_changes()] == [
        ("Public holidays of", "United States, NY"),
        ("Open on these public holidays", "25 December 2026\n1 January 2027"),
        ("Dated exceptions", "Eve: 24 December 2026, closed"),
    ]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"first": "2026-13-01"}, "expected a day such as"),
        ({"first": "2026-12-26"}, "it ends before it begins"),
        ({"opens": "25:00"}, "expected a time such as"),
        ({"opens": "08:00", "closes": ""}, "expected a time such as"),
    ],
)
def test_a_snapshot_with_dates_that_are_none_is_refused(
    wrong: dict[str, Any], told: str
) -> None:
    make_special()
    snapshot = releases.draft_snapshot()
    snapshot["calendars"][0]["exceptions"][0].update(wrong)
    with pytest.raises(BadSnapshot, match=told):
        compile_snapshot(1, snapshot)

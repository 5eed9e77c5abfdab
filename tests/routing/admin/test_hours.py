"""The page of a calendar: hours, public holidays and dated exceptions."""

from datetime import date
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from routing.models import Calendar
from routing.models.hours import CalendarException
from tests import makers_routing as make
from tests.routing.admin.browsing import address, save
from tests.routing.admin.posting import errors, submit

pytestmark = pytest.mark.django_db
NOVEMBER = "2026-11-22T12:00:00Z"


def exceptions(*rows: dict[str, str]) -> dict[str, Any]:
    data: dict[str, Any] = {"exceptions__TOTAL_FORMS": str(len(rows))}
    for place, row in enumerate(rows):
        for name, value in {"name": "Special", **row}.items():
            data[f"exceptions__{place}__{name}"] = value
    return data


@time_machine.travel(NOVEMBER, tick=False)
def test_the_holidays_of_the_coming_year_are_listed_and_can_be_opened(
    admin_client: Client,
) -> None:
    calendar = make.make_calendar((0, "08:00", "18:00"))
    assert "Christmas Day" not in admin_client.get(address(calendar)).content.decode()
    save(admin_client, calendar, holidays_of="US")
    page = admin_client.get(address(calendar)).content.decode()
    assert "Friday, 25 December 2026: Christmas Day" in page
    assert "Thanksgiving Day" in page
    assert page.count("Christmas Day") == 1
    save(admin_client, calendar, open_on=["2026-12-25"])
    calendar.refresh_from_db()
    assert calendar.compiled().open_on == {date(2026, 12, 25)}


@time_machine.travel(NOVEMBER, tick=False)
def test_a_day_that_was_opened_is_kept_when_it_is_past(admin_client: Client) -> None:
    calendar = make.make_calendar(holidays_of="US", open_on="2025-12-25")
    save(admin_client, calendar, name="Other")
    calendar.refresh_from_db()
    assert calendar.open_on == "2025-12-25"


def test_the_page_of_a_number_says_whether_it_is_open_now(
    admin_client: Client,
) -> None:
    number = make.make_number()
    office = make.make_calendar((0, "08:00", "18:00"))
    make.make_rule(number, hours_match="open", calendar=office)
    for moment, said in (
        ("2026-11-22T17:00Z", "closed, opens Monday 08:00 EST"),
        ("2026-11-23T17:00Z", "open now, closes Monday 18:00 EST"),
    ):
        with time_machine.travel(moment, tick=False):
            assert said in admin_client.get(address(number)).text
    new = admin_client.get(reverse("admin:routing_phonenumber_add"))
    assert "Opening hours</label>" not in new.text


def test_dated_exceptions_are_entered_beside_the_hours(admin_client: Client) -> None:
    calendar = make.make_calendar((0, "08:00", "18:00"))
    save(
        admin_client,
        calendar,
        **exceptions(
            {"first": "2026-12-24", "opens": "08:00", "closes": "12:00"},
            {"first": "2026-12-25", "last": "2026-12-31", "name": "Closed"},
        ),
    )
    assert [str(row) for row in CalendarException.objects.all()] == [
        "Special, 24 December 2026, 08:00 to 12:00",
        "Closed, 25 December 2026 to 31 December 2026, closed",
    ]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"first": "2026-12-24", "opens": "08:00"}, "Write both times, or none"),
        ({"first": "2026-12-24", "closes": "08:00"}, "Write both times, or none"),
        (
            {"first": "2026-12-24", "opens": "08:00", "closes": "08:00"},
            "It closes when it opens",
        ),
        (
            {"first": "2026-12-24", "last": "2026-12-23"},
            "The last day is before the first",
        ),
        ({"first": "2026-02-30"}, "Enter a valid date"),
        ({"first": ""}, "This field is required"),
    ],
)
def test_an_exception_that_makes_no_sense_is_refused(
    manager: User, row: dict[str, str], told: str
) -> None:
    calendar = make.make_calendar()
    assert told in errors(submit(manager, calendar, **exceptions(row)))
    assert not CalendarException.objects.exists()


def test_exceptions_that_contradict_each_other_are_refused(manager: User) -> None:
    calendar = make.make_calendar()
    answer = submit(
        manager,
        calendar,
        **exceptions(
            {"first": "2026-12-24", "name": "Closed"},
            {"first": "2026-12-24", "opens": "08:00", "closes": "12:00"},
        ),
    )
    assert "one of them is closed" in errors(answer)


@pytest.mark.parametrize("place", ["XX", "US-ZZ", "Narnia"])
def test_a_place_without_known_holidays_is_refused(manager: User, place: str) -> None:
    calendar = make.make_calendar()
    told = errors(submit(manager, calendar, holidays_of=place))
    assert "is not one of the available choices" in told


def test_a_day_that_is_no_day_is_refused_by_the_model() -> None:
    calendar = Calendar(name="Office", open_on="tomorrow", holidays_of="XX")
    with pytest.raises(Exception, match="tomorrow") as refusal:
        calendar.full_clean()
    assert "Choose a country" in str(refusal.value)

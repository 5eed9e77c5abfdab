from datetime import UTC, datetime

import pytest

from routing.services.openings import opening_words
from tests import makers_routing as make

SUNDAY = datetime(2026, 11, 22, 17, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 17, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def test_tells_of_the_calendar_that_decides_a_number_with_its_time_zone() -> None:
    number = make.make_number()
    office = make.make_calendar((0, "08:00", "18:00"))
    make.make_rule(number, hours_match="open", calendar=office)
    assert opening_words(SUNDAY)(number.pk) == "closed, opens Monday 08:00 EST"
    assert opening_words(MONDAY)(number.pk) == "open now, closes Monday 18:00 EST"


def test_tells_of_several_calendars_by_their_names() -> None:
    number, other = make.make_number(), make.make_number()
    office = make.make_calendar((0, "08:00", "18:00"), name="Office")
    always = make.make_calendar(
        *((day, "00:00", "00:00") for day in range(7)), name="Emergencies"
    )
    make.make_rule(number, hours_match="open", calendar=office)
    make.make_rule(hours_match="closed", calendar=always)
    make.make_rule(number, hours_match="closed", calendar=office)
    words = opening_words(SUNDAY)
    assert words(number.pk) == (
        "Office: closed, opens Monday 08:00 EST; Emergencies: always open"
    )
    assert words(other.pk) == "always open"


def test_a_number_is_open_at_any_hour_where_no_rule_asks() -> None:
    number = make.make_number()
    make.make_rule()
    assert opening_words(SUNDAY)(number.pk) == "open now, at any hour"


def test_a_number_that_is_switched_off_says_so() -> None:
    number = make.make_number(active=False)
    assert opening_words(SUNDAY)(number.pk) == "switched off"


def test_says_nothing_of_a_draft_that_cannot_be_read() -> None:
    number = make.make_number()
    number.profile.languages.all().delete()
    assert opening_words(SUNDAY)(number.pk) == ""

from datetime import UTC, datetime

import pytest

from routing.services.openings import opening_words
from tests import makers_routing as make

SUNDAY = datetime(2026, 11, 22, 17, tzinfo=UTC)


@pytest.mark.django_db
def test_tells_of_the_first_calendar_that_decides_a_number() -> None:
    first, second = make.make_number(), make.make_number()
    office = make.make_calendar((0, "08:00", "18:00"))
    always = make.make_calendar(*((day, "00:00", "00:00") for day in range(7)))
    make.make_rule(first, hours_match="open", calendar=office)
    make.make_rule(hours_match="closed", calendar=always)
    words = opening_words(SUNDAY)
    assert words(first.pk) == "closed, opens Monday 08:00 EST"
    assert words(second.pk) == "always open"


@pytest.mark.django_db
def test_tells_nothing_where_no_rule_asks_for_hours() -> None:
    number = make.make_number()
    make.make_rule()
    assert opening_words(SUNDAY)(number.pk) == ""

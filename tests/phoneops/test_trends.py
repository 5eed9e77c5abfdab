"""Calls and spend over time on the first page."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.test import Client

from calls.core.words import CallState, Disposition
from calls.models import Call
from tests.calls.admin.scene import make_staff
from tests.makers_calls import NOON, make_call
from tests.makers_routing import make_number

pytestmark = pytest.mark.django_db
ZONE = "America/New_York"


@pytest.fixture(autouse=True)
def _at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def closed(days_ago: int, **fields: object) -> Call:
    return make_call(
        state=CallState.CLOSED,
        offered_at=NOON - timedelta(days=days_ago),
        time_zone=ZONE,
        **{"disposition": Disposition.RESOLVED, **fields},
    )


def text_of(client: Client, query: str = "") -> str:
    return unescape(" ".join(client.get(f"/admin/{query}").text.split()))


def links_of(text: str) -> list[str]:
    """Those of the first chart, a day each."""
    found = re.search(r'data-links="(.*?)"', text)
    assert found is not None
    return found[1].split()


def test_calls_of_the_last_days_are_drawn(admin_client: Client) -> None:
    make_number(time_zone=ZONE)
    closed(0)
    closed(1, disposition=Disposition.LOST)
    closed(20)
    text = text_of(admin_client)
    assert "2 calls</a>, $0.00 on these days (America/New_York)" in text
    assert '"label": "Lost", "data": [' in text
    assert "Calls a day, by how they ended" in text
    assert len(links_of(text)) == 14


def test_the_choices_are_in_the_address(admin_client: Client) -> None:
    number = make_number(time_zone=ZONE)
    closed(20, dialled=number.e164)
    closed(20, dialled="+12025550177")
    query = f"?period=30&number=%2B{number.e164[1:]}"
    text = text_of(admin_client, query)
    assert "1 call</a>" in text
    assert '<option value="30" selected>' in text
    assert f'<option value="{number.e164}" selected>' in text
    assert len(links_of(text)) == 30


def test_calls_of_one_agent_can_be_told_apart(admin_client: Client) -> None:
    number = make_number(time_zone=ZONE)
    closed(1, agent_key=str(number.agent_id))
    closed(1)
    assert "1 call</a>" in text_of(admin_client, f"?agent={number.agent_id}")


def test_a_choice_that_nobody_offers_is_passed_over(admin_client: Client) -> None:
    text = text_of(admin_client, "?period=1000000&number=x&agent=y")
    assert '<option value="14" selected>' in text


def test_a_bar_leads_to_the_calls_of_its_day(admin_client: Client) -> None:
    make_number(time_zone=ZONE)
    expected = closed(3)
    closed(2)
    address = links_of(text_of(admin_client))[-4].partition("8000")[2]
    listed = admin_client.get(address).context["cl"].queryset
    assert list(listed) == [expected]


def test_spend_is_for_those_who_may_see_reports(client: Client) -> None:
    closed(0)
    client.force_login(make_staff("desk", "view_call"))
    text = text_of(client)
    assert "Calls a day" in text
    assert "Spend a day" not in text


def test_without_calls_there_is_a_word_and_no_empty_chart(admin_client: Client) -> None:
    text = text_of(admin_client)
    assert "No calls on these days." in text
    assert "<canvas" not in text

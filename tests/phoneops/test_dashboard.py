from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from calls.core.words import CallState, Disposition, HandoffReason, HandoffResult
from calls.models import FollowUp, Incident
from calls.reports import LIVE_SHOWN
from tests.calls.admin.scene import make_rich_call, make_staff
from tests.makers_calls import NOON, make_call, make_handoff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def text_of(client: Client, query: str = "") -> str:
    return " ".join(client.get(f"/admin/{query}").text.split())


def closed(disposition: Disposition) -> None:
    make_call(
        state=CallState.CLOSED,
        disposition=disposition,
        offered_at=NOON - timedelta(hours=2),
        time_zone="America/New_York",
    )


def test_the_ledger_stands_there_as_an_equation(admin_client: Client) -> None:
    closed(Disposition.RESOLVED)
    closed(Disposition.RESOLVED)
    closed(Disposition.LOST)
    make_call(state=CallState.LIVE, time_zone="America/New_York")
    text = text_of(admin_client)
    assert "Today, Monday 23 November (America/New_York)" in text
    for words in (
        "<b>4</b> offered",
        "<b>2</b> resolved",
        "<b>1</b> lost",
        "<b>1</b> not over yet",
        "<b>0</b> unaccounted",
        "2 of 3 calls the agent took ended well without a person",
        "67 %",
    ):
        assert words in text


def test_calls_going_on_are_named_and_lead_to_their_page(admin_client: Client) -> None:
    call = make_call(
        state=CallState.HANDING_OFF,
        offered_at=NOON - timedelta(seconds=75),
        number_label="Main line",
        agent_name="Front desk",
        time_zone="America/New_York",
    )
    text = text_of(admin_client)
    assert f'href="/admin/calls/call/{call.pk}/change/"' in text
    assert "Being handed over" in text
    assert "Main line, Front desk" in text
    assert "since 11:58 EST (1:15)" in text


def test_many_calls_at_once_are_not_all_named(admin_client: Client) -> None:
    for _ in range(LIVE_SHOWN + 1):
        make_call(state=CallState.LIVE)
    assert f"<b>more than {LIVE_SHOWN}</b>" in text_of(admin_client)


def test_what_waits_for_people_is_shown_most_urgent_first(
    admin_client: Client,
) -> None:
    for hours in (3, -2):
        FollowUp.objects.create(
            call=make_call(time_zone="Europe/Berlin"),
            kind="callback",
            owner=f"Owner {hours}",
            opened_at=NOON,
            due_at=NOON + timedelta(hours=hours),
        )
    Incident.objects.create(
        kind="call_lost", cause="ours", key="1", at=NOON - timedelta(minutes=5)
    )
    make_handoff(
        make_call(), reason=HandoffReason.EMERGENCY, result=HandoffResult.NOBODY
    )
    text = text_of(admin_client)
    assert text.index("Owner -2") < text.index("Owner 3")
    assert "Overdue by 2 h 0 min" in text
    assert "due 23 Nov 2026, 21:00 CET" in text
    assert "1 open, latest 5 min 0 s ago" in text
    assert "Emergency" in text


def test_an_empty_portal_says_what_to_do(
    admin_client: Client, settings: Settings
) -> None:
    settings.SIMULATED = True
    assert "manage.py simulate" in text_of(admin_client)
    settings.SIMULATED = False
    text = text_of(admin_client)
    assert "They appear here as soon as somebody calls" in text
    assert "Nobody is on the phone right now." in text
    assert "Nothing is left to do." in text
    assert "Nothing is broken." in text


def test_everybody_sees_only_what_they_may(client: Client) -> None:
    make_rich_call(NOON - timedelta(hours=1))
    client.force_login(make_staff("desk", "view_followup"))
    text = text_of(client)
    assert "Voicemail for Front desk" in text
    assert "unaccounted" not in text
    assert "Open incidents" not in text


def test_an_account_without_rights_is_told_whom_to_ask(client: Client) -> None:
    client.force_login(make_staff("nobody"))
    assert "Ask an administrator" in text_of(client)


def test_the_page_refreshes_itself_with_its_content_alone(
    admin_client: Client,
) -> None:
    assert 'data-refresh="5"' in text_of(admin_client)
    part = text_of(admin_client, "?part=1")
    assert "Updated 17:00:00 UTC" in part
    assert "<html" not in part


def test_the_number_of_queries_does_not_grow(admin_client: Client) -> None:
    make_rich_call(NOON - timedelta(hours=1))
    with CaptureQueriesContext(connection) as few:
        admin_client.get("/admin/")
    for _ in range(20):
        make_rich_call(NOON - timedelta(hours=1))
        make_call(state=CallState.LIVE)
    with CaptureQueriesContext(connection) as many:
        admin_client.get("/admin/")
    assert len(many) == len(few) <= 14

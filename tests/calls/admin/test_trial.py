"""The tester says what would happen, by the functions that answer real calls."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from calls.models import Call, CallEvent, EngineSession, Incident
from routing.models import CallerList, PhoneNumber
from tests import makers_routing as make

TRY = "/admin/calls/call/try/"
MONDAY_NIGHT = "2026-03-02T22:00"
MONDAY_NOON = "2026-03-02T12:00"


@pytest.fixture
def client(db: None) -> Client:
    users = get_user_model().objects
    client = Client()
    client.force_login(
        users.create(username="manager", is_staff=True, is_superuser=True)
    )
    return client


def tried(client: Client, **asked: str) -> str:
    page = client.get(TRY, {"number": number().e164, **asked})
    assert page.status_code == 200
    return " ".join(page.content.decode().split())


def number() -> PhoneNumber:
    found = PhoneNumber.objects.first()
    assert found is not None
    return found


def closed_at_night() -> None:
    line = make.make_number(label="Main line", time_zone="Europe/Berlin")
    calendar = make.make_calendar(
        (0, "08:00", "18:00"), name="Office hours", time_zone="Europe/Berlin"
    )
    make.make_rule(
        line,
        name="Closed",
        hours_match="closed",
        calendar=calendar,
        action="voicemail",
        message="We are closed. Leave a message.",
    )


def stored() -> list[int]:
    return [m.objects.count() for m in (Call, CallEvent, EngineSession, Incident)]


def test_the_draft_is_tried_at_a_time_of_the_number(client: Client) -> None:
    closed_at_night()
    night = tried(client, at=MONDAY_NIGHT, caller="+1 202 555 0199")
    assert "The caller was asked to leave a voicemail" in night
    assert "We are closed. Leave a message." in night
    assert "&lt;Record" in night
    assert "“Office hours” is closed" in night
    noon = tried(client, at=MONDAY_NOON, caller="+1 202 555 0199")
    assert "The call was given to the agent" in noon
    assert "&lt;ConversationRelay" in noon
    assert stored() == [0, 0, 0, 0]


def test_a_release_is_tried_as_it_was(client: Client) -> None:
    closed_at_night()
    make.publish()
    number().rules.all().delete()
    text = tried(client, at=MONDAY_NIGHT, release="1")
    assert "The caller was asked to leave a voicemail" in text
    assert "The call was given to the agent" in tried(client, at=MONDAY_NIGHT)


def test_a_call_for_the_voice_model_shows_its_session(
    client: Client, settings: Any
) -> None:
    settings.OPENAI_PROJECT_ID = "proj_test"
    make.make_number(path="sip")
    text = tried(client)
    assert "&lt;Sip" in text
    assert "gpt-realtime-2.1" in text
    assert "&quot;type&quot;: &quot;realtime&quot;" in text
    assert stored() == [0, 0, 0, 0]


def test_what_a_bare_trunk_makes_of_it_is_told(client: Client) -> None:
    line = make.make_number(path="sip", trunk=True)
    accepted = tried(client)
    assert "bare SIP trunk. The voice model answers as below." in accepted
    assert "&quot;type&quot;: &quot;realtime&quot;" in accepted
    assert "TwiML" not in accepted
    rule = make.make_rule(line, action="voicemail")
    recorded = tried(client)
    assert "rejected with SIP status 480, for nothing can be recorded." in recorded
    assert "Record" not in recorded
    rule.action, rule.message = "message", "We are closed."
    rule.save()
    assert "SIP status 603, for nothing can be said." in tried(client)


def test_what_is_known_of_the_caller_counts(client: Client) -> None:
    make.make_number()
    blocked = CallerList.objects.create(name="Nuisance", kind="block")
    text = tried(client, caller="+12025550199", caller_lists=str(blocked.pk))
    assert "Caller is blocked" in text
    assert "The call was refused" in text


def test_load_and_withheld_numbers_are_tried(client: Client) -> None:
    line = make.make_number()
    make.make_rule(line, name="Busy", load="number", load_from=3, action="reject")
    make.make_rule(line, name="Hidden", caller_match="withheld", action="reject")
    assert "Decided by: <strong>Busy" in tried(client, live_calls="3", caller="+1202")
    assert "Decided by: <strong>Hidden" in tried(client, live_calls="2")


@pytest.mark.parametrize(
    "asked", [{"at": "tomorrow"}, {"live_calls": "-1"}, {"number": "+1999"}]
)
def test_what_cannot_be_tried_is_told(client: Client, asked: dict[str, str]) -> None:
    make.make_number()
    text = tried(client, **asked)
    assert "What was decided" not in text
    assert "Try it" in text


@pytest.mark.parametrize("release", ["9", "x", "9" * 40])
def test_a_release_that_does_not_exist_is_told(client: Client, release: str) -> None:
    make.make_number()
    assert "release" in tried(client, release=release).lower()


def test_only_those_who_may_see_calls_and_rules_try(db: None) -> None:
    client = Client()
    client.force_login(get_user_model().objects.create(username="x", is_staff=True))
    assert client.get(TRY).status_code == 403


def test_it_costs_the_same_with_few_rules_and_with_many(client: Client) -> None:
    line = make.make_number()

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            tried(client, caller="+12025550199")
        return len(captured)

    for _ in range(5):
        make.make_rule(line, caller_match="withheld")
    few = queries()
    for _ in range(45):
        make.make_rule(line, caller_match="withheld")
    assert queries() == few

"""Listening to a voicemail in the portal, without the carrier's password."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from calls.core.words import EventKind
from calls.models import Recording
from tests.calls.admin.scene import make_staff
from tests.calls.twilio_api import FakeTwilio, twilio_api
from tests.makers_calls import make_call, make_event, make_recording

pytestmark = pytest.mark.django_db


@pytest.fixture
def twilio(settings: Settings) -> Iterator[FakeTwilio]:
    with twilio_api() as server:
        settings.TWILIO_API_BASE_URL = server.url
        server.answer = 200, b"RIFF....WAVE"
        server.headers = {"Content-Type": "audio/x-wav"}
        yield server


def address(recording: Recording) -> str:
    return reverse("admin:calls_call_audio", args=[recording.pk])


def test_a_manager_hears_it(admin_client: Client, twilio: FakeTwilio) -> None:
    recording = make_recording(make_call())
    answer = admin_client.get(address(recording))
    assert (answer.status_code, answer.content) == (200, b"RIFF....WAVE")
    assert answer["Content-Type"] == "audio/wav"
    assert answer["Content-Length"] == "12"
    assert answer["Content-Disposition"].startswith("inline;")
    assert "no-store" in answer["Cache-Control"]
    assert twilio.asked[0][1].endswith(f"/Recordings/{recording.sid}")


def test_the_page_of_the_call_plays_it(admin_client: Client) -> None:
    call = make_call()
    make_event(call, EventKind.VOICEMAIL_LEFT, seconds=12)
    recording = make_recording(call, url="https://api.twilio.com/secret")
    text = admin_client.get(reverse("admin:calls_call_change", args=[call.pk])).text
    assert f'<audio controls preload="none" src="{address(recording)}"' in text
    assert "api.twilio.com/secret" not in text.partition("po-trail")[0]


def test_only_those_who_may_see_calls_may_listen(
    client: Client, twilio: FakeTwilio
) -> None:
    url = address(make_recording(make_call()))
    assert client.get(url).status_code == 302
    client.force_login(make_staff("front desk", "view_followup"))
    assert client.get(url).status_code == 403
    client.force_login(make_staff("supervisor", "view_call"))
    assert client.get(url).status_code == 200
    assert client.post(url).status_code == 405


@pytest.mark.parametrize(
    ("status", "shown", "words"),
    [
        (404, 404, "The carrier no longer has this recording."),
        (503, 502, "Try again in a minute."),
        (401, 502, "Ask an engineer to check the carrier's keys"),
    ],
)
def test_a_carrier_that_fails_is_explained(
    admin_client: Client, twilio: FakeTwilio, status: int, shown: int, words: str
) -> None:
    twilio.answer = status, {}
    answer = admin_client.get(address(make_recording(make_call())))
    assert answer.status_code == shown
    assert answer["Content-Type"].startswith("text/plain")
    assert words in answer.text


def test_a_recording_nobody_knows(admin_client: Client, twilio: FakeTwilio) -> None:
    assert admin_client.get("/admin/calls/call/recording/999/audio/").status_code == 404
    assert twilio.asked == []

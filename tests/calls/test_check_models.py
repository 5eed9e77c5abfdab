"""The daily look at the provider's models, against a list of models of ours."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from calls import tasks
from calls.core.words import CauseOwner, IncidentKind
from calls.models import Incident
from routing.core.ruleset import Path
from routing.models import ModelLife
from routing.services import live
from tests.calls.twilio_api import FakeTwilio, twilio_api
from tests.makers_routing import make_agent, make_number, publish

pytestmark = pytest.mark.django_db
TODAY = timezone.now().date()


def days(number: int) -> date:
    return TODAY + timedelta(days=number)


@pytest.fixture
def provider(settings: Settings) -> Iterator[FakeTwilio]:
    """Any server that answers will do."""
    with twilio_api() as server:
        settings.OPENAI_BASE_URL = f"{server.url}/v1"
        yield server


def lists(provider: FakeTwilio, **models: date | str | None) -> None:
    """Names with "_" for "-"."""
    entries: list[dict[str, Any]] = [
        {
            "id": name.replace("_", "-"),
            "object": "model",
            "created": 1,
            "owned_by": "system",
            "shutdown_date": None if day is None else str(day),
        }
        for name, day in models.items()
    ]
    provider.answer = 200, {"object": "list", "data": entries}


def speaking_line(**agent: Any) -> None:
    agent.setdefault("name", "Ana")
    make_number(path=Path.SIP, agent=make_agent(**agent))
    publish()


def test_a_model_that_stops_soon_is_an_incident_once(provider: FakeTwilio) -> None:
    speaking_line(voice_model="brave-voice")
    lists(provider, brave_voice=days(40), gpt_6_luna=None)
    tasks.check_models()
    tasks.check_models()
    assert provider.asked[0][:2] == ("GET", "/v1/models")
    incident = Incident.objects.get()
    assert incident.kind == IncidentKind.MODEL_RETIRING
    assert incident.cause == CauseOwner.CONFIGURATION
    assert incident.call is None
    assert incident.detail.startswith("The voice model brave-voice stops on ")
    assert incident.detail.endswith(
        "Agent “Ana” uses it: choose another one there, and publish."
    )


def test_a_model_that_stops_later_is_only_remembered(provider: FakeTwilio) -> None:
    speaking_line(voice_model="brave-voice")
    lists(provider, brave_voice=days(61))
    tasks.check_models()
    assert ModelLife.objects.get().shutdown_date == days(61)
    assert not Incident.objects.exists()


def test_it_is_said_again_when_the_model_has_stopped(provider: FakeTwilio) -> None:
    speaking_line(transcription_models="brave-ear")
    lists(provider, brave_ear=days(1))
    tasks.check_models()
    lists(provider, brave_ear=days(-1))
    tasks.check_models()
    newest = Incident.objects.order_by("-pk")[0]
    assert Incident.objects.count() == 2
    assert "transcription model brave-ear stopped on" in newest.detail


def test_all_agents_who_use_it_are_named(provider: FakeTwilio) -> None:
    for name in ("Ana", "Ben"):
        make_number(agent=make_agent(name=name, model="brave-mind"))
    publish()
    lists(provider, brave_mind=days(10))
    tasks.check_models()
    assert "Agents “Ana”, “Ben” use it" in Incident.objects.get().detail


def test_only_what_is_published_counts(provider: FakeTwilio) -> None:
    speaking_line()
    make_agent(model="brave-mind")
    lists(provider, brave_mind=days(10))
    tasks.check_models()
    assert not Incident.objects.exists()


def test_a_date_that_cannot_be_read_is_not_learned(provider: FakeTwilio) -> None:
    speaking_line(model="brave-mind")
    lists(provider, brave_mind="soon")
    tasks.check_models()
    assert not ModelLife.objects.exists()


def test_a_provider_that_is_away_is_asked_again_later(
    provider: FakeTwilio,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    provider.answer = 503, {"error": {"message": "busy"}}
    with django_capture_on_commit_callbacks() as later:
        tasks.check_models()
    assert len(later) == 1


def test_without_the_provider_known_dates_still_count(provider: FakeTwilio) -> None:
    speaking_line(voice_model="brave-voice")
    ModelLife.objects.create(
        model="brave-voice", shutdown_date=days(9), learned_at=timezone.now()
    )
    provider.answer = 401, {"error": {"message": "no such key"}}
    tasks.check_models()
    assert Incident.objects.count() == 1


def test_before_anything_is_published_nothing_is_wrong(provider: FakeTwilio) -> None:
    live.refresh()
    lists(provider, gpt_6_luna=days(3))
    tasks.check_models()
    assert not Incident.objects.exists()

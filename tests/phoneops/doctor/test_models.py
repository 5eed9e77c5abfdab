"""OpenAI's models, and where it delivers webhooks."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from calls.providers.openai_realtime.control import Account
from calls.providers.openai_realtime.endpoints import Endpoint
from phoneops.doctor import models
from phoneops.doctor.finding import Finding, Mark
from routing.core.model_life import TEXT, TRANSCRIPTION, VOICE, Use
from routing.core.ruleset import Number, Path, Ruleset, VoiceSettings
from tests.calls.twilio_api import FakeTwilio, twilio_api
from tests.routing.core.rulesets import AGENT, NUMBER

WEBHOOK = "https://phones.example.com/openai/webhook/"
VOICE_LINE = replace(NUMBER, path=Path.SIP)
TODAY = timezone.localdate()


@pytest.fixture
def provider(settings: Settings) -> Iterator[FakeTwilio]:
    """Any server that answers will do."""
    with twilio_api() as server:
        settings.OPENAI_BASE_URL = f"{server.url}/v1"
        settings.PUBLIC_BASE_URL = "https://phones.example.com"
        settings.SIMULATED = False
        yield server


def release(number: Number = NUMBER) -> Ruleset:
    agent = replace(AGENT, voice=VoiceSettings(transcription_models=("gpt-x",)))
    return Ruleset(1, numbers={"1": number}, agents={"a": agent})


def listing(**models: date | None) -> dict[str, object]:
    """Names with "_" for "-"."""
    entries = [
        {
            "id": name.replace("_", "-"),
            "object": "model",
            "created": 1,
            "owned_by": "system",
            "shutdown_date": None if day is None else str(day),
        }
        for name, day in models.items()
    ]
    return {"object": "list", "data": entries}


def about(found: Iterator[Finding], subject: str) -> Finding:
    return next(finding for finding in found if finding.subject == subject)


def test_models_in_use_are_offered_and_go_on(provider: FakeTwilio) -> None:
    provider.answer = 200, listing(gpt_6_luna=None)
    found = list(models.look(release(), {}))
    assert [finding.mark for finding in found] == [Mark.OK, Mark.OK]
    assert found[1].says == "gpt-6-luna, used by Front desk"


@pytest.mark.parametrize(
    ("days", "mark", "words"),
    [
        (100, Mark.OK, "gpt-6-luna until "),
        (60, Mark.WARN, "gpt-6-luna stops on "),
        (0, Mark.FAIL, "gpt-6-luna stopped on "),
    ],
)
def test_a_model_that_stops_is_told_with_its_day(
    provider: FakeTwilio, days: int, mark: Mark, words: str
) -> None:
    provider.answer = 200, listing(gpt_6_luna=TODAY + timedelta(days=days))
    finding = about(models.look(release(), {}), "Language model")
    assert finding.mark is mark
    assert finding.says.startswith(words)


def test_a_day_that_was_learned_earlier_counts(provider: FakeTwilio) -> None:
    provider.answer = 200, listing()
    learned = {"gpt-6-luna": TODAY}
    assert about(models.look(release(), learned), "Language model").mark is Mark.FAIL


@pytest.mark.parametrize(
    ("purpose", "mark"),
    [(TEXT, Mark.FAIL), (VOICE, Mark.FAIL), (TRANSCRIPTION, Mark.WARN)],
)
def test_a_model_that_is_not_offered_fails_unless_others_stand_in(
    purpose: str, mark: Mark
) -> None:
    finding = models.look_at_model(Use("gpt-none", purpose), ["Ana"], {}, {})
    assert finding.mark is mark
    assert finding.says == "gpt-none is not offered to us; used by Ana"


@pytest.mark.parametrize(
    ("status", "remedy"),
    [(401, "OPENAI_API_KEY"), (403, "allowed to list"), (500, "OPENAI_BASE_URL")],
)
def test_without_an_answer_of_openai_models_are_not_judged(
    provider: FakeTwilio, status: int, remedy: str
) -> None:
    provider.answer = status, {"error": {"message": "no"}}
    (finding,) = models.look(release(), {})
    assert finding.mark is Mark.FAIL
    assert remedy in finding.remedy


def endpoints(*urls: str, events: tuple[str, ...]) -> dict[str, object]:
    entries = [
        {
            "id": f"we_{number}",
            "object": "webhook_endpoint",
            "created_at": 1,
            "name": "calls",
            "url": url,
            "event_types": list(events),
        }
        for number, url in enumerate(urls)
    ]
    return {"object": "list", "data": entries, "has_more": False}


def webhook(provider: FakeTwilio, ruleset: Ruleset) -> list[Finding]:
    account = Account("key", f"{provider.url}/v1", "proj_1")
    return list(models.look_at_webhook(account, ruleset))


def test_a_webhook_for_calls_that_comes_to_us_is_in_order(provider: FakeTwilio) -> None:
    calls = ("realtime.call.incoming",)
    provider.answer = 200, endpoints("https://x.example", WEBHOOK, events=calls)
    (finding,) = webhook(provider, release(VOICE_LINE))
    assert finding.mark is Mark.OK
    assert provider.asked[0][1].startswith("/v1/webhook_endpoints")


@pytest.mark.parametrize(
    ("url", "event"),
    [
        (WEBHOOK, "batch.completed"),
        ("https://elsewhere.example/openai/webhook/", "realtime.call.incoming"),
    ],
)
def test_without_a_webhook_for_calls_a_voice_line_is_dead(
    provider: FakeTwilio, url: str, event: str
) -> None:
    provider.answer = 200, endpoints(url, events=(event,))
    (finding,) = webhook(provider, release(VOICE_LINE))
    assert finding.mark is Mark.FAIL
    assert "needed by Main line" in finding.says
    assert WEBHOOK in finding.remedy


def test_a_key_that_may_not_see_webhooks_leaves_it_to_the_operator(
    provider: FakeTwilio,
) -> None:
    provider.answer = 403, {"error": {"message": "no"}}
    (finding,) = webhook(provider, release(VOICE_LINE))
    assert finding.mark is Mark.WARN


def test_where_no_line_speaks_by_itself_no_webhook_is_needed(
    provider: FakeTwilio,
) -> None:
    assert webhook(provider, release()) == []
    assert provider.asked == []


def test_an_endpoint_is_ours_by_its_address_and_what_it_is_told() -> None:
    calls = frozenset({"realtime.call.incoming"})
    assert models.is_ours(Endpoint(WEBHOOK, calls), WEBHOOK)
    assert not models.is_ours(Endpoint(WEBHOOK, frozenset()), WEBHOOK)

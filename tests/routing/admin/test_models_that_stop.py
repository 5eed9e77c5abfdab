"""Pages of agents warn of models that stop. Dates far off, so that no clock counts."""

from datetime import UTC, date, datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client

from routing.models import Agent
from routing.services import model_life
from tests import makers_routing as make
from tests.routing.admin.posting import submit

NOW = datetime(2026, 11, 22, tzinfo=UTC)
FAR = date(2099, 1, 20)


@pytest.fixture
def agent(db: None) -> Agent:
    return make.make_agent(
        model="gpt-6-luna",
        voice_model="gpt-realtime-2.1",
        transcription_models="gpt-transcribe",
    )


def page(client: Client, agent: Agent) -> str:
    return client.get(f"/admin/routing/agent/{agent.pk}/change/").text


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("gpt-6-luna", "language model gpt-6-luna stops on 20 January 2099"),
        ("gpt-realtime-2.1", "voice model gpt-realtime-2.1 stops on 20 January 2099"),
        ("gpt-transcribe", "transcription model gpt-transcribe stops on 20 January"),
    ],
)
def test_list_and_form_name_a_model_that_stops(
    admin_client: Client, agent: Agent, model: str, words: str
) -> None:
    model_life.learn({model: FAR}, NOW)
    assert words in admin_client.get("/admin/routing/agent/").text
    assert f"<p>The {words}" in page(admin_client, agent)


def test_nothing_is_said_of_models_that_go_on(
    admin_client: Client, agent: Agent
) -> None:
    assert 'data-testid="warnings"' not in page(admin_client, agent)
    assert "stops on" not in admin_client.get("/admin/routing/agent/").text


def test_dates_that_are_widely_known_need_not_be_learned(
    admin_client: Client, agent: Agent
) -> None:
    Agent.objects.update(voice_model="gpt-realtime-2025-08-28")
    assert "on 20 January 2027" in page(admin_client, agent)


def test_a_form_that_comes_back_still_warns(manager: User, agent: Agent) -> None:
    model_life.learn({"gpt-6-luna": FAR}, NOW)
    refused = submit(manager, agent, speed="9")
    assert refused.context_data["warnings"]

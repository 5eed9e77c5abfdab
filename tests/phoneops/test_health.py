"""The three pages that machines ask."""

import pytest
from django.test import AsyncClient, Client

from phoneops import health


def test_a_process_that_runs_is_alive(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "alive"})


def test_metrics_are_in_the_format_of_prometheus(client: Client) -> None:
    response = client.get("/metrics")
    assert response["Content-Type"].startswith("text/plain")
    assert b"# HELP" in response.content


@pytest.mark.django_db(transaction=True)
async def test_the_real_engines_are_ready(async_client: AsyncClient) -> None:
    parts = (await async_client.get("/readyz")).json()["parts"]
    assert parts["database"] == parts["broker"] == "answers"
    assert parts["channel layer"] == "delivers"


async def test_a_part_that_fails_is_named_in_plain_words() -> None:
    async def broken() -> str:
        raise ConnectionRefusedError("tcp://secret-host")

    assert await health.ask(broken) == (False, "not reachable (ConnectionRefusedError)")

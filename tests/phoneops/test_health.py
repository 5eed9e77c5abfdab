"""The three pages that machines ask."""

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.test import AsyncClient, Client

from calls.driver.runtime import close_runtime, runtime
from phoneops import first_run, health
from tests.calls.driver.carrier import on_the_line, ready_call


@pytest.fixture(autouse=True)
async def _no_connection_is_left_open() -> AsyncIterator[None]:
    yield
    await close_runtime()
    await sync_to_async(connections.close_all)()


def test_a_process_that_runs_is_alive(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "alive"})


def test_metrics_are_in_the_format_of_prometheus(client: Client) -> None:
    response = client.get("/metrics")
    assert response["Content-Type"].startswith("text/plain")
    assert b"# HELP" in response.content


@pytest.mark.django_db(transaction=True)
async def test_metrics_tell_of_live_calls_and_of_their_journal(
    async_client: AsyncClient,
) -> None:
    assert b"phoneops_live_calls" not in (await async_client.get("/metrics")).content
    call = await ready_call()
    async with on_the_line(call, ["At nine."]) as (end, _model):
        await end.says("When do you open?")
        await end.hears()
        await runtime().journal.flushed()
        figures = (await async_client.get("/metrics")).content.decode()
        assert "phoneops_live_calls 1.0" in figures
        assert "phoneops_journal_rows_written_total 0.0" not in figures
        assert "phoneops_journal_rows_dropped_total 0.0" in figures


@pytest.mark.django_db(transaction=True)
async def test_it_is_not_ready_before_anything_is_published(
    async_client: AsyncClient,
) -> None:
    response = await async_client.get("/readyz")
    assert response.status_code == 503
    parts = response.json()["parts"]
    assert parts["database"] == parts["broker"] == "answers"
    assert parts["channel layer"] == "delivers"
    assert parts["release"].startswith("Nothing has been published yet")


@pytest.mark.django_db(transaction=True)
async def test_it_is_ready_with_a_release(async_client: AsyncClient) -> None:
    await sync_to_async(first_run.prepare_configuration)()
    response = await async_client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["parts"]["release"] == "release 1 is loaded"


async def test_a_part_that_does_not_answer_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(health, "PATIENCE_SECONDS", 0.01)

    async def silent() -> str:
        await asyncio.Event().wait()
        return "never"

    assert await health.ask(silent) == (False, "no answer within 0 seconds")


async def test_a_part_that_hangs_is_asked_once_and_holds_up_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(health, "PATIENCE_SECONDS", 0.01)
    go_on, asked = threading.Event(), []

    @health.apart
    def hangs() -> str:
        asked.append(threading.get_ident())
        go_on.wait()
        return "at last"

    for _ in range(3):
        assert await health.ask(hangs) == (False, "no answer within 0 seconds")
    monkeypatch.setattr(health, "PATIENCE_SECONDS", 30)
    assert await health.ask(health.apart(lambda: "fine")) == (True, "fine")
    go_on.set()
    assert await health.ask(hangs) == (True, "at last")
    assert len(asked) == 2


async def test_a_part_that_fails_is_named_in_plain_words() -> None:
    async def broken() -> str:
        raise ConnectionRefusedError("tcp://secret-host")

    assert await health.ask(broken) == (False, "not reachable (ConnectionRefusedError)")

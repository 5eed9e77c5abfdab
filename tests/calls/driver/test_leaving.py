"""Sessions that are left together are left with one statement."""

import asyncio
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from calls.core.words import CallState
from calls.driver.database import DatabaseThreads
from calls.driver.leaving import Leaving
from calls.models import Call
from calls.services import sessions
from calls.services.sessions import Left
from tests.makers_calls import make_call

pytestmark = pytest.mark.django_db(transaction=True)
OWNER = "host:1:a"
GOODBYE = Left("agent_ended", "resolved", "es-US", {"name": "Ana"})
LOST = Left("", "", "en-US", {})


def held(**fields: Any) -> Call:
    fields = {"lease_owner": OWNER, "lease_until": timezone.now(), **fields}
    return make_call(state=CallState.LIVE, **fields)


def test_each_keeps_what_is_its_own() -> None:
    said, lost = held(), held(ending="silence", outcome="noted")
    lefts = {said.pk: GOODBYE, lost.pk: LOST}
    with CaptureQueriesContext(
        connection,
    ) as queries:
        left = sessions.leave_sessions(lefts, owner=OWNER, now=timezone.now())
    assert left == {said.pk, lost.pk}
    assert len(queries) == 1
    said.refresh_from_db()
    lost.refresh_from_db()
    assert (said.ending, said.outcome, said.language) == (
        "agent_ended",
        "resolved",
        "es-US",
    )
    assert said.collected == {"name": "Ana"}
    assert (lost.ending, lost.outcome, lost.language) == ("silence", "noted", "en-US")
    assert (said.lease_owner, said.lease_until) == ("", None)


def test_what_is_not_held_any_more_is_left_as_it_is() -> None:
    other, closed = held(lease_owner="another"), make_call(state=CallState.CLOSED)
    lefts = {other.pk: GOODBYE, closed.pk: GOODBYE}
    assert not sessions.leave_sessions(lefts, owner=OWNER, now=timezone.now())
    assert not Call.objects.exclude(ending="").exists()


async def test_calls_that_end_together_are_left_together() -> None:
    calls = [await sync_to_async(held)() for _ in range(3)]
    database = DatabaseThreads(1)
    leaving = Leaving(database, OWNER)
    await asyncio.gather(*(leaving.leave(call.pk, GOODBYE) for call in calls))
    await leaving.leave(calls[0].pk, LOST)  # and one after them
    database.close()
    left = Call.objects.filter(lease_owner="", ending="agent_ended")
    assert await left.acount() == 3

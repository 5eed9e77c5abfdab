"""The journal alone, on the real database."""

import json

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from django.utils import timezone

from calls.driver.journal import EventRow, Journal
from calls.models import Call, CallEvent, Incident
from tests.makers_calls import make_call

pytestmark = pytest.mark.django_db(transaction=True)


def end_the_journals_connection() -> int:
    """As a restart of the database does; how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'phoneops journal'"
        )
        return len(cursor.fetchall())


def said(call: Call, seq: int) -> EventRow:
    return EventRow(call.pk, 1, seq, timezone.now(), "noted", {"text": str(seq)})


async def test_a_lost_connection_loses_no_entry_and_is_an_incident() -> None:
    call = await sync_to_async(make_call)()
    journal = Journal()
    journal.put(said(call, 1))
    await journal.flushed()
    assert await sync_to_async(end_the_journals_connection)() == 1
    journal.put(said(call, 2))
    await journal.flushed()
    await journal.close()
    stored = [e.seq async for e in CallEvent.objects.filter(call=call, stream=1)]
    assert stored == [1, 2]
    incident = await Incident.objects.aget(kind="journal_delayed")
    assert (incident.call_id, incident.cause) == (None, "ours")
    assert "Nothing was lost" in incident.detail


async def test_an_undisturbed_journal_reports_nothing() -> None:
    call = await sync_to_async(make_call)()
    journal = Journal()
    journal.put(said(call, 1))
    await journal.close()
    assert not await Incident.objects.aexists()


async def test_half_a_character_is_written_as_a_whole_one() -> None:
    call = await sync_to_async(make_call)()
    journal = Journal()
    half = json.loads('"What \\ud83d was \\u0000that?"')
    journal.put(EventRow(call.pk, 1, 1, timezone.now(), "agent_said", {"text": half}))
    await journal.flushed()
    await journal.close()
    stored = await CallEvent.objects.aget(call=call, stream=1)
    assert stored.data == {"text": "What ? was that?"}


async def test_a_row_that_is_refused_takes_no_other_with_it() -> None:
    call = await sync_to_async(make_call)()
    journal = Journal()
    for row in (said(call, 1), EventRow(call.pk, -(10**9), 2, call.offered_at, "", {})):
        journal.put(row)
    journal.put(said(call, 3))
    await journal.flushed()
    journal.put(said(call, 4))
    await journal.flushed()
    await journal.close()
    stored = [e.seq async for e in CallEvent.objects.filter(call=call, stream=1)]
    assert stored == [1, 3, 4]
    assert (journal.figures.dropped, journal.waiting) == (1, 0)


class Unwritable:
    """Something that is no text and cannot be made one."""

    def __str__(self) -> str:
        raise ValueError


async def test_nothing_that_is_put_in_ends_the_journal() -> None:
    call = await sync_to_async(make_call)()
    journal = Journal()
    data = {"text": Unwritable()}
    journal.put(EventRow(call.pk, 1, 1, timezone.now(), "noted", data))
    await journal.flushed()
    journal.put(said(call, 2))
    await journal.flushed()
    await journal.close()
    assert await CallEvent.objects.filter(call=call, seq=2).aexists()
    assert journal.figures.dropped == 1

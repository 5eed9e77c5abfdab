"""The journal alone, on the real database."""

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

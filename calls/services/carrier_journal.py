"""What webhooks and services enter into a call's journal: its stream 0."""

import json
from datetime import datetime

from django.db import connection

from calls.core.words import EventKind
from calls.models import Call

# One statement: the call's row counts the entries, and its lock keeps two callbacks
# of one call from taking the same number.
ENTER = """
WITH counted AS (
    UPDATE calls_call SET carrier_events = carrier_events + 1 WHERE id = %s
    RETURNING id, carrier_events - 1 AS seq
)
INSERT INTO calls_callevent (call_id, stream, seq, at, kind, data)
SELECT id, 0, seq, %s, %s, %s::jsonb FROM counted
"""


def enter(call: Call, kind: EventKind, now: datetime, **data: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(ENTER, [call.pk, now, kind.value, json.dumps(data)])

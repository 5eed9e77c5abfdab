"""Dry runs: past calls in order, a slice at a time, with what is counted kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from time import monotonic

import orjson
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from calls.core.dry_run import Past, RunState, read_tally, tally_as_json
from calls.models import Call, DryRun
from routing.core.compile import compile_snapshot
from routing.errors import BadSnapshot
from routing.services.snapshot import Snapshot

AT_A_TIME = 5_000
# Well below the time a task may take, and often enough to be watched.
SLICE_SECONDS = 10.0
# A run that nobody has gone on with for that long was forgotten.
FORSAKEN = timedelta(minutes=2)

# In the order in which they came, so that what is worked out about opening hours for
# one call still holds for the next. The facts are taken out of the decision there:
# the rest of it need not come here.
SELECT = """
SELECT id, offered_at, number_label, decision->>'verdict', agent_key, profile_key,
       policy_key, agent_name, decision->'facts'
FROM calls_call
WHERE offered_at < %s AND (offered_at, id) > (%s, %s)
ORDER BY offered_at, id
LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Period:
    since: datetime
    until: datetime


def ask(name: str, snapshot: Snapshot, period: Period, by: User | None) -> DryRun:
    calls = Call.objects.filter(
        offered_at__gte=period.since, offered_at__lt=period.until
    )
    return DryRun.objects.create(
        name=name,
        snapshot=snapshot,
        since=period.since,
        until=period.until,
        total=calls.count(),
        asked_by=by,
    )


def go_on(run_id: int, seconds: float = SLICE_SECONDS) -> bool:
    """One slice; True while there is more to do.

    A slice that was begun twice counts once: the row says how far it has come.
    """
    ends = monotonic() + seconds
    with transaction.atomic():
        runs = DryRun.objects.select_for_update(skip_locked=True)
        run = runs.filter(pk=run_id, state__in=(RunState.WAITING, RunState.RUNNING))
        found = run.first()
        if found is None:
            return False
        found.state = RunState.RUNNING
        try:
            more = look(found, ends)
        except BadSnapshot as problem:
            found.state, found.problem, more = RunState.FAILED, f"{problem}.", False
        if not more:
            found.ended_at = timezone.now()
            if found.state != RunState.FAILED:
                found.state = RunState.DONE
        found.save()
    return more


def look(run: DryRun, ends: float) -> bool:
    ruleset = compile_snapshot(0, run.snapshot)
    tally = read_tally(run.tally)
    while True:
        calls = list(past_calls(run))
        tally.look(ruleset, calls)
        if calls:
            run.reached_at, run.reached_id = calls[-1].at, calls[-1].key
        if len(calls) < AT_A_TIME or monotonic() >= ends:
            run.tally = tally_as_json(tally)
            return len(calls) == AT_A_TIME


def past_calls(run: DryRun) -> Iterator[Past]:
    after = run.reached_at or run.since
    with connection.cursor() as cursor:
        cursor.execute(SELECT, [run.until, after, run.reached_id, AT_A_TIME])
        for row in islice(cursor, AT_A_TIME):
            *known, facts = row
            yield Past._make([*known, orjson.loads(facts) if facts else None])


def forsaken(now: datetime) -> list[int]:
    """Runs whose task was lost."""
    runs = DryRun.objects.filter(
        state__in=(RunState.WAITING, RunState.RUNNING), seen_at__lt=now - FORSAKEN
    )
    return list(runs.values_list("pk", flat=True))

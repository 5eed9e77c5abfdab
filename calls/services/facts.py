"""What is known of a call when it is decided, in a few indexed queries.

Where a decision depends on how many calls are going on, calls that come at the same
moment are counted one after the other: each waits until the one before it is stored.
"""

from dataclasses import replace
from datetime import datetime
from functools import cache, lru_cache
from zlib import crc32

import phonenumbers
from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from calls.core.carrier_events import Offered
from calls.core.meter import Meter
from routing.core.callers import Caller, classify
from routing.core.decision import CallerKind, Facts
from routing.core.matches import LoadScope
from routing.core.plan import plan_of
from routing.core.ruleset import Number, Ruleset
from routing.services.caller_lists import lists_of
from routing.services.closures import closure_of

# Any number will do, as long as nothing else locks on it.
COUNTING = 512_907
RECOGNISED = (CallerKind.NUMBER, CallerKind.SIP)

# One statement, written out: a caller waits for it, and to put it together from models
# takes longer than to answer it. Both halves go by index.
LOOK = """
SELECT dialled, agent_key, COUNT(*), NULL::timestamptz
FROM calls_call WHERE NOT (state IN ('over', 'closed')) GROUP BY dialled, agent_key
UNION ALL
SELECT '', '', 0, MAX(offered_at)
FROM calls_call WHERE caller = %s AND caller_kind = %s
"""


def gather(offered: Offered, caller: Caller, ruleset: Ruleset, now: datetime) -> Facts:
    """Within a transaction, which must go on until the call is stored."""
    number = ruleset.number_for(offered.dialled)
    facts = Facts(
        dialled=offered.dialled,
        caller=caller.normalised,
        caller_kind=caller.kind,
        country=country_of(caller.normalised)
        if caller.kind is CallerKind.NUMBER
        else "",
        forwarded_from=forwarded(offered.forwarded_from),
        verstat=offered.verstat,
        lists=lists_of(caller.normalised, now) if caller.kind in RECOGNISED else (),
        budgets=meter(settings.CALLS_METER).budgets(),
        headers={name.lower(): value for name, value in offered.headers},
        call=offered.carrier_sid,
        closure=closure_of(offered.dialled, now),
    )
    return with_calls(facts, plan_scope(ruleset, number), now)


@cache
def meter(name: str) -> Meter:
    """It answers from memory, so one serves the whole process."""
    made: Meter = import_string(name)()
    return made


@lru_cache(maxsize=4096)
def country_of(e164: str) -> str:
    """The region a number belongs to ("US"), or empty, as for a satellite phone."""
    try:
        parsed = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.region_code_for_number(parsed) or ""


def forwarded(raw: str) -> str:
    """Carriers name who forwarded a call in as many ways as who made it."""
    if not raw.strip():
        return ""
    found = classify(raw)
    return found.normalised if found.kind in RECOGNISED else ""


def plan_scope(ruleset: Ruleset, number: Number | None) -> LoadScope:
    return LoadScope.ANY if number is None else plan_of(ruleset).counted(number)


def with_calls(facts: Facts, scope: LoadScope, now: datetime) -> Facts:
    """With what other calls say of it: those going on, and the caller's last one."""
    if scope is not LoadScope.ANY:
        take_turns("" if scope is LoadScope.ACCOUNT else facts.dialled)
    by_agent: dict[str, int] = {}
    on_number, last = 0, None
    for dialled, agent, count, latest in look(facts):
        by_agent[agent] = by_agent.get(agent, 0) + count
        on_number += count if dialled == facts.dialled else 0
        last = latest or last
    return replace(
        facts,
        since_last_call=max(0, int((now - last).total_seconds())) if last else None,
        live_calls=on_number,
        account_calls=sum(by_agent.values()),
        agent_calls={key: count for key, count in by_agent.items() if key and count},
    )


def look(facts: Facts) -> list[tuple[str, str, int, datetime | None]]:
    """Number, agent's key and how many calls; the last row has the last call."""
    known = facts.caller if facts.caller_kind in RECOGNISED else ""
    with connection.cursor() as cursor:
        cursor.execute(LOOK, [known, facts.caller_kind.value])
        return list(cursor.fetchall())


def take_turns(what: str) -> None:
    """Wait until no other call is between being counted and being stored.

    A caller waits for as long as the others take, some milliseconds each; the lock
    goes with the transaction.
    """
    with connection.cursor() as cursor:
        place = crc32(what.encode()) - 2**31
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [COUNTING, place])

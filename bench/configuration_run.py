"""The measuring itself, in a process whose settings name the bench's own database.

It prints one JSON object.
"""

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from statistics import median
from time import perf_counter, process_time

import django

django.setup()

from django.conf import settings  # noqa: E402  (Django must be set up before)
from django.contrib.auth.models import User  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from calls.core.dry_run import RunState, read_tally  # noqa: E402
from calls.services import dry_runs  # noqa: E402
from routing.models import Calendar, PhoneNumber, RoutingRule  # noqa: E402
from routing.services import config, releases  # noqa: E402
from routing.services.demo import load_demo  # noqa: E402

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
WEEK = dry_runs.Period(MONDAY, MONDAY + timedelta(days=7))
RULES, CALENDARS, TIMES = 500, 50, 5

CALLS = """
INSERT INTO calls_call
SELECT (jsonb_populate_record(template, jsonb_build_object(
    'id', 1000 + n, 'carrier_sid', 'CA' || n,
    'caller', '+1202556' || lpad((n %% 10000)::text, 4, '0'),
    'offered_at', %s::timestamptz + n * interval '7 days' / %s,
    'decision', jsonb_build_object(
        'verdict', 'accept', 'facts', jsonb_build_object(
            'dialled', template.dialled, 'caller_kind', 'number', 'country', 'US',
            'caller', '+1202556' || lpad((n %% 10000)::text, 4, '0'),
            'since_last_call', 3600, 'live_calls', n %% 7, 'call', 'CA' || n))
))).*
FROM calls_call AS template, generate_series(1, %s) AS n
WHERE template.carrier_sid = 'CA0'
"""


def load(calls: int) -> None:
    """One call written by the portal's own models, and then its like."""
    from calls.models import Call

    number = PhoneNumber.objects.order_by("pk")[0]
    Call.objects.create(
        carrier_sid="CA0",
        account_sid="AC0",
        dialled=number.e164,
        number_label=number.label,
        caller="+12025560000",
        caller_kind="number",
        path="relay",
        release_number=1,
        agent_key=str(number.agent_id),
        agent_name="Front desk",
        profile_key=str(number.profile_id),
        policy_key=str(number.policy_id),
        offered_at=MONDAY - timedelta(days=1),
        last_seen_at=MONDAY,
        state="closed",
        closed_at=MONDAY,
        disposition="resolved",
    )
    with connection.cursor() as cursor:
        cursor.execute(CALLS, [MONDAY, calls, calls])
        cursor.execute("ANALYZE calls_call")


def many_rules() -> None:
    """None of them holds for the bench's calls, so all are asked."""
    calendars = [Calendar.objects.create(name=f"Hours {n}") for n in range(CALENDARS)]
    for calendar in calendars:
        for weekday in range(6):
            calendar.spans.create(weekday=weekday, opens=time(8), closes=time(18))
    for n in range(RULES - RoutingRule.objects.count()):
        RoutingRule.objects.create(
            name=f"Rule {n}",
            position=10 + n,
            caller_match="listed",
            callers=f"+1202557{n:04d}",
            hours_match="open" if n % 2 else "closed",
            calendar=calendars[n % CALENDARS],
            action="reject",
        )


def calls_a_second(name: str) -> float:
    """By the processor time of this process, so of one core."""
    run = dry_runs.ask(name, releases.draft_snapshot(), WEEK, None)
    began = process_time()
    while dry_runs.go_on(run.pk, seconds=60):
        pass
    took = process_time() - began
    run.refresh_from_db()
    assert run.state == RunState.DONE, run.problem
    return read_tally(run.tally).looked_at / took


def pages() -> dict[str, dict[str, float]]:
    client = Client()
    client.force_login(User.objects.create_superuser("bench"))
    number = PhoneNumber.objects.order_by("pk")[0].e164
    addresses = {
        "rule list": "/admin/routing/routingrule/",
        "tester": f"/admin/calls/call/try/?number={number.replace('+', '%2B')}",
        "what differs from the draft": "/admin/routing/release/compare/",
        "publish": "/admin/routing/release/publish/",
        "cover map": "/admin/routing/release/cover/",
    }
    return {name: page(client, url) for name, url in addresses.items()}


def page(client: Client, url: str) -> dict[str, float]:
    def ask() -> float:
        began = perf_counter()
        answer = client.get(url)
        took = perf_counter() - began
        assert answer.status_code == 200, (url, answer.status_code)
        return took

    with CaptureQueriesContext(connection) as captured:
        ask()
    queries = len(captured)  # the next request forgets them
    return {"ms": median(ask() for _ in range(TIMES)) * 1000, "queries": queries}


def timed(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


def run(calls: int) -> dict[str, object]:
    settings.ALLOWED_HOSTS = ["testserver"]
    load_demo(simulator_port=1)
    tell("loading calls")
    load(calls)
    tell("dry run of the demo")
    few = calls_a_second("the demo")
    many_rules()
    tell("dry run of 500 rules")
    many = calls_a_second("500 rules")
    tell("pages")
    shown = pages()
    text = config.written(config.draft_document())
    return {
        "calls": calls,
        "few": few,
        "many": many,
        "pages": shown,
        "publish_s": timed(lambda: releases.publish(author=None, note="bench")),
        "file_lines": text.count("\n"),
        "import_s": timed(lambda: config.preview(*config.read(text))),
    }


def tell(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    print(json.dumps(run(int(sys.argv[1]))))

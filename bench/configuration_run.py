"""The measuring itself, in a process whose settings name the bench's own database.

It prints one JSON object.
"""

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter, process_time

import django

django.setup()

from django.conf import settings  # noqa: E402  (Django must be set up before)
from django.contrib.auth.models import User  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from bench import rulebook  # noqa: E402
from calls.core.dry_run import RunState, read_tally  # noqa: E402
from calls.services import dry_runs  # noqa: E402
from routing.models import PhoneNumber  # noqa: E402
from routing.services import config, releases  # noqa: E402
from routing.services.demo import load_demo  # noqa: E402

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
WEEK = dry_runs.Period(MONDAY, MONDAY + timedelta(days=7))
TIMES = 5
FEW_RULES = 50
ALL_RIGHTS = {"is_staff": True, "is_superuser": True}

# From ten thousand callers to all numbers alike: one in twenty withholds the number,
# one in fifty is on a list, one in a hundred failed the spoof check.
CALLS = """
INSERT INTO calls_call
SELECT (jsonb_populate_record(template, jsonb_build_object(
    'id', 1000 + n, 'carrier_sid', 'CA' || n, 'dialled', lines.e164,
    'number_label', lines.label,
    'caller', '+1202556' || lpad((n %% 10000)::text, 4, '0'),
    'offered_at', %s::timestamptz + n * interval '7 days' / %s,
    'decision', jsonb_build_object(
        'verdict', 'accept', 'facts', jsonb_strip_nulls(jsonb_build_object(
            'dialled', lines.e164, 'country', 'US', 'call', 'CA' || n,
            'caller_kind', CASE WHEN n %% 20 = 0 THEN 'withheld' ELSE 'number' END,
            'caller', CASE WHEN n %% 20 = 0 THEN ''
                ELSE '+1202556' || lpad((n %% 10000)::text, 4, '0') END,
            'lists', CASE WHEN n %% 50 = 1 THEN
                '[{"key": "9", "name": "Key accounts", "kind": "vip"}]'::jsonb END,
            'verstat', CASE WHEN n %% 100 = 3 THEN 'TN-Validation-Failed-A'
                ELSE 'TN-Validation-Passed-A' END,
            'since_last_call', CASE WHEN n %% 3 = 0 THEN 3600 END,
            'live_calls', n %% 7, 'account_calls', n %% 40)))
))).*
FROM calls_call AS template, generate_series(1, %s) AS n,
    (SELECT *, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS lines
     FROM routing_phonenumber) AS lines
WHERE template.carrier_sid = 'CA0' AND lines.place = n %% lines.lines
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


def calls_a_second(name: str) -> float:
    """By the processor time of this process, so of one core."""
    tell(f"dry run of {name}")
    run = dry_runs.ask(name, releases.draft_snapshot(), WEEK, None)
    began = process_time()
    while dry_runs.go_on(run.pk, seconds=60):
        pass
    took = process_time() - began
    run.refresh_from_db()
    assert run.state == RunState.DONE, run.problem
    return read_tally(run.tally).looked_at / took


def read_a_second() -> float:
    """The least that any dry run does: taking the same calls from the database."""
    tell("reading the calls alone")
    run = dry_runs.ask("nothing", releases.draft_snapshot(), WEEK, None)
    began, read = process_time(), 0
    while calls := list(dry_runs.past_calls(run)):
        read += len(calls)
        run.reached_at, run.reached_id = calls[-1].at, calls[-1].key
    return read / (process_time() - began)


def pages() -> dict[str, dict[str, float]]:
    tell("pages")
    client = Client()
    client.force_login(User.objects.get_or_create(ALL_RIGHTS, username="bench")[0])
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
    rulebook.numbers()
    tell("loading calls")
    load(calls)
    few, read = calls_a_second("the demo"), read_a_second()
    rulebook.mixed(FEW_RULES)
    with_few = pages()
    rulebook.mixed()
    many = calls_a_second("500 mixed rules")
    shown = pages()
    text = config.written(config.draft_document())
    publish = timed(lambda: releases.publish(author=None, note="bench"))
    reading = timed(lambda: config.preview(*config.read(text)))
    rulebook.heavy()
    return {
        "calls": calls,
        "read": read,
        "few": few,
        "many": many,
        "worst": calls_a_second("500 rules that all are asked"),
        "pages": {name: [with_few[name], page] for name, page in shown.items()},
        "publish_s": publish,
        "file_lines": text.count("\n"),
        "import_s": reading,
    }


def tell(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    print(json.dumps(run(int(sys.argv[1]))))

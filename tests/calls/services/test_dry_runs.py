"""Past calls, decided once more."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from calls.core.dry_run import RunState, read_tally
from calls.models import Call, DryRun
from calls.services import dry_runs
from calls.services.dry_runs import Period
from routing.models import PhoneNumber
from routing.services import releases
from tests import makers_routing as make
from tests.makers_calls import make_call

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 3, 2, 12, tzinfo=UTC)
WEEK = Period(MONDAY - timedelta(days=1), MONDAY + timedelta(days=6))


def past_call(number: PhoneNumber, at: datetime = MONDAY, **fields: Any) -> Call:
    facts = {
        "dialled": number.e164,
        "caller": "+12025550199",
        "caller_kind": "number",
    }
    fields.setdefault("decision", {"verdict": "accept", "facts": facts})
    return make_call(
        dialled=number.e164,
        number_label=number.label,
        offered_at=at,
        agent_key=str(number.agent_id),
        agent_name="Front desk",
        profile_key=str(number.profile_id),
        policy_key=str(number.policy_id),
        **fields,
    )


def run(period: Period = WEEK) -> DryRun:
    made = dry_runs.ask("the draft", releases.draft_snapshot(), period, None)
    while dry_runs.go_on(made.pk):
        pass
    made.refresh_from_db()
    return made


def test_calls_that_would_go_the_same_way_are_only_counted() -> None:
    past_call(make.make_number())
    made = run()
    assert made.state == RunState.DONE
    assert made.ended_at is not None
    tally = read_tally(made.tally)
    assert (made.total, tally.looked_at, tally.moved) == (1, 1, 0)


def test_calls_that_would_go_elsewhere_are_told_with_examples() -> None:
    number = make.make_number(label="Main line")
    calls = [past_call(number, MONDAY + timedelta(hours=n)) for n in range(7)]
    make.make_rule(number, name="All to voicemail", action="voicemail")
    tally = read_tally(run().tally)
    assert tally.moved == 7
    ((move, count),) = tally.counts.items()
    line, before, after, rule = move
    assert (line, before[0], after[0], rule) == (
        "Main line",
        "accept",
        "voicemail",
        "All to voicemail",
    )
    assert count == 7
    assert tally.examples[move] == [call.pk for call in calls[:5]]


def test_the_moment_of_the_call_counts_and_not_the_present() -> None:
    number = make.make_number()
    calendar = make.make_calendar((0, "08:00", "18:00"), time_zone="UTC")
    make.make_rule(number, hours_match="closed", calendar=calendar, action="reject")
    past_call(number, MONDAY)
    past_call(number, MONDAY + timedelta(hours=10))
    assert read_tally(run().tally).moved == 1


def test_only_calls_of_the_period_are_looked_at() -> None:
    number = make.make_number()
    past_call(number, WEEK.since - timedelta(microseconds=1))
    past_call(number, WEEK.since)
    past_call(number, WEEK.until - timedelta(microseconds=1))
    past_call(number, WEEK.until)
    made = run()
    assert made.total == read_tally(made.tally).looked_at == 2


def test_calls_of_older_versions_cannot_be_decided_again() -> None:
    number = make.make_number()
    past_call(number, decision={"verdict": "accept"})
    tally = read_tally(run().tally)
    assert (tally.looked_at, tally.without_facts, tally.moved) == (1, 1, 0)


def test_a_long_run_goes_on_in_slices_and_counts_each_call_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dry_runs, "AT_A_TIME", 3)
    number = make.make_number()
    for _ in range(10):
        past_call(number)  # all at the same moment
    make.make_rule(number, action="reject")
    made = dry_runs.ask("the draft", releases.draft_snapshot(), WEEK, None)
    slices = 1
    while dry_runs.go_on(made.pk, seconds=0):
        slices += 1
        made.refresh_from_db()
        assert made.state == RunState.RUNNING
    assert slices == 4
    made.refresh_from_db()
    assert read_tally(made.tally).moved == 10


def test_what_is_over_is_not_gone_on_with() -> None:
    made = run()
    assert not dry_runs.go_on(made.pk)
    assert dry_runs.forsaken(made.seen_at + timedelta(hours=1)) == []


def test_a_run_that_was_forgotten_is_found() -> None:
    made = dry_runs.ask("the draft", releases.draft_snapshot(), WEEK, None)
    assert dry_runs.forsaken(made.seen_at) == []
    assert dry_runs.forsaken(made.seen_at + timedelta(minutes=3)) == [made.pk]


def test_what_cannot_be_compiled_fails_with_its_reason() -> None:
    make.make_profile().languages.all().delete()
    made = run()
    assert made.state == RunState.FAILED
    assert "a profile needs one at least" in made.problem

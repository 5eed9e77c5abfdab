from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from calls import reports
from calls.core.words import (
    CallState,
    Disposition,
    EventKind,
    FollowUpKind,
    HandoffReason,
    HandoffResult,
)
from calls.models import Callback, FollowUp, Incident, Usage
from routing.core.decision import Verdict
from tests.makers_calls import (
    NOON,
    make_attempt,
    make_call,
    make_event,
    make_handoff,
    make_recording,
)

pytestmark = pytest.mark.django_db
MIDNIGHT = datetime(2026, 11, 23, tzinfo=ZoneInfo("America/New_York"))


def closed(disposition: Disposition = Disposition.RESOLVED, **fields: object) -> None:
    make_call(state=CallState.CLOSED, disposition=disposition, **fields)


def make_follow_up(due_at: datetime, **fields: object) -> FollowUp:
    return FollowUp.objects.create(
        call=make_call(),
        kind=FollowUpKind.CALLBACK,
        owner="Front desk",
        opened_at=NOON,
        due_at=due_at,
        **fields,
    )


def test_the_ledger_adds_up() -> None:
    closed()
    closed()
    closed(Disposition.LOST)
    make_call(state=CallState.OVER)
    make_call(state=CallState.LIVE)
    ledger = reports.ledger(None, NOON.date())
    assert (ledger.offered, ledger.going_on, ledger.remainder) == (5, 2, 0)
    assert ledger.ended == {Disposition.RESOLVED: 2, Disposition.LOST: 1}


def test_a_day_is_the_day_of_the_number_that_was_called() -> None:
    just_before, just_after = MIDNIGHT - timedelta(seconds=1), MIDNIGHT
    for moment in (just_before, just_after):
        closed(time_zone="America/New_York", offered_at=moment)
    closed(time_zone="Pacific/Auckland", offered_at=just_before)
    assert reports.ledger(None, date(2026, 11, 22)).offered == 1
    assert reports.ledger(None, date(2026, 11, 23)).offered == 2


def test_a_ledger_can_be_of_one_number_alone() -> None:
    closed(dialled="+12025550101")
    closed(dialled="+12025550102")
    assert reports.ledger("+12025550101", NOON.date()).offered == 1


def test_the_day_with_nothing_has_an_empty_ledger() -> None:
    ledger = reports.ledger(None, NOON.date())
    assert (ledger.offered, ledger.remainder, dict(ledger.ended)) == (0, 0, {})


def test_containment_is_the_share_of_accepted_calls_that_needed_no_person() -> None:
    closed(Disposition.RESOLVED)
    closed(Disposition.MESSAGE_TAKEN)
    closed(Disposition.HANDED_OFF)
    closed(Disposition.CLOSED_HOURS, verdict=Verdict.VOICEMAIL)
    make_call(state=CallState.LIVE)
    book = reports.book_of_today(NOON)
    assert (book.accepted, book.contained, book.containment()) == (3, 2, 67)


def test_there_is_no_containment_before_the_first_accepted_call_is_over() -> None:
    make_call()
    assert reports.book_of_today(NOON).containment() is None


def test_today_names_its_zones_and_leaves_yesterday_out() -> None:
    make_call(time_zone="Europe/Berlin")
    make_call(time_zone="America/New_York")
    make_call(time_zone="Asia/Tokyo", offered_at=NOON - timedelta(days=1))
    book = reports.book_of_today(NOON)
    assert book.ledger.offered == 2
    assert book.zones == ("America/New_York", "Europe/Berlin")


def test_live_calls_begin_with_the_one_that_waits_longest() -> None:
    make_call(state=CallState.OVER)
    closed()
    late = make_call(state=CallState.LIVE, offered_at=NOON)
    early = make_call(state=CallState.OFFERED, offered_at=NOON - timedelta(hours=30))
    assert reports.live_calls() == [early, late]


def test_handoffs_count_by_the_corrected_reason() -> None:
    for result in (HandoffResult.CONNECTED, HandoffResult.NOBODY):
        make_handoff(make_call(), reason=HandoffReason.EMERGENCY, result=result)
    make_handoff(
        make_call(),
        reason=HandoffReason.OTHER,
        corrected_reason=HandoffReason.EMERGENCY,
        result=HandoffResult.CALLER_LEFT,
    )
    make_handoff(make_call(), asked_at=NOON - timedelta(days=1))
    (row,) = reports.handoffs_of_today(NOON)
    assert (row.reason, row.asked) == (HandoffReason.EMERGENCY, 3)
    assert (row.connected, row.nobody, row.unfinished) == (1, 1, 1)


def test_the_follow_up_due_first_stands_first() -> None:
    late = make_follow_up(NOON - timedelta(hours=1))
    soon = make_follow_up(NOON + timedelta(hours=1))
    make_follow_up(NOON - timedelta(hours=2), done_at=NOON)
    shown = reports.open_follow_ups(NOON, shown=2)
    assert (shown.total, shown.overdue, shown.first) == (2, 1, [late, soon])


def test_open_incidents_are_counted_by_cause_and_kind() -> None:
    for key, settled_at in (("1", None), ("2", None), ("3", NOON)):
        Incident.objects.create(
            kind="socket_lost", cause="carrier", key=key, at=NOON, settled_at=settled_at
        )
    (row,) = reports.open_incidents()
    assert (row.cause, row.kind, row.count) == ("carrier", "socket_lost", 2)


def test_the_story_of_a_call_brings_everything_in_eight_queries(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    call = make_call()
    make_event(call, EventKind.CALLER_SAID, text="Hello")
    attempt = make_attempt(make_handoff(call), leg_sid="CA2")
    make_recording(call)
    for sid in (call.carrier_sid, attempt.leg_sid, "CA-of-another-call"):
        Callback.objects.create(key=sid, endpoint="status", call_sid=sid, params={})
    figures = {"input_tokens": 8, "output_tokens": 2}
    for number in "12":
        Usage.objects.create(
            call=call, provider_id=number, figures=figures, at=timezone.now()
        )
    with django_assert_num_queries(8):
        story = reports.story_of(call, callbacks=True)
    assert [line.text for line in story.lines] == ["Hello"]
    assert len(story.callbacks) == 2
    assert (story.tokens().input, story.tokens().output) == (16, 4)
    assert reports.story_of(call, callbacks=False).callbacks == []

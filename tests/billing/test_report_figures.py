"""What a report counts: by its own days, for its lines, and so that it adds up."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.core.report import Report
from billing.core.report_period import Period
from billing.models import CallSheet, Charge, DayTotal
from billing.services.report_calls import ALL, Wanted
from billing.services.report_figures import make_report
from calls.core.words import (
    CallState,
    Disposition,
    HandoffReason,
    HandoffResult,
    IncidentKind,
)
from calls.models import Call, FollowUp, Incident
from routing.models import Release
from tests.makers_calls import make_call, make_handoff, make_recording

pytestmark = pytest.mark.django_db
NEW_YORK = "America/New_York"
FRIDAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 21, 11, tzinfo=UTC)
MORNING = datetime(2026, 11, 20, 15, tzinfo=UTC)


def report(
    first: date = FRIDAY,
    last: date | None = None,
    zone: str = NEW_YORK,
    wanted: Wanted = ALL,
) -> Report:
    return make_report(Period(first, last or first, zone), NOW, wanted)


def closed(at: datetime = MORNING, **fields: Any) -> Call:
    fields.setdefault("disposition", Disposition.RESOLVED)
    fields.setdefault("time_zone", NEW_YORK)
    fields.setdefault("answered_at", at + timedelta(seconds=2))
    return make_call(state=CallState.CLOSED, offered_at=at, **fields)


def charge(call: Call, amount: str, **fields: Any) -> None:
    """As the ledger would keep it: the charge, the call's sheet and the day's total."""
    cause = fields.pop("cause", "conversation")
    component = fields.pop("component", "relay")
    day = call.offered_at.astimezone(UTC).date()
    Charge.objects.create(
        key=f"{call.pk}:{Charge.objects.count()}",
        call=call,
        number=call.dialled,
        provider="twilio",
        item="conversation_relay",
        component=component,
        at=call.offered_at,
        day=day,
        amount=amount,
        currency="USD",
        cause=cause,
        **fields,
    )
    sheet, _ = CallSheet.objects.get_or_create(call=call, defaults={"day": day})
    CallSheet.objects.filter(pk=sheet.pk).update(
        amount=sheet.amount + Decimal(amount), disposition=call.disposition
    )
    DayTotal.objects.create(
        day=day,
        number=call.dialled,
        agent=f"{call.agent_key}",
        release=DayTotal.objects.count(),
        component=component,
        cause=cause,
        currency="USD",
        amount=amount,
        charges=1,
    )


def test_every_call_is_accounted_for() -> None:
    for disposition in Disposition:
        closed(disposition=disposition)
    make_call(offered_at=MORNING, state=CallState.LIVE, time_zone=NEW_YORK)
    found = report().counted
    assert found.offered == len(Disposition) + 1
    assert found.ledger.going_on == 1
    assert found.ledger.remainder == 0
    assert (found.handed_off, found.lost) == (1, 1)
    assert found.contained == 3


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    hours=st.lists(st.integers(0, 24 * 6), max_size=8),
    zone=st.sampled_from([NEW_YORK, "Asia/Kathmandu", "UTC"]),
)
def test_the_days_of_a_report_add_up_to_it(
    db: None, hours: list[int], zone: str
) -> None:
    Call.objects.all().delete()
    begin = datetime(2026, 10, 30, tzinfo=UTC)  # over the end of summer time
    for number, hour in enumerate(hours):
        closed(
            begin + timedelta(hours=hour),
            disposition=list(Disposition)[number % len(Disposition)],
        )
    days = [date(2026, 10, 29) + timedelta(days=n) for n in range(9)]
    whole = report(days[0], days[-1], zone)
    parts = [report(day, day, zone) for day in days]
    assert whole.counted.offered == len(hours)
    assert sum(part.counted.offered for part in parts) == len(hours)
    for disposition in Disposition:
        assert whole.counted.ledger.ended.get(disposition, 0) == sum(
            part.counted.ledger.ended.get(disposition, 0) for part in parts
        )
    drawn = sum(sum(day.calls.values()) for day in whole.days)
    assert drawn == len(hours)


def test_the_days_are_those_of_the_report_and_not_of_the_line() -> None:
    late = datetime(2026, 11, 21, 4, 30, tzinfo=UTC)  # 23:30 in New York, on Friday
    closed(late)
    assert report().counted.offered == 1
    assert report(zone="UTC").counted.offered == 0
    assert report(FRIDAY + timedelta(days=1), zone="UTC").counted.offered == 1


@pytest.mark.parametrize(
    ("day", "first", "hours"),
    [
        (date(2026, 3, 8), datetime(2026, 3, 8, 5, tzinfo=UTC), 23),
        (date(2026, 11, 1), datetime(2026, 11, 1, 4, tzinfo=UTC), 25),
    ],
)
def test_a_day_on_which_the_clocks_change_has_its_own_length(
    day: date, first: datetime, hours: int
) -> None:
    for hour in range(-1, hours + 1):
        closed(first + timedelta(hours=hour))
    found = report(day)
    assert found.counted.offered == hours
    assert {one.day: sum(one.calls.values()) for one in found.days}[day] == hours


def test_it_is_compared_with_the_same_day_a_week_before() -> None:
    closed(MORNING - timedelta(days=7))
    closed(MORNING - timedelta(days=7), disposition=Disposition.LOST)
    closed(MORNING - timedelta(days=1))
    found = report()
    assert found.counted.offered == 0
    assert found.counted_before.offered == 2
    assert found.counted_before.lost == 1


def test_it_is_about_the_chosen_lines_and_agent_alone() -> None:
    closed(dialled="+12025550100", agent_key="1")
    closed(dialled="+12025550101", agent_key="1")
    closed(dialled="+12025550101", agent_key="2")
    one = Wanted(("+12025550101",))
    assert report(wanted=one).counted.offered == 2
    assert report(wanted=Wanted(("+12025550101",), "2")).counted.offered == 1
    assert report(wanted=Wanted((), "1")).counted.offered == 2


def test_spend_is_told_by_component_and_cause() -> None:
    call = closed()
    charge(call, "1.25")
    charge(call, "0.75", component="language_model", cause="cache_lost")
    found = report().spend
    assert found.total == 2
    assert found.by_component == {
        "relay": Decimal("1.25"),
        "language_model": Decimal("0.75"),
    }
    assert sum(found.by_cause.values()) == found.total


def test_days_of_another_zone_give_the_same_sums() -> None:
    """Neither totals nor days are those of the ledger, so charges are added up."""
    call = closed()
    charge(call, "1.25", gaps=[["text_in", None, "no_price"]], tokens_in=10)
    charge(
        call,
        "0.75",
        component="language_model",
        causes={"conversation": "0.5", "silence": "0.25"},
        tokens_in=30,
        tokens_cached=20,
        estimated=True,
    )
    found = report(zone="Europe/Berlin")
    spend = found.spend
    assert spend.total == 2
    assert spend.estimated == Decimal("0.75")
    assert spend.unpriced == 1
    assert spend.cached_share == Decimal("0.5")
    assert spend.by_cause == {
        "conversation": Decimal("1.75"),
        "silence": Decimal("0.25"),
    }
    assert {day.day: day.spent for day in found.days}[FRIDAY] == 2
    assert report(zone="Pacific/Kiritimati").spend.total == 0


def test_a_month_without_calls_is_a_report_of_nothing() -> None:
    found = report(date(2026, 1, 1), date(2026, 1, 31))
    assert found.counted.offered == 0
    assert found.counted.containment is None
    assert found.counted.ledger.remainder == 0
    assert found.spend.total == 0
    assert found.spend.cached_share is None
    assert found.per_call is None
    assert len(found.days) == 31
    assert found.to_hear == ()


def test_handoffs_are_counted_by_reason_and_result() -> None:
    for result in (HandoffResult.CONNECTED, HandoffResult.NOBODY):
        make_handoff(closed(), reason=HandoffReason.EMERGENCY, result=result)
    corrected = make_handoff(closed(), result=HandoffResult.CALLER_LEFT)
    corrected.corrected_reason = HandoffReason.EMERGENCY
    corrected.save()
    (found,) = report().handoffs
    assert (found.reason, found.asked) == ("emergency", 3)
    assert (found.connected, found.nobody, found.caller_left) == (1, 1, 1)


def test_the_calls_most_worth_hearing_teach_different_things() -> None:
    lost = [closed(disposition=Disposition.LOST) for _ in range(3)]
    nobody = closed()
    make_handoff(nobody, result=HandoffResult.NOBODY)
    broken = closed()
    Incident.objects.create(
        call=broken, kind=IncidentKind.TOOL_ERROR, cause="ours", key="1", at=MORNING
    )
    make_recording(nobody)
    found = report().to_hear
    assert [(one.call_id, one.reason) for one in found] == [
        (found[0].call_id, "lost"),
        (nobody.pk, "nobody"),
        (broken.pk, "broken"),
    ]
    assert found[0].call_id in {call.pk for call in lost}
    assert [one.recorded for one in found] == [False, True, False]
    assert found[2].detail == "tool_error"


def test_a_reviewed_call_need_not_be_heard_again() -> None:
    call = closed(disposition=Disposition.LOST)
    Call.objects.filter(pk=call.pk).update(reviewed_at=NOW)
    assert report().to_hear == ()


def test_the_dearest_call_is_named_with_its_cost() -> None:
    cheap, dear = closed(), closed()
    charge(cheap, "0.10")
    charge(dear, "3.50")
    first = report().to_hear[0]
    assert (first.call_id, first.reason, first.cost) == (
        dear.pk,
        "costliest",
        Decimal("3.5"),
    )


def test_what_moved_after_a_release_is_told() -> None:
    author = User.objects.create_user("ana")
    for number, at in ((1, MORNING - timedelta(days=20)), (2, MORNING)):
        with time_machine.travel(at, tick=False):
            Release.objects.create(number=number, snapshot={}, author=author, note="n")
    for hours in (-3, -2):
        closed(MORNING + timedelta(hours=hours), release_number=1)
    after = closed(
        MORNING + timedelta(hours=1),
        release_number=2,
        disposition=Disposition.HANDED_OFF,
    )
    charge(after, "0.40")
    CallSheet.objects.update(release=2)
    (found,) = report().published
    assert (found.number, found.author, found.few) == (2, "ana", True)
    assert found.earlier.shares()["contained"] == 1
    assert found.after.shares()["contained"] == 0
    assert found.after.shares()["cost"] == Decimal("0.4")


def test_incidents_and_follow_ups_are_counted() -> None:
    call = closed()
    for key, settled in (("1", None), ("2", NOW)):
        Incident.objects.create(
            call=call,
            kind="tool_error",
            cause="ours",
            key=key,
            at=MORNING,
            settled_at=settled,
        )
    for kind, due in (("callback", NOW - timedelta(hours=1)), ("lead", NOW)):
        FollowUp.objects.create(
            call=call, kind=kind, owner="Desk", opened_at=MORNING, due_at=due
        )
    found = report()
    assert [(one.count, one.open) for one in found.incidents] == [(2, 1)]
    follow_ups = found.follow_ups
    assert (follow_ups.opened, follow_ups.open, follow_ups.overdue) == (2, 2, 1)


def test_the_number_of_queries_does_not_grow() -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            report()
        return len(captured)

    closed()
    few = asked()
    for _ in range(20):
        make_handoff(closed(), result=HandoffResult.NOBODY)
    assert asked() == few < 35

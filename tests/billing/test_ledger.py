"""Entering calls: once whatever is repeated, right however late, exact to the last."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.call_page import section
from billing.core.causes import Cause
from billing.core.units import Component
from billing.models import (
    CallSheet,
    Charge,
    DayPrice,
    DayTotal,
    NumberMonth,
    Price,
    RePricing,
    TestCaller,
)
from billing.services import cost_of_call, totals
from billing.services.keeping import fill_gaps, keep
from billing.services.ledger import enter
from billing.services.numbers import note_month
from billing.services.rebuild import rebuild
from billing.services.repricing import Wish, price_again
from billing.services.totals import By
from billing.tasks.ledger import keep_ledger, tidy_ledger
from calls.core.words import AttemptResult, CallState, EventKind, FollowUpKind
from calls.models import Call, Callback, EngineSession, FollowUp, HandoffAttempt, Usage
from routing.core.ruleset import Path
from tests.billing.ledger_rows import (
    after,
    answer,
    by_cause,
    by_component,
    call_rows,
    charge_rows,
    enter_all,
    journal,
    money_rows,
    over,
    say,
    set_prices,
)
from tests.billing.rows import make_usage, save_price
from tests.makers_calls import NOON, make_attempt, make_call, make_handoff
from tests.makers_routing import make_number

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


@pytest.fixture(autouse=True)
def prices() -> None:
    set_prices()


def whole() -> Decimal:
    (line,) = totals.sums(date(2000, 1, 1), date(2100, 1, 1))
    return line.amount


def test_all_that_a_call_used_is_entered_with_its_price() -> None:
    call = over(agent_key="7", language="en-US", release_number=3)
    say(call, 5, 10, 5, 2)
    journal(call, EventKind.CONNECTED, 1)
    journal(call, EventKind.SESSION_ENDED, 40, seconds=39)
    enter_all()
    assert by_component() == {
        Component.LANGUAGE_MODEL: Decimal("1.55"),
        Component.RELAY: 7,
        Component.INBOUND_LEG: 2,
    }
    sheet = CallSheet.objects.get(call=call)
    assert (sheet.amount, sheet.agent, sheet.release) == (Decimal("10.55"), "7", 3)
    charge = Charge.objects.get(component="language_model")
    assert charge.lines["text_cached"] == ["5", "0.050000000000"]
    assert (charge.tokens_in, charge.tokens_cached) == (10, 5)
    leg = Charge.objects.get(component="inbound_leg")
    assert leg.figures == {"seconds": 61}
    assert DayPrice.objects.filter(day=TODAY, amount=None).count() == 0


def test_entering_again_changes_nothing() -> None:
    call = over()
    say(call, 5, 10, 5, 2)
    enter_all()
    before = charge_rows(), money_rows(), call_rows()
    enter([call.pk, call.pk], after(900))
    enter_all()
    assert (charge_rows(), money_rows(), call_rows()) == before


def test_late_usage_and_a_late_length_correct_the_ledger() -> None:
    call = over(carrier_seconds=None)
    enter_all()
    say(call, 5, 10, 0, 0)
    Call.objects.update(carrier_seconds=121)
    enter_all()
    late = charge_rows(), money_rows(), call_rows()
    rebuild(after(900))
    assert (charge_rows(), money_rows(), call_rows()) == late
    assert by_component()[Component.INBOUND_LEG] == 3


def test_what_is_corrected_to_be_less_is_less_everywhere() -> None:
    call = over()
    say(call, 5, 10, 0, 0)
    enter_all()
    Usage.objects.update(figures=answer(4, 0, 0))
    enter_all()
    assert by_component()[Component.LANGUAGE_MODEL] == Decimal("0.4")
    Usage.objects.all().delete()
    enter_all()
    assert by_component() == {Component.INBOUND_LEG: 2}


def test_a_call_that_ends_moves_from_nowhere_to_its_disposition() -> None:
    call = make_call(state=CallState.LIVE, answered_at=NOON)
    enter([call.pk], after(30))
    (line,) = totals.calls(TODAY, TODAY, By.DISPOSITION)
    assert (line.key, line.calls) == (("",), 1)
    Call.objects.update(
        state=CallState.CLOSED,
        disposition="resolved",
        over_at=after(61),
        closed_at=after(62),
    )
    enter_all()
    lines = [x for x in totals.calls(TODAY, TODAY, By.DISPOSITION) if x.calls]
    assert [(x.key, x.calls, x.contained) for x in lines] == [(("resolved",), 1, 1)]
    money = [x for x in totals.sums(TODAY, TODAY, By.DISPOSITION) if x.amount]
    assert [(*x.key, str(x.amount)) for x in money] == [("resolved", f"{2:.12f}")]
    assert CallSheet.objects.get().settled


def test_what_has_no_price_is_counted_as_that_and_not_as_nothing() -> None:
    say(over(), 5, 10, 0, 2, item="gpt-9-nova")
    enter_all()
    (line,) = totals.sums(TODAY, TODAY)
    assert (line.amount, line.gaps) == (Decimal(2), 2)
    missing = totals.without_price(TODAY, TODAY)
    assert [(x.item, x.unit, x.days) for x in missing] == [
        ("gpt-9-nova", "text_in", 1),
        ("gpt-9-nova", "text_out", 1),
    ]


def test_a_price_that_was_missing_is_filled_in_when_it_is_there() -> None:
    say(over(), 5, 10, 0, 0, item="gpt-9-nova")
    enter_all()
    assert fill_gaps(after(900)) == 0
    save_price(item="gpt-9-nova", amount="3")
    assert fill_gaps(after(900)) == 1
    (line,) = totals.sums(TODAY, TODAY)
    assert (line.amount, line.gaps) == (Decimal(32), 0)


def test_a_price_changed_later_never_alters_a_priced_day() -> None:
    say(over(), 5, 10, 0, 0)
    enter_all()
    before = whole()
    Price.objects.filter(unit="text_in").update(amount=50)
    save_price(
        item="gpt-6-luna", unit="text_in", amount="70", valid_from=date(2026, 6, 1)
    )
    enter_all()
    assert whole() == before
    say(over(), 6, 10, 0, 0)
    enter_all()
    assert whole() == 2 * before
    assert rebuild(after(900)).after == 2 * before
    assert whole() == 2 * before


def test_asked_to_price_days_again_it_does_and_keeps_a_record() -> None:
    say(over(), 5, 10, 0, 0)
    other = over(offered_at=NOON - timedelta(days=3))
    Call.objects.filter(pk=other.pk).update(
        answered_at=NOON - timedelta(days=3), over_at=NOON - timedelta(days=3)
    )
    enter_all()
    assert whole() == 5
    Price.objects.update(amount=100)
    wish = Wish(TODAY, TODAY, "The contract was signed late.", "ana")
    price_again(wish, after(900))
    record = RePricing.objects.get()
    assert (record.before, record.after) == (Decimal(3), Decimal(1200))
    assert record.charges == 2
    assert (record.asked_by, record.why) == ("ana", wish.why)
    assert whole() == 1202
    moved = charge_rows(), money_rows(), call_rows()
    rebuild(after(900))
    assert (charge_rows(), money_rows(), call_rows()) == moved


def test_usage_of_odd_kinds_is_kept_and_named() -> None:
    call = over()
    odd: list[object] = [{}, [], "x", {"input_tokens": -1}, {"carrots": 3}, 0]
    for figures in odd:
        make_usage(call, figures)
    make_usage(call, {"seconds": 5}, provider="twilio", item="fax")
    make_usage(call, {"seconds": 5}, provider="acme", item="fax")
    enter_all()
    (line,) = totals.sums(TODAY, TODAY)
    assert line.amount == 2
    assert line.gaps >= 8
    assert rebuild(after(900)).after == 2


def test_a_number_is_charged_once_a_month() -> None:
    number = make_number()
    assert note_month(TODAY) == 1
    assert note_month(TODAY + timedelta(days=1)) == 0
    assert note_month(date(2026, 12, 1)) == 1
    lines = totals.sums(date(2026, 11, 1), date(2026, 12, 31), By.DAY, By.NUMBER)
    assert [x.key for x in lines] == [
        (date(2026, 11, 1), number.e164),
        (date(2026, 12, 1), number.e164),
    ]
    assert {x.amount for x in lines} == {Decimal(30)}
    before = money_rows()
    rebuild(after(900))
    assert money_rows() == before
    number.delete()
    assert NumberMonth.objects.count() == 2


def test_a_month_without_calls_is_empty() -> None:
    assert rebuild(after(900)).calls == 0
    costs = totals.unit_costs(date(2026, 2, 1), date(2026, 2, 28))
    assert (costs.total.amount, costs.calls.calls) == (Decimal(0), 0)
    assert costs.per_call() is costs.per_contained() is costs.per_lead() is None
    assert totals.sums(date(2026, 2, 1), date(2026, 2, 28), By.CAUSE) == []


def test_costs_for_each_call_contained_handed_off_and_lead() -> None:
    over()
    over()
    over(disposition="handed_off")
    lead = over(disposition="spam")
    FollowUp.objects.create(
        call=lead,
        kind=FollowUpKind.LEAD,
        owner="Sales",
        opened_at=NOON,
        due_at=NOON,
    )
    enter_all()
    costs = totals.unit_costs(TODAY, TODAY)
    assert [costs.per_call(), costs.per_contained()] == [Decimal(2), Decimal(4)]
    assert costs.per_handoff() == costs.per_lead() == 8


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 11, 1, 3, 59, tzinfo=UTC), date(2026, 10, 31)),
        (datetime(2026, 11, 1, 4, 0, tzinfo=UTC), date(2026, 11, 1)),
        (datetime(2026, 11, 2, 4, 59, tzinfo=UTC), date(2026, 11, 1)),
        (datetime(2026, 11, 2, 5, 0, tzinfo=UTC), date(2026, 11, 2)),
    ],
)
def test_the_day_on_which_clocks_change_has_25_hours(at: datetime, day: date) -> None:
    call = over(offered_at=at, time_zone="America/New_York", answered_at=at)
    Call.objects.update(over_at=at + timedelta(seconds=61))
    enter_all()
    assert [x.key for x in totals.sums(day, day, By.DAY)] == [(day,)]
    assert CallSheet.objects.get(call=call).day == day


def test_the_leg_to_a_voice_model_is_measured_by_us() -> None:
    call = over(path=Path.SIP)
    EngineSession.objects.create(call=call, accepted_at=NOON, over_at=after(59))
    enter_all()
    assert by_component()[Component.SIP_LEG] == Decimal("0.5")
    assert Charge.objects.get(component="sip_leg").estimated


def test_it_finds_what_is_new_by_itself() -> None:
    call = over()
    assert keep(after(600)) == 1
    assert keep(after(600)) == 0
    say(call, 5, 10, 0, 0)
    assert keep(after(600)) == 1
    assert whole() == 3
    live = make_call(state=CallState.LIVE, answered_at=NOON)
    assert keep(after(61)) == keep(after(62)) == 1
    assert CallSheet.objects.get(call=live).amount == 2
    Call.objects.filter(pk=call.pk).update(carrier_seconds=181)
    Callback.objects.create(
        key="k", endpoint="status", call_sid=call.carrier_sid, params={}
    )
    keep(after(63))
    assert CallSheet.objects.get(call=call).amount == 5


def test_a_contact_who_took_the_caller_is_a_leg_of_the_ledger() -> None:
    call = over()
    make_attempt(make_handoff(call), result=AttemptResult.ACCEPTED, seconds=70)
    enter_all()
    assert by_component()[Component.OUTBOUND_LEG] == 4


FIGURES = st.one_of(
    st.builds(answer, st.integers(0, 5000), st.integers(0, 5000), st.integers(0, 500)),
    st.fixed_dictionaries({"input_tokens": st.integers(-5, 5)}),
)
EVENTS = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 2]),
        st.integers(0, 90),
        st.sampled_from(["gpt-6-luna", "gpt-9-nova"]),
        FIGURES,
        st.booleans(),
    ),
    max_size=8,
)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(events=EVENTS, pieces=st.integers(1, 3), data=st.data())
def test_order_and_repetition_never_matter_and_parts_are_the_whole(
    events: list[tuple[int, int, str, object, bool]],
    pieces: int,
    data: st.DataObject,
) -> None:
    Call.objects.all().delete()
    DayTotal.objects.all().delete()
    calls = [over(), over(disposition="spam"), make_call(state=CallState.LIVE)]
    shuffled = data.draw(st.permutations(events))
    for number, (which, at, item, figures, estimated) in enumerate(shuffled):
        name = f"e{events.index((which, at, item, figures, estimated))}-{number}"
        make_usage(
            calls[which],
            figures,
            at=after(at),
            item=item,
            estimated=estimated,
            provider_id=name,
        )
        if number % pieces == 0:
            enter([calls[which].pk], after(600))
    enter_all()
    piecemeal = charge_rows(), money_rows()
    sheets = CallSheet.objects.values_list("call", "amount")
    for key, amount in sheets:
        parts = Charge.objects.filter(call=key)
        assert sum(c.amount for c in parts) == amount
        for charge in parts:
            lines = sum(Decimal(line[1]) for line in charge.lines.values())
            causes = sum(Decimal(part) for part in charge.causes.values())
            assert charge.amount == lines
            assert not charge.causes or causes == lines
    assert sum(amount for _, amount in sheets) == whole()
    rebuild(after(600))
    assert (charge_rows(), money_rows()) == piecemeal


def test_the_command_rebuilds_and_says_that_nothing_has_changed() -> None:
    say(over(), 5, 10, 5, 2)
    enter_all()
    before = charge_rows(), money_rows(), call_rows()
    out = StringIO()
    call_command("rebuild_ledger", stdout=out)
    assert "Entered 1 calls with 1 rows of usage" in out.getvalue()
    assert "All of it is $3.55, as before." in out.getvalue()
    assert (charge_rows(), money_rows(), call_rows()) == before


def test_the_command_says_when_the_sums_have_changed() -> None:
    say(over(), 5, 10, 5, 2)
    out = StringIO()
    call_command("rebuild_ledger", stdout=out)
    assert "All of it was $0.00 and is $3.55 now." in out.getvalue()
    assert whole() == Decimal("3.55")


def test_the_tasks_enter_what_is_new() -> None:
    over()
    make_number()
    keep_ledger()
    tidy_ledger()
    assert {c.component for c in Charge.objects.all()} == {"inbound_leg", "number"}


def test_causes_are_found_in_what_the_call_has_recorded() -> None:
    spam, ghost = over(disposition="spam"), over(disposition="caller_hung_up_early")
    TestCaller.objects.create(number="+1415*")
    over(caller="+14155550101")
    spoke = over(disposition="caller_hung_up_early")
    journal(spoke, EventKind.CALLER_SAID, 3, text="hello")
    silent = over(carrier_seconds=60)
    journal(silent, EventKind.AGENT_SAID, 10, text="Hello?")
    journal(silent, EventKind.PRODUCT_SAID, 25, text="Still there?", why="silence")
    handed = over(carrier_seconds=120)
    attempt = make_attempt(make_handoff(handed), result=AttemptResult.ACCEPTED)
    HandoffAttempt.objects.filter(pk=attempt.pk).update(
        started_at=after(20), finished_at=after(120), seconds=90
    )
    failing = over(carrier_seconds=0)
    journal(failing, EventKind.MODEL_FAILED, 4, reason="error", turn=1)
    say(failing, 5, 10, 0, 0)
    enter_all()
    assert by_cause() == {
        Cause.SPAM: 2,
        Cause.GHOST: 2,
        Cause.TEST: 2,
        Cause.SILENCE: Decimal("0.25"),
        Cause.TRANSFER_TAIL: Decimal("1.5") + 4,
        Cause.MODEL_RETRY: 1,
        Cause.CONVERSATION: 2 + Decimal("0.75") + Decimal("0.5"),
    }
    assert {spam.pk, ghost.pk} <= set(CallSheet.objects.values_list("call", flat=True))
    moved = charge_rows(), money_rows(), call_rows()
    rebuild(after(900))
    assert (charge_rows(), money_rows(), call_rows()) == moved


def test_the_page_of_a_call_agrees_with_the_ledger() -> None:
    call = over()
    say(call, 5, 2000, 1024, 2)
    say(call, 6, 2100, 0, 2)
    enter_all()
    known = cost_of_call(call.pk)
    sheet = CallSheet.objects.get(call=call)
    assert known.cost.total == sum(known.causes.values()) == sheet.amount
    assert dict(known.causes) == dict(by_cause())
    assert Cause.CACHE_LOST in known.causes
    assert "Cache lost in the middle of a call" in section(call.pk)

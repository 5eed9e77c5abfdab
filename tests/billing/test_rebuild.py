"""The ledger made anew, and days priced again, while calls go on and steps are lost."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from threading import Event, Thread

import pytest
import time_machine
from django.db import connection, connections, transaction
from pytest_django import DjangoCaptureOnCommitCallbacks

from billing.models import CallSheet, Charge, Price, RePricing
from billing.services import repricing
from billing.services.keeping import keep
from billing.services.ledger import enter
from billing.services.locks import lock_alone, share_lock
from billing.services.rebuild import pieces, rebuild
from billing.services.repricing import Wish, price_again
from billing.tasks.ledger import price_days_again, tidy_ledger
from calls.models import Call, Usage
from tests.billing.ledger_rows import (
    after,
    call_rows,
    charge_rows,
    enter_all,
    money_rows,
    over,
    say,
    set_prices,
)
from tests.makers_calls import NOON

TODAY = NOON.date()
WISH = Wish(TODAY, TODAY, "The contract was signed late.", "ana")
GIVE_UP_SECONDS = 60.0


def ledger() -> tuple[object, ...]:
    return charge_rows(), money_rows(), call_rows()


def priced_calls(number: int) -> list[Call]:
    set_prices()
    calls = [over() for _ in range(number)]
    for call in calls:
        say(call, 5, 10, 0, 0)
    enter_all()
    return calls


def until_told(step: int) -> Iterator[float]:
    """A clock that says the time is over after so many looks at it."""
    return (0.0 if looks < step else 2.0 for looks in count())


@pytest.mark.django_db(transaction=True)
def test_calls_are_entered_once_while_the_ledger_is_rebuilt() -> None:
    calls = priced_calls(8)
    first, enough = Event(), Event()

    def live() -> None:
        for number in count():
            say(calls[number % len(calls)], 6 + number % 50, 7, 0, 0)
            if number % 3 == 0:
                say(over(), 5, 10, 0, 0)
            keep(after(600))
            first.set()
            if enough.is_set():
                break
        connections.close_all()

    thread = Thread(target=live)
    thread.start()
    try:
        assert first.wait(GIVE_UP_SECONDS)
        for _ in range(5):
            rebuild(after(900), batch=3)
    finally:
        enough.set()
        thread.join(GIVE_UP_SECONDS)
    keep(after(1000))
    entered = ledger()
    used = set(Usage.objects.values_list("provider_id", flat=True))
    legs = {f"leg:{key}" for key in Call.objects.values_list("pk", flat=True)}
    assert sorted(Charge.objects.values_list("key", flat=True)) == sorted(used | legs)
    rebuild(after(1100))
    assert ledger() == entered


@pytest.mark.django_db
def test_what_is_right_is_not_written_again() -> None:
    priced_calls(3)
    right = ledger()
    wrong, gone, copied, *_ = sorted(row_places())
    Charge.objects.filter(key=wrong).update(amount=7, tokens_in=1)
    Charge.objects.filter(key=gone).delete()
    stray = Charge.objects.get(key=copied)
    stray.pk, stray.key = None, "resp_that_nobody_used"
    stray.save()
    before = row_places()
    rebuild(after(900))
    assert ledger() == right
    moved = {key for key, place in row_places().items() if before.get(key) != place}
    assert moved == {wrong, gone}


def row_places() -> dict[str, str]:
    """By key; a row that is written again has another place."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT key, ctid::text FROM billing_charge")
        return dict(cursor.fetchall())


@pytest.mark.django_db(transaction=True)
def test_totals_are_added_up_when_nobody_moves_them() -> None:
    (call,) = priced_calls(1)
    with ThreadPoolExecutor(1) as elsewhere, transaction.atomic():
        lock_alone()
        say(call, 6, 10, 0, 0)
        entering = elsewhere.submit(enter_and_leave, call.pk)
        wait_for_a_lock()
        assert Charge.objects.filter(call=call).count() == 2
    assert entering.result(GIVE_UP_SECONDS) == 1
    assert Charge.objects.filter(call=call).count() == 3


def enter_and_leave(key: int) -> int:
    try:
        return enter([key], after(700))
    finally:
        connections.close_all()


def wait_for_a_lock() -> None:
    waiting = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    with connection.cursor() as cursor:
        for _ in range(100_000):
            if cursor.execute(waiting).fetchone():
                return
    raise AssertionError("nobody waits for the lock")


@pytest.mark.django_db(transaction=True)
def test_those_who_enter_do_not_wait_for_each_other() -> None:
    calls = priced_calls(2)
    with ThreadPoolExecutor(1) as elsewhere, transaction.atomic():
        share_lock()
        enter([calls[0].pk], after(700))
        other = elsewhere.submit(enter_and_leave, calls[1].pk)
        assert other.result(GIVE_UP_SECONDS) == 1


@pytest.mark.django_db
def test_what_stands_wrongly_is_put_right() -> None:
    calls = priced_calls(3)
    right = ledger()
    Charge.objects.filter(call=calls[0]).delete()
    Charge.objects.filter(call=calls[1]).update(amount=77, cause="spam")
    CallSheet.objects.filter(call=calls[2]).update(day=TODAY + timedelta(days=9))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE billing_daytotal SET amount = 5, day = day - 30")
    rebuild(after(900))
    assert ledger() == right


@pytest.mark.django_db
def test_days_are_priced_again_in_steps_that_go_on_where_the_last_one_ended() -> None:
    priced_calls(3)
    Price.objects.filter(unit="text_in").update(amount=5)
    asked = repricing.ask(WISH, after(700))
    looks = until_told(0)
    assert not repricing.step(asked.pk, after(700), until=1, clock=lambda: next(looks))
    asked.refresh_from_db()
    assert (asked.calls, asked.calls_done) == (3, 0)
    assert asked.before == 9
    assert RePricing.objects.filter(after=None).exists()
    looks = until_told(1)
    assert not repricing.step(asked.pk, after(760), until=1, clock=lambda: next(looks))
    asked.refresh_from_db()
    assert (asked.calls_done, asked.moved_at) == (3, after(760))
    looks = until_told(1)
    assert repricing.step(asked.pk, after(800), until=1, clock=lambda: next(looks))
    asked.refresh_from_db()
    assert asked.finished_at == after(800)
    assert asked.after == 3 * (50 + 2)
    assert repricing.step(asked.pk, after(900))
    done = ledger()
    rebuild(after(900))
    assert ledger() == done


@pytest.mark.django_db
def test_who_comes_second_with_a_piece_counts_nothing() -> None:
    calls = priced_calls(2)
    asked = repricing.ask(WISH, after(700))
    repricing.begin(asked.pk, after(700))
    (piece,) = pieces([call.pk for call in calls], after(700))
    assert repricing.note_entered(asked.pk, piece) == 2
    assert repricing.note_entered(asked.pk, piece) == 2


@pytest.mark.django_db
def test_a_task_that_is_out_of_time_hands_over_to_the_next(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    priced_calls(1)
    asked = repricing.ask(WISH, after(700))
    with django_capture_on_commit_callbacks() as later:
        price_days_again(asked.pk, 0.0)
    assert len(later) == 1
    with django_capture_on_commit_callbacks() as later:
        price_days_again(asked.pk)
    assert later == []
    assert RePricing.objects.get().finished_at is not None


@pytest.mark.django_db
def test_a_step_that_was_lost_is_asked_for_again(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    priced_calls(1)
    asked = repricing.ask(WISH, after(0))
    assert repricing.lost(after(60)) == []
    assert repricing.lost(after(600)) == [asked.pk]
    with (
        time_machine.travel(after(600), tick=False),
        django_capture_on_commit_callbacks() as later,
    ):
        tidy_ledger()
    assert len(later) == 1
    repricing.step(asked.pk, after(600))
    assert repricing.lost(after(6000)) == []


@pytest.mark.django_db
def test_days_without_calls_are_priced_again_too() -> None:
    set_prices()
    record = price_again(WISH, after(700))
    assert record.before == record.after == record.calls == 0
    assert record.finished_at == after(700)

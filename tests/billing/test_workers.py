"""Helpers of a rebuild: new processes with Django, and pieces in their order."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Event

import pytest
from django.db import connection

from billing import workers
from billing.helper import entered
from billing.models import CallSheet, Charge, Price
from billing.services import repricing
from billing.services.rebuild import CALLS_A_BATCH, pieces, rebuild
from billing.services.rebuild_batches import Piece, lines_of
from billing.services.repricing import Wish
from billing.workers import AHEAD, in_order
from tests.billing.ledger_rows import (
    after,
    charge_rows,
    enter_all,
    over,
    say,
    set_prices,
)
from tests.makers_calls import NOON


def test_pieces_come_back_in_their_order_and_few_are_asked_for_ahead() -> None:
    asked: list[int] = []
    gate = Event()

    def pieces() -> Iterator[int]:
        for number in range(20):
            asked.append(number)
            yield number

    def work(number: int) -> int:
        assert gate.wait(30)
        return number * 2

    with ThreadPoolExecutor(2) as pool:
        found = in_order(pool, 2, work, pieces())
        gate.set()
        assert next(found) == 0
        assert len(asked) == 2 + AHEAD + 1
        assert list(found) == [2 * number for number in range(1, 20)]


def tell_helpers_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are programs of their own, which know of tests nothing."""
    own = connection.settings_dict
    url = f"postgres://{own['USER']}@/{own['HOST']}/{own['NAME']}"
    monkeypatch.setenv("DATABASE_URL", url)


@pytest.mark.django_db(transaction=True)
def test_helpers_enter_what_the_rebuild_itself_would(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_prices()
    for _ in range(5):
        call = over(language="tab\there")
        say(call, 5, 2000, 1024, 2)
    tell_helpers_the_database(monkeypatch)
    assert rebuild(after(600), processes=2, batch=2).calls == 5
    by_helpers = charge_rows(), list(CallSheet.objects.order_by("pk").values())
    assert {sheet["language"] for sheet in by_helpers[1]} == {"tab\there"}
    CallSheet.objects.all().delete()
    Charge.objects.all().delete()
    rebuild(after(600))
    assert (charge_rows(), list(CallSheet.objects.order_by("pk").values())) == (
        by_helpers
    )


@pytest.mark.django_db(transaction=True)
def test_helpers_price_days_again_as_one_process_would(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_prices()
    calls = [over() for _ in range(9)]
    for call in calls:
        say(call, 5, 10, 0, 0)
    enter_all()
    Price.objects.filter(unit="text_in").update(amount=5)
    tell_helpers_the_database(monkeypatch)
    day = NOON.date()
    asked = repricing.ask(Wish(day, day, "It was wrong.", "ana"), after(700))
    assert repricing.step(asked.pk, after(700), processes=2, batch=1)
    asked.refresh_from_db()
    assert (asked.calls_done, asked.last_call) == (9, calls[-1].pk)
    assert asked.after == 9 * (50 + 2)


def test_a_helper_that_is_lost_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "PROGRAM", ("head", "-n", "1"))
    with workers.helper() as work:
        assert work(b"one") == b"one\n"
        with pytest.raises(workers.HelperLostError):
            work(b"two")
    monkeypatch.setattr(workers, "PROGRAM", ("false",))
    with pytest.raises(workers.HelperLostError), workers.helpers(2) as work_all:
        list(work_all([b"one"] * 5))


def test_a_piece_is_told_on_one_line() -> None:
    piece = Piece([3, 5], after(600))
    assert b"\n" not in piece.told()
    assert Piece.read(piece.told() + b"\n") == piece


@pytest.mark.django_db
def test_a_call_that_is_gone_by_now_is_left_out() -> None:
    set_prices()
    call = over()
    piece = Piece([call.pk, call.pk + 1], after(600))
    assert list(entered([piece.told()])) == [1]
    assert CallSheet.objects.get().call == call


def test_each_helper_gets_calls_of_other_days() -> None:
    calls = range(5 * CALLS_A_BATCH)
    begin = [p.calls[0] // CALLS_A_BATCH for p in pieces(calls, after(0), 2)]
    assert begin == [0, 3, 1, 4, 2]
    assert sorted(c for p in pieces(calls, after(0), 2) for c in p.calls) == [*calls]
    assert list(pieces([], after(0), 2)) == []


def test_values_are_told_as_the_database_reads_them() -> None:
    row = [1, None, True, "a\tb\\c\nd", {"k": "x\n"}, [["t", None]], "", Decimal("0.1")]
    assert lines_of([row]) == (
        b'1\t\\N\tTrue\ta\\tb\\\\c\\nd\t{"k":"x\\\\n"}\t[["t",null]]\t\t0.1\n'
    )

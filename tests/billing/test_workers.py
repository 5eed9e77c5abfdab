"""Helpers of a rebuild: new processes with Django, and pieces in their order."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Event

import pytest

from billing.models import CallSheet
from billing.services.rebuild import CALLS_A_BATCH, pieces
from billing.services.rebuild_batches import (
    Piece,
    enter_anew,
    enter_apart,
    known,
    lines_of,
)
from billing.workers import AHEAD, helpers, in_order
from tests.billing.ledger_rows import after, charge_rows, over, say, set_prices


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


def test_a_helper_is_a_process_that_knows_django() -> None:
    with helpers(1) as pool:
        piece = Piece([], after(0))
        assert list(in_order(pool, 1, type, [piece])) == [Piece]


@pytest.mark.django_db
def test_a_helper_enters_what_the_rebuild_itself_would() -> None:
    set_prices()
    call = over(language="tab\there")
    say(call, 5, 2000, 1024, 2)
    known.cache_clear()
    piece = Piece([call.pk], after(600))
    assert enter_apart(piece) == 1
    apart = charge_rows(), CallSheet.objects.values().get()
    assert apart[1]["language"] == "tab\there"
    assert enter_anew(piece, *known()) == 1
    assert (charge_rows(), CallSheet.objects.values().get()) == apart
    known.cache_clear()


@pytest.mark.django_db
def test_a_call_that_is_gone_by_now_is_left_out() -> None:
    set_prices()
    call = over()
    known.cache_clear()
    assert enter_anew(Piece([call.pk, call.pk + 1], after(600)), *known()) == 1
    assert CallSheet.objects.get().call == call
    known.cache_clear()


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

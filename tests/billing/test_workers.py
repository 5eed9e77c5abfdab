"""Helpers of a rebuild: new processes with Django, and pieces in their order."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from billing.services.rebuild_batches import (
    Piece,
    known,
    lines_of,
    work_out,
    work_out_apart,
)
from billing.workers import AHEAD, helpers, in_order
from tests.billing.ledger_rows import after, over, say, set_prices


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
def test_a_helper_works_out_what_the_rebuild_itself_would() -> None:
    set_prices()
    call = over(language="tab\there")
    say(call, 5, 2000, 1024, 2)
    known.cache_clear()
    piece = Piece([call.pk], after(600))
    apart = work_out_apart(piece)
    assert apart == work_out(piece, *known())
    assert apart.calls == 1
    known.cache_clear()


def test_values_are_told_as_the_database_reads_them() -> None:
    row = [1, None, True, "a\tb\\c\nd", {"k": "x"}, [["t", None]], ""]
    assert lines_of([row]) == (
        b'1\t\\N\tTrue\ta\\tb\\\\c\\nd\t{"k":"x"}\t[["t",null]]\t\n'
    )

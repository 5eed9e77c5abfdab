"""Two deliveries of one callback at the same moment."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from django.db import connection

from calls.models import Callback
from calls.services.inbox import Answer, Letter, answer_once

pytestmark = pytest.mark.django_db(transaction=True)

LETTER = Letter("voice", "voice:CA1", "CA1", {"CallSid": "CA1"})
PATIENCE = 10
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


class Slow:
    """An act that goes on until it is let go, and then answers or fails."""

    def __init__(self, *, fails: bool = False) -> None:
        self.begun, self.go = threading.Event(), threading.Event()
        self.fails = fails

    def __call__(self) -> Answer:
        self.begun.set()
        assert self.go.wait(PATIENCE)
        if self.fails:
            raise ValueError("it broke")
        return Answer("<first/>")


def second() -> Answer:
    return Answer("<second/>")


def deliver(act: Callable[[], Answer]) -> Answer:
    try:
        return answer_once(LETTER, act)
    finally:
        connection.close()


def wait_until_somebody_waits() -> None:
    """Until one transaction waits for the other, as the database sees it."""
    pause = threading.Event()
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute(WAITING)
            row = cursor.fetchone()
        if row and row[0]:
            return
        pause.wait(0.02)
    raise AssertionError("nobody waited")


def at_once(first: Slow) -> tuple[Future[Answer], Future[Answer]]:
    """Deliver the letter again while its first delivery is still acted on."""
    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(deliver, first)
        assert first.begun.wait(PATIENCE)
        other = pool.submit(deliver, second)
        wait_until_somebody_waits()
        first.go.set()
    return one, other


def test_the_second_delivery_waits_and_gets_the_same_answer() -> None:
    one, other = at_once(Slow())
    assert one.result() == other.result() == Answer("<first/>")
    row = Callback.objects.get()
    assert (row.repeats, row.answer, row.params) == (1, "<first/>", {"CallSid": "CA1"})


def test_if_the_first_delivery_fails_the_second_acts() -> None:
    one, other = at_once(Slow(fails=True))
    assert isinstance(one.exception(), ValueError)
    assert other.result() == Answer("<second/>")
    assert Callback.objects.get().answer == "<second/>"


def test_a_key_without_end_is_cut_alike_every_time() -> None:
    letter = Letter("status", "k" * 300, "", {})
    assert answer_once(letter, second) == answer_once(letter, lambda: Answer("no"))

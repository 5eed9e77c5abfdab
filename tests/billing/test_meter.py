"""The meter is asked by live calls: it never waits, never raises, never queries."""

import logging
import threading
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.utils.module_loading import import_string

from billing.core.pricing import PriceList
from billing.kept import Kept
from billing.meter import REFRESHED_AFTER, KeptPrices, PricedMeter
from billing.services import load_prices
from routing.core.standing import NO_BUDGETS
from tests.billing.makers import make_prices, used
from tests.billing.rows import save_price

ONE = used({"input_tokens": 1, "output_tokens": 0})
LONG = 10.0


class Shop:
    """A price list that is fetched when it is let, at a clock that is set."""

    def __init__(self) -> None:
        self.now = 100.0
        self.price = "1"
        self.broken = False
        self.fetches = 0
        self.open = threading.Event()
        self.open.set()
        self.kept = KeptPrices(self.fetch, lambda: self.now)
        self.meter = PricedMeter(self.kept)

    def fetch(self) -> PriceList:
        assert self.open.wait(LONG)
        self.fetches += 1
        if self.broken:
            raise OperationalError("the database is away")
        return make_prices(text_in=self.price)

    def ask(self) -> int | None:
        answer = self.meter.price(ONE)
        return None if answer is None else int(answer)

    def ask_and_wait(self) -> int | None:
        """What is answered once all that a question sets off is over."""
        self.ask()
        assert self.kept.wait(LONG)
        return self.ask()


def test_the_first_questions_have_no_answer_and_nobody_waits() -> None:
    shop = Shop()
    shop.open.clear()
    assert [shop.ask(), shop.ask(), shop.fetches] == [None, None, 0]
    shop.open.set()
    assert shop.ask_and_wait() == 1
    assert shop.fetches == 1


def test_nothing_is_fetched_before_somebody_asks() -> None:
    shop = Shop()
    assert shop.kept.wait(LONG)
    assert shop.fetches == 0


def test_the_list_is_fetched_again_after_a_few_seconds_only() -> None:
    shop = Shop()
    shop.ask_and_wait()
    shop.price = "2"
    shop.now += REFRESHED_AFTER - 0.1
    assert [shop.ask_and_wait(), shop.fetches] == [1, 1]
    shop.now += 0.1
    assert [shop.ask_and_wait(), shop.ask_and_wait(), shop.fetches] == [2, 2, 2]


def test_the_old_list_answers_while_the_new_one_is_fetched() -> None:
    shop = Shop()
    shop.ask_and_wait()
    shop.price = "2"
    shop.open.clear()
    shop.now += REFRESHED_AFTER
    assert [shop.ask(), shop.ask()] == [1, 1]
    shop.open.set()
    assert shop.ask_and_wait() == 2


def test_a_fetch_that_hangs_is_not_joined_by_another() -> None:
    shop = Shop()
    shop.open.clear()
    for _ in range(3):
        shop.ask()
        shop.now += REFRESHED_AFTER
    shop.now -= REFRESHED_AFTER
    shop.open.set()
    assert shop.kept.wait(LONG)
    assert shop.fetches == 1


def test_the_old_list_stays_while_the_database_is_away(
    caplog: pytest.LogCaptureFixture,
) -> None:
    shop = Shop()
    shop.ask_and_wait()
    shop.broken = True
    shop.now += REFRESHED_AFTER
    assert shop.ask_and_wait() == 1
    assert [r.levelno for r in caplog.records] == [logging.ERROR]
    shop.broken, shop.price = False, "3"
    shop.now += REFRESHED_AFTER
    assert shop.ask_and_wait() == 3


def test_a_database_that_was_away_from_the_beginning_is_asked_again() -> None:
    shop = Shop()
    shop.broken = True
    assert shop.ask_and_wait() is None
    shop.broken = False
    assert shop.ask_and_wait() is None
    shop.now += REFRESHED_AFTER
    assert shop.ask_and_wait() == 1


def test_a_machine_without_threads_answers_from_what_it_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shop = Shop()
    shop.ask_and_wait()
    shop.price = "2"

    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    shop.now += REFRESHED_AFTER
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse)
        assert shop.ask_and_wait() == 1
    shop.now += REFRESHED_AFTER
    assert shop.ask_and_wait() == 2


def test_who_asks_while_a_fetch_is_being_begun_is_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = Kept("number", lambda: 7, fresh_for=60, stale_after=5, patience=LONG)
    start, others = threading.Thread.start, list[int | None]()

    def ask_first(thread: threading.Thread) -> None:
        others.append(kept.current())
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", ask_first)
    assert kept.current() == 7
    assert others == [None]


def test_what_has_no_price_is_none_and_not_zero() -> None:
    shop = Shop()
    shop.ask_and_wait()
    assert shop.meter.price(used(ONE.figures, "gpt-9-nova")) is None
    assert shop.meter.price(used({"carrots": 1})) is None


def test_the_question_about_budgets_brings_the_prices() -> None:
    shop = Shop()
    assert shop.meter.budgets() == NO_BUDGETS
    assert shop.kept.wait(LONG)
    assert shop.fetches == 1


@pytest.mark.django_db(transaction=True)
def test_the_settings_name_a_meter_that_reads_the_table() -> None:
    load_prices()
    kept = KeptPrices()
    meter = import_string(settings.CALLS_METER)(kept)
    at = datetime(2026, 11, 22, tzinfo=UTC)
    minute = used({"seconds": 1}, "voice_inbound", provider="twilio", at=at)
    meter.price(minute)
    assert kept.wait(LONG)
    assert meter.price(minute) == Decimal("0.0085")


@pytest.mark.django_db(transaction=True)
def test_a_restarted_database_is_found_again() -> None:
    now = [0.0]
    kept = KeptPrices(clock=lambda: now[0])
    meter = PricedMeter(kept)
    meter.price(ONE)
    assert kept.wait(LONG)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    save_price(item="gpt-6-luna", valid_from=ONE.at.date(), amount="7")
    now[0] += REFRESHED_AFTER
    meter.price(ONE)
    assert kept.wait(LONG)
    assert meter.price(ONE) == 7

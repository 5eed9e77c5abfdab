"""The measuring itself, in a process whose settings name the bench's own database.

It prints one JSON object; its memory is that of this process alone.
"""

import json
import resource
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from statistics import median
from time import perf_counter
from typing import TypeVar, cast

import django

django.setup()

from django.db import connection  # noqa: E402  (Django must be set up before)
from django.test.utils import CaptureQueriesContext  # noqa: E402

from bench.money_rows import load  # noqa: E402
from billing.core.pricing import price_usage  # noqa: E402
from billing.core.report_period import Period  # noqa: E402
from billing.meter import PricedMeter  # noqa: E402
from billing.models import Budget, DayTotal, Price  # noqa: E402
from billing.services import price_list, totals  # noqa: E402
from billing.services.rebuild import rebuild  # noqa: E402
from billing.services.report_figures import make_report  # noqa: E402
from billing.services.report_making import Style, mail_about  # noqa: E402
from billing.services.repricing import Wish, price_again  # noqa: E402
from billing.services.totals import By  # noqa: E402
from calls.core.meter import Measured  # noqa: E402

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
ZONE = "America/New_York"
# Where days begin at other moments, so that the totals of a day are of no use.
ELSEWHERE = "Europe/Berlin"
DAY = date(2026, 11, 19)
MONTH = date(2026, 10, 1), date(2026, 10, 31)
PRICINGS, ASKED = 20_000, 20_000
WRITTEN = 300_000
ONCE_MORE = "INSERT INTO written SELECT * FROM billing_charge LIMIT %s"
Found = TypeVar("Found")
STARTED = perf_counter()
MEASURED = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)


def timed(work: Callable[[], Found]) -> tuple[float, Found]:
    began = perf_counter()
    found = work()
    return perf_counter() - began, found


def shortest(work: Callable[[], object], times: int = 3) -> float:
    """The first run warms the caches of the database up."""
    return median(timed(work)[0] for _ in range(times))


def figures(seconds: int) -> dict[str, object]:
    return {
        "input_tokens": 2000 + seconds,
        "input_tokens_details": {"cached_tokens": 1024},
        "output_tokens": 40,
    }


def price_one() -> float:
    """Microseconds for one event."""
    prices = price_list()
    events = [
        Measured("openai", "gpt-6-luna", figures(n), NOW) for n in range(PRICINGS)
    ]
    seconds, _ = timed(lambda: [price_usage(event, prices) for event in events])
    return seconds / PRICINGS * 1e6


def multiply_one() -> float:
    """Microseconds to multiply the same three figures by exact prices, and no more."""
    prices = [Decimal(price) / 10**6 for price in ("0.1", "0.01", "0.5")]
    events = [figures(n) for n in range(PRICINGS)]

    def multiply() -> None:
        for event in events:
            details = cast(dict[str, int], event["input_tokens_details"])
            taken, given = cast(int, event["input_tokens"]), event["output_tokens"]
            cached = details["cached_tokens"]
            counts = (taken - cached, cached, cast(int, given))
            amounts = (Decimal(n) * p for n, p in zip(counts, prices, strict=True))
            sum(amounts, Decimal(0))

    seconds, _ = timed(multiply)
    return seconds / PRICINGS * 1e6


def write_again() -> float:
    """Charges a second that PostgreSQL itself writes into such a table."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE written (LIKE billing_charge INCLUDING ALL)")
        cursor.execute(ONCE_MORE, [WRITTEN])  # what is read is in memory then
        cursor.execute("TRUNCATE written")
        seconds, _ = timed(lambda: cursor.execute(ONCE_MORE, [WRITTEN]))
        rows: int = cursor.rowcount
        cursor.execute("DROP TABLE written")
    return rows / seconds


def guard() -> dict[str, float]:
    """What a live call asks: the price of an event, and where the budgets stand."""
    Budget.objects.create(name="All", amount=Decimal(10**9))
    meter = PricedMeter()
    event = Measured("openai", "gpt-6-luna", figures(1), NOW)
    meter.budgets()
    meter._prices.wait(10)
    meter._budgets.wait(10)

    def ask() -> None:
        for _ in range(ASKED):
            meter.price(event)
            meter.budgets()

    with CaptureQueriesContext(connection) as queries:
        seconds, _ = timed(ask)
    return {"queries": len(queries), "guard_us": seconds / ASKED * 1e6}


def month_view() -> None:
    totals.unit_costs(*MONTH)
    for by in By:
        totals.sums(*MONTH, by)
    for by in (By.DAY, By.NUMBER, By.AGENT, By.DISPOSITION):
        totals.calls(*MONTH, by)


def run(calls: int, processes: int) -> dict[str, float]:
    tell("loading")
    loading, _ = timed(lambda: load(calls))
    tell("rebuilding")
    tell_figures(loading_s=loading)
    rebuilding, rebuilt = timed(
        lambda: rebuild(NOW, told_by(10_000), processes=processes)
    )
    tell_figures(rebuild_s=rebuilding, usage=rebuilt.usage)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    tell("reporting")
    night = Period(DAY, DAY, ZONE)
    whole = Period(*MONTH, ZONE)
    report = shortest(lambda: make_report(night, NOW))
    month_report = shortest(lambda: make_report(whole, NOW))
    elsewhere = Period(DAY, DAY, ELSEWHERE)
    other_days = shortest(lambda: make_report(elsewhere, NOW))
    mail = shortest(lambda: mail_about(night, NOW, (), Style(files=("csv", "xlsx"))))
    month = shortest(month_view)
    tell_figures(day=report, month_report=month_report, other_days=other_days)
    tell_figures(mail=mail, month=month)
    tell("pricing a month again")
    Price.objects.filter(item="gpt-6-luna").update(amount=Decimal("0.2"))
    wish = Wish(*MONTH, "A bench", "bench")
    again, record = timed(
        lambda: price_again(wish, NOW, told_by(10_000), processes=processes)
    )
    assert record.after != record.before
    return {
        "calls": rebuilt.calls,
        "usage": rebuilt.usage,
        "totals": DayTotal.objects.count(),
        "loading_s": loading,
        "rebuild_s": rebuilding,
        "rebuild_rows": rebuilt.usage / rebuilding,
        "charges_written": rebuilt.charges / rebuilding,
        "charges_copied": write_again(),
        "report_s": report,
        "month_report_s": month_report,
        "other_days_s": other_days,
        "mail_s": mail,
        "month_s": month,
        "again_s": again,
        "again_charges": record.charges,
        "price_us": price_one(),
        "multiply_us": multiply_one(),
        "memory_mb": max(memory(who) for who in MEASURED),
        **guard(),
    }


def memory(who: int) -> float:
    return resource.getrusage(who).ru_maxrss / 1024


def told_by(each: int) -> Callable[[int, int], None]:
    def progress(done: int, of: int) -> None:
        if done // each > (done - 1000) // each:
            tell(f"{done:,} of {of:,} calls")

    return progress


def tell(what: str) -> None:
    print(f"{perf_counter() - STARTED:5.0f} s  {what}", file=sys.stderr, flush=True)


def tell_figures(**found: float) -> None:
    """For who waits, and for a long run that ends before its table."""
    tell(", ".join(f"{name} {value:,.2f}" for name, value in found.items()))


if __name__ == "__main__":
    print(json.dumps(run(*map(int, sys.argv[1:]))))

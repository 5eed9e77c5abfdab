"""What the books cost: the ledger of a year, its reports, and the guard of a live call.

    python -m bench.money [--calls N] [--processes N] [--markdown]

A million calls with ten million rows of usage take about a quarter of an hour; fewer
calls are spread over the same year, so a day and a month of them are smaller too.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping

from bench.portal import ROOT, home, manage
from bench.table import Table, as_markdown, as_text
from bench.world import Ports
from phoneops.engines import Postgres

NO_PORTS = Ports(0, 0, 0, 0)
REPORT_S, MONTH_S, AGAIN_S = 2.0, 3.0, 60.0
PROCESSES = os.cpu_count() or 1
REBUILD_ROWS, MEMORY_MB, PRICE_US = 20_000, 500, 50


def measure(calls: int, processes: int = PROCESSES) -> Mapping[str, float]:
    with home(NO_PORTS) as found:
        postgres = Postgres(found.places)
        try:
            postgres.start()
            manage(found, "migrate", "-v", "0")
            done = subprocess.run(
                [
                    sys.executable,
                    "-m",
                    "bench.money_run",
                    str(calls),
                    str(processes),
                ],
                cwd=ROOT,
                env=dict(found.environment),
                stdout=subprocess.PIPE,
                check=True,
            )
        finally:
            postgres.stop()
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def money_table(found: Mapping[str, float]) -> Table:
    title = f"{found['calls']:,.0f} calls, {found['usage']:,.0f} rows of usage"
    table = Table(title)
    for figure, key, most in (
        ("nightly report for one day", "report_s", REPORT_S),
        ("the same by the days of another zone", "other_days_s", REPORT_S),
        ("the same as a mail with charts and files", "mail_s", REPORT_S),
        ("report for a month", "month_report_s", MONTH_S),
        ("totals of a month by everything", "month_s", MONTH_S),
        ("pricing a month again", "again_s", AGAIN_S),
    ):
        value = found[key]
        table.add(
            figure, f"{value:.2f} s", target=f"at most {most:g} s", met=value <= most
        )
    rows = found["rebuild_rows"]
    table.add(
        "rebuilding, rows of usage a second",
        f"{rows:,.0f}",
        target=f"at least {REBUILD_ROWS:,}",
        met=rows >= REBUILD_ROWS,
    )
    ours, theirs = found["charges_written"], found["charges_copied"]
    table.add(
        "the same in charges written a second",
        f"{ours:,.0f}",
        f"{theirs:,.0f}",
        f"{ours / theirs:.2f} times",
    )
    memory = found["memory_mb"]
    table.add(
        "memory at most",
        f"{memory:.0f} MB",
        target=f"at most {MEMORY_MB} MB",
        met=memory <= MEMORY_MB,
    )
    price, least = found["price_us"], found["multiply_us"]
    table.add(
        "pricing one event",
        f"{price:.1f} µs",
        f"{least:.1f} µs",
        f"{price / least:.1f} times",
        f"at most {PRICE_US} µs",
        met=price <= PRICE_US,
    )
    table.add(
        "queries of the cost guard of a call",
        f"{found['queries']:.0f}",
        target="none",
        met=not found["queries"],
    )
    table.add("asking the cost guard", f"{found['guard_us']:.0f} µs")
    table.add("loading the rows", f"{found['loading_s']:.0f} s")
    return table


def main() -> None:
    parser = argparse.ArgumentParser("bench.money", description=__doc__)
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--processes", type=int, default=PROCESSES)
    given = parser.parse_args()
    table = money_table(measure(given.calls, given.processes))
    print(as_markdown(table) if given.markdown else as_text(table))


if __name__ == "__main__":
    main()

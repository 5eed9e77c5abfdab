"""What a manager waits for: dry runs, and the pages of a configuration of 500 rules.

    python -m bench.configuration [--calls N] [--markdown]

The dry run is measured by the processor time of the one process that does it; the
pages by the time the server takes, without a network and without a browser.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from bench.portal import ROOT, home, manage
from bench.table import Table, as_markdown, as_text
from bench.world import Ports
from phoneops.engines import Postgres, Valkey

NO_PORTS = Ports(0, 0, 0, 0)
CALLS_A_SECOND, PAGE_MS = 20_000, 300


def measure(calls: int) -> Mapping[str, Any]:
    with home(NO_PORTS) as found:
        engines = (Postgres(found.places), Valkey(found.places))
        try:
            for engine in engines:
                engine.start()
            manage(found, "migrate", "-v", "0")
            done = subprocess.run(
                [sys.executable, "-m", "bench.configuration_run", str(calls)],
                cwd=ROOT,
                env=dict(found.environment),
                stdout=subprocess.PIPE,
                check=True,
            )
        finally:
            for engine in engines:
                engine.stop()
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def configuration_tables(found: Mapping[str, Any]) -> list[Table]:
    return [dry_run_table(found), page_table(found)]


def dry_run_table(found: Mapping[str, Any]) -> Table:
    """The reference only reads the calls, which every dry run must."""
    table = Table(f"Dry run over {found['calls']:,} stored calls")
    for name, key in (
        ("of the demo", "few"),
        ("of 500 rules as in life", "many"),
        ("of 500 rules that are all asked", "worst"),
    ):
        table.add(
            f"{name}, calls a second",
            f"{found[key]:,.0f}",
            f"{found['read']:,.0f}",
            f"{found['read'] / found[key]:.1f} times",
            f"at least {CALLS_A_SECOND:,}",
            met=found[key] >= CALLS_A_SECOND,
        )
    return table


def page_table(found: Mapping[str, Any]) -> Table:
    """The reference is the same page with 50 rules."""
    table = Table("Pages of 500 rules, beside 50")
    for name, (few, many) in found["pages"].items():
        table.add(
            f"{name}, server time",
            f"{many['ms']:.0f} ms",
            f"{few['ms']:.0f} ms",
            f"{many['ms'] / few['ms']:.1f} times",
            f"at most {PAGE_MS} ms",
            met=many["ms"] <= PAGE_MS,
        )
        table.add(
            f"{name}, queries",
            f"{many['queries']}",
            f"{few['queries']}",
            target="the same",
            met=many["queries"] == few["queries"],
        )
    table.add("publishing", f"{found['publish_s']:.2f} s")
    table.add(
        f"reading a file of {found['file_lines']:,} lines and comparing it",
        f"{found['import_s']:.2f} s",
    )
    return table


def main() -> None:
    parser = argparse.ArgumentParser("python -m bench.configuration")
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--markdown", action="store_true")
    given = parser.parse_args()
    show = as_markdown if given.markdown else as_text
    print("\n".join(map(show, configuration_tables(measure(given.calls)))))


if __name__ == "__main__":
    main()

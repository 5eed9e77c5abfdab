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
from phoneops.engines import Postgres

NO_PORTS = Ports(0, 0, 0, 0)
CALLS_A_SECOND, PAGE_MS = 20_000, 300


def measure(calls: int) -> Mapping[str, Any]:
    with home(NO_PORTS) as found:
        postgres = Postgres(found.places)
        try:
            postgres.start()
            manage(found, "migrate", "-v", "0")
            done = subprocess.run(
                [sys.executable, "-m", "bench.configuration_run", str(calls)],
                cwd=ROOT,
                env=dict(found.environment),
                stdout=subprocess.PIPE,
                check=True,
            )
        finally:
            postgres.stop()
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def configuration_table(found: Mapping[str, Any]) -> Table:
    table = Table(f"A dry run over {found['calls']:,} calls, and pages of 500 rules")
    for name, key in (("the demo", "few"), ("500 rules, 50 calendars", "many")):
        table.add(
            f"dry run of {name}, calls a second",
            f"{found[key]:,.0f}",
            target=f"at least {CALLS_A_SECOND:,}",
            met=found[key] >= CALLS_A_SECOND,
        )
    for name, page in found["pages"].items():
        table.add(
            f"{name}, {page['queries']} queries",
            f"{page['ms']:.0f} ms",
            target=f"at most {PAGE_MS} ms",
            met=page["ms"] <= PAGE_MS,
        )
    table.add("publishing 500 rules", f"{found['publish_s']:.2f} s")
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
    table = configuration_table(measure(given.calls))
    print(as_markdown(table) if given.markdown else as_text(table))


if __name__ == "__main__":
    main()

"""`manage.py simulate`: simulated callers, with a table of what became of them.

The callers live in the simulator, a program of its own that plays the carrier and the
model; this command asks it for a batch over HTTP and shows how far it is.
"""

import json
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

LOOK_EVERY_S = 0.5
PATIENCE_S = 15.0
BAR = 30
SHOWN_FAILURES = 10
DEMO: dict[str, object] = {
    "scenario": "all",
    "paths": "relay,sip",
    "concurrency": 4,
    "speed": 4,
}
Json = dict[str, Any]


class Simulator:
    """The control API of the simulator on this machine."""

    def __init__(self, port: int) -> None:
        self.origin = f"http://127.0.0.1:{port}/simulator"
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def ask(self, path: str, body: object = None, method: str = "") -> Any:
        request = urllib.request.Request(
            self.origin + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
            method=method or ("GET" if body is None else "POST"),
        )
        try:
            with self._opener.open(request, timeout=10) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise CommandError(json.load(error)["error"]) from None
        except OSError as error:
            raise CommandError(
                f"The simulator does not answer on {self.origin} ({error}). `make run` "
                "starts it where no provider keys are set."
            ) from None

    def wait(self, patience: float) -> None:
        """Give a simulator that is just starting a moment."""
        deadline = time.monotonic() + patience
        while True:
            try:
                self.ask("/")
            except CommandError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(LOOK_EVERY_S)
            else:
                return


def progress(batch: Json, seconds: float) -> str:
    done, total = batch["finished"], batch["total"]
    filled = BAR * done // total
    return (
        f"[{'#' * filled}{'.' * (BAR - filled)}] {done} of {total} calls over, "
        f"{batch['started'] - done} going on, {seconds:.0f} s"
    )


def table(calls: list[Json]) -> Iterator[str]:
    """One row per scenario: how many, how many as expected, how they ended."""
    by_scenario: defaultdict[str, list[Json]] = defaultdict(list)
    for call in calls:
        by_scenario[call["scenario"]].append(call)
    width = max([len(name) for name in by_scenario] + [8])
    yield f"{'scenario':{width}}  calls    ok  seconds  outcomes"
    for name, group in sorted(by_scenario.items()):
        ok = sum(call["ok"] for call in group)
        middle = sorted(call["duration_s"] for call in group)[len(group) // 2]
        outcomes = Counter(call["outcome"] for call in group)
        shown = ", ".join(
            name if len(outcomes) == 1 else f"{name} {count}"
            for name, count in outcomes.most_common()
        )
        yield f"{name:{width}}  {len(group):5}  {ok:4}  {middle:7.1f}  {shown}"


def failures(calls: list[Json]) -> Iterator[str]:
    bad = [call for call in calls if not call["ok"]]
    for call in bad[:SHOWN_FAILURES]:
        yield f"{call['scenario']} {call['call_sid']}:"
        for reason in dict.fromkeys(call["unmet"] + call["violations"]):
            yield f"  {reason}"
        for warning in dict.fromkeys(call["warnings"]):
            yield f"  (warning) {warning}"
    if len(bad) > SHOWN_FAILURES:
        yield f"and {len(bad) - SHOWN_FAILURES} more"


class Command(BaseCommand):
    help = "Place simulated calls and show what became of them."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--calls", type=int, help="default: each scenario once")
        parser.add_argument("--concurrency", type=int, default=3)
        parser.add_argument("--scenario", default="all")
        parser.add_argument(
            "--paths", help="of all scenarios: relay (default), sip, or relay,sip"
        )
        parser.add_argument("--to", default="", help="main, second, sip or a number")
        parser.add_argument("--seed", type=int)
        parser.add_argument(
            "--speed", type=float, help="times life's pace, for speech and ringing"
        )
        parser.add_argument(
            "--knob",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="e.g. latency_ms=80; may be repeated",
        )
        parser.add_argument("--list", action="store_true", help="show the scenarios")
        parser.add_argument(
            "--demo", action="store_true", help="each scenario once, at a brisk pace"
        )

    def handle(self, *args: object, **options: Any) -> None:
        simulator = Simulator(settings.SIMULATOR_PORT)
        simulator.wait(PATIENCE_S if options["demo"] else 0.0)
        if options["list"]:
            for scenario in simulator.ask("/scenarios"):
                self.stdout.write(f"{scenario['name']:18} {scenario['description']}")
            return
        batch = simulator.ask("/batches", self._wanted(options))
        calls = self._follow(simulator, batch)
        for line in (*table(calls), *failures(calls)):
            self.stdout.write(line)
        bad = sum(not call["ok"] for call in calls)
        missing = batch["total"] - len(calls)
        if bad or missing:
            raise CommandError(
                f"{bad} of {batch['total']} calls did not go as expected"
                + (f", {missing} were not placed" if missing else "")
            )

    def _wanted(self, options: Json) -> Json:
        if options["demo"]:
            return dict(DEMO)
        knobs = dict(knob.partition("=")[::2] for knob in options["knob"])
        names = ("calls", "seed", "speed", "paths")
        named = {name: options[name] for name in names if options[name]}
        return {
            "scenario": options["scenario"],
            "concurrency": options["concurrency"],
            "to": options["to"],
            "knobs": knobs,
            **named,
        }

    def _follow(self, simulator: Simulator, batch: Json) -> list[Json]:
        """Show the progress until the batch is over; Ctrl-C stops it."""
        began = time.monotonic()
        calls: list[Json] = []
        try:
            while True:
                path = f"/batches/{batch['id']}?since={len(calls)}"
                batch = simulator.ask(path)
                calls += batch["calls"]
                self._show(batch, time.monotonic() - began, new=len(batch["calls"]))
                if batch["state"] != "running":
                    return calls
                time.sleep(LOOK_EVERY_S)
        except KeyboardInterrupt:
            simulator.ask(f"/batches/{batch['id']}", method="DELETE")
            return calls

    def _show(self, batch: Json, seconds: float, *, new: int) -> None:
        """A bar that moves on a terminal; elsewhere a line when there is news."""
        over = batch["state"] != "running"
        line = progress(batch, seconds)
        if self.stdout.isatty():
            self.stdout.write(f"\r{line}", ending="\n" if over else "")
            self.stdout.flush()
        elif new or over:
            self.stdout.write(line)

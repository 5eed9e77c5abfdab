"""`make bench`: the portal against the smallest program that does the same job.

    python -m bench [--quick] [--markdown] [--calls N] [--seconds N] [--only PART ...]

Everything runs on loopback, on engines of its own in a throw-away folder, and ends by
itself after about ten minutes (`--quick`: four). Nothing fails when a target is
missed; the table says so.
"""

import argparse
import asyncio
import signal
import sys
from contextlib import ExitStack
from dataclasses import dataclass, replace
from time import monotonic

from bench import (
    configuration,
    journal,
    machine,
    money,
    publishing,
    relay,
    report,
    routing,
    webhook,
)
from bench.portal import Portal, Server, portal, server, wait_for_port
from bench.relay import Load
from bench.sip_part import ACCEPTING, SIDEBANDS, SipPart
from bench.table import Table, as_markdown, as_text
from bench.world import Overheard, Ports, StandIn, World, world

LONGEST_SECONDS = 1500.0
FULL = Load(500, ramp=20.0, steady=45.0, leaving=60.0)
QUICK = Load(80, ramp=4.0, steady=8.0, leaving=8.0)
WARM_UP = Load(10, ramp=1.0, steady=1.0, leaving=1.0)
WEBHOOK_SECONDS, QUICK_WEBHOOK_SECONDS = 30.0, 6.0
PARTS = (
    *("relay", "webhook", ACCEPTING, SIDEBANDS),
    *("routing", "configuration", "publishing", "money"),
)
# `python -m bench.money` has a million.
MONEY_CALLS, QUICK_MONEY_CALLS = 30_000, 3_000
STORED_CALLS, QUICK_STORED_CALLS = 100_000, 50_000
STARTED = monotonic()


def say(what: str) -> None:
    print(f"{monotonic() - STARTED:5.0f} s  {what}", file=sys.stderr, flush=True)


@dataclass(frozen=True, slots=True)
class Bench:
    load: Load
    webhook_seconds: float
    ports: Ports
    portal: Portal
    stack: ExitStack
    parts: frozenset[str]
    quick: bool

    async def run(self) -> list[Table]:
        tables: list[Table] = []
        async with asyncio.timeout(LONGEST_SECONDS):
            if self.parts & {"relay", "webhook"}:
                async with world(self.ports) as found:
                    tables += await self.carrier_tables(found)
            if voice := self.parts & {ACCEPTING, SIDEBANDS}:
                tables += await self.sip_part().run(voice)
            if "routing" in self.parts:
                tables.append(report.routing_table(routing.measure()))
            if "configuration" in self.parts:
                tables += self.configuration_tables()
            if "publishing" in self.parts:
                tables.append(await self.publishing_table())
            if "money" in self.parts:
                tables.append(self.money_table())
        return tables

    def configuration_tables(self) -> list[Table]:
        say("dry runs, and pages of 50 and of 500 rules")
        calls = QUICK_STORED_CALLS if self.quick else STORED_CALLS
        return configuration.configuration_tables(configuration.measure(calls))

    def money_table(self) -> Table:
        calls = QUICK_MONEY_CALLS if self.quick else MONEY_CALLS
        say(f"the ledger of {calls:,} calls")
        return money.money_table(money.measure(calls))

    async def publishing_table(self) -> Table:
        say("publishing 500 rules to several web servers")
        rounds = publishing.QUICK_ROUNDS if self.quick else publishing.ROUNDS
        spread = await publishing.measure(self.portal, self.ports, rounds)
        return publishing.spread_table(spread)

    async def carrier_tables(self, found: World) -> list[Table]:
        relayed = await self.relay_tables(found) if "relay" in self.parts else []
        if "webhook" not in self.parts:
            return relayed
        return [*relayed, await self.webhook_table(found)]

    def sip_part(self) -> SipPart:
        seconds, calls = self.load.steady, self.load.calls
        return SipPart(calls, seconds, self.ports, self.portal, self.stack, say)

    async def relay_tables(self, found: World) -> list[Table]:
        web = self.portal.web
        say("the portal takes a few calls to warm up")
        await relay.measure(found, found.to_product, WARM_UP, web.pid)
        reference = self.relay_reference()
        hand_over_twiml(found)
        pid = reference.pid
        await relay.measure(found, found.to_reference, WARM_UP, pid)
        say(f"{self.load.calls} calls to the reference")
        floor = await relay.measure(found, found.to_reference, self.load, pid, say)
        reference.stop()
        say(f"{self.load.calls} calls to the portal")
        ours = await relay.measure(found, found.to_product, self.load, web.pid, say)
        tell_troubles(ours, self.portal)
        entries = journal.look_into(self.portal.home.dsn, ours)
        return [report.relay_table(ours, floor), report.journal_table(entries)]

    def relay_reference(self) -> Server:
        arguments = ["-m", "bench.reference", "--port", str(self.ports.reference)]
        arguments += ["--model", f"http://127.0.0.1:{self.ports.model}/v1"]
        arguments += ["--key", "simulated-openai-api-key"]
        started = server(self.stack, "reference", arguments, self.portal.home)
        wait_for_port(self.ports.reference, started)
        return started

    async def webhook_table(self, found: World) -> Table:
        port = self.ports.reference_webhook
        arguments = ["-m", "bench.reference_webhook", "--port", str(port)]
        arguments += ["--database", self.portal.home.dsn]
        reference = server(self.stack, "webhook", arguments, self.portal.home)
        wait_for_port(port, reference)
        config = found.to_product.config
        answers = []
        for where, pid in (
            (f"127.0.0.1:{port}", reference.pid),
            (config.connect_to, self.portal.web.pid),
        ):
            say(f"voice webhooks for {self.webhook_seconds:.0f} s")
            asked = await webhook.measure(
                found.session, config, where, self.webhook_seconds, pid
            )
            answers.append(asked)
        return report.webhook_table(answers[1], answers[0])


def hand_over_twiml(found: World) -> None:
    stand_in, overheard = found.to_reference.product, found.to_product.product
    assert isinstance(stand_in, StandIn)
    assert isinstance(overheard, Overheard)
    stand_in.twiml = overheard.twiml


def tell_troubles(run: relay.Result, portal: Portal) -> None:
    for record in run.dropped[:5]:
        say(f"a call went wrong: {record.outcome} {record.violations[:2]}")
    complaints = portal.web.complaints()
    for complaint in complaints[:5]:
        say(f"the portal complains: {complaint[:300]}")
    if len(complaints) > 5:
        say(f"the portal complains {len(complaints) - 5} times more")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="four minutes, not ten")
    parser.add_argument("--markdown", action="store_true", help="tables for a page")
    parser.add_argument("--calls", type=int, help="live calls")
    parser.add_argument("--seconds", type=float, help="how long they are measured")
    parser.add_argument(
        "--only", nargs="+", choices=PARTS, default=PARTS, help="these parts alone"
    )
    return parser.parse_args()


def main() -> None:
    # Told to end, it ends what it started, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("told to end"))
    given = arguments()
    usual = QUICK if given.quick else FULL
    load = replace(
        usual,
        calls=given.calls or usual.calls,
        steady=given.seconds or usual.steady,
    )
    webhook_seconds = QUICK_WEBHOOK_SECONDS if given.quick else WEBHOOK_SECONDS
    print(machine.describe())
    print(f"PostgreSQL with fsync. Load at the start: {machine.load():.1f}\n")
    if machine.load() > machine.BUSY:
        print("WARNING: this machine is busy with other work; the figures are noise.\n")
    ports = Ports(*(machine.free_port() for _ in range(4)))
    with ExitStack() as stack:
        say("starting PostgreSQL, Valkey and the portal")
        found = stack.enter_context(portal(ports))
        parts = frozenset(given.only)
        bench = Bench(load, webhook_seconds, ports, found, stack, parts, given.quick)
        tables = asyncio.run(bench.run())
    show = as_markdown if given.markdown else as_text
    print("\n".join(show(table) for table in tables))
    missed = [figure for table in tables for figure in table.missed]
    print("Missed: " + "; ".join(missed) if missed else "All targets met.")


if __name__ == "__main__":
    main()

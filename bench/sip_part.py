"""The part of the bench that measures voice calls, the reference before the portal."""

from collections.abc import Callable, Collection
from contextlib import ExitStack
from dataclasses import dataclass

from bench.portal import Portal, Server, server, wait_for_port
from bench.sip import (
    Accepting,
    Side,
    Sidebands,
    SipWorld,
    accepting,
    sidebands,
    sip_world,
    warm_up,
)
from bench.sip_report import accepting_table, sidebands_table
from bench.table import Table
from bench.world import Ports, config_for
from phoneops import simulated

ACCEPTING, SIDEBANDS = "sip-accept", "sip-sidebands"


@dataclass(frozen=True, slots=True)
class SipPart:
    """`seconds` for each of the two measurements, `calls` for the second."""

    calls: int
    seconds: float
    ports: Ports
    portal: Portal
    stack: ExitStack
    say: Callable[[str], None]

    async def run(self, wanted: Collection[str]) -> list[Table]:
        async with sip_world(config_for(self.ports, self.ports.product)) as world:
            return await self._tables(world, wanted)

    async def _tables(self, world: SipWorld, wanted: Collection[str]) -> list[Table]:
        reference = self._reference()
        at_reference = f"127.0.0.1:{self.ports.reference}"
        floor = Side(at_reference, reference.pid, by_carrier=False)
        at_portal = f"127.0.0.1:{self.ports.product}"
        ours = Side(at_portal, self.portal.web.pid, by_carrier=True)
        tables = []
        for side in (floor, ours):
            await warm_up(world, side)
        if SIDEBANDS in wanted:
            theirs = await self._sidebands(world, floor)
            tables.append(sidebands_table(await self._sidebands(world, ours), theirs))
        if ACCEPTING in wanted:
            asked = await self._accepting(world, floor)
            tables.append(accepting_table(await self._accepting(world, ours), asked))
        reference.stop()
        for complaint in self.portal.web.complaints()[:5]:
            self.say(f"the portal complains: {complaint[:300]}")
        return tables

    async def _sidebands(self, world: SipWorld, side: Side) -> Sidebands:
        self.say(f"{self.calls} voice calls to {name_of(side)}")
        return await sidebands(world, side, self.calls, self.seconds, self.say)

    async def _accepting(self, world: SipWorld, side: Side) -> Accepting:
        self.say(f"voice calls announced to {name_of(side)} for {self.seconds:.0f} s")
        return await accepting(world, side, self.seconds)

    def _reference(self) -> Server:
        provider = f"http://127.0.0.1:{self.ports.model}/v1"
        arguments = ["-m", "bench.reference_sideband"]
        arguments += ["--port", str(self.ports.reference), "--provider", provider]
        arguments += ["--database", self.portal.home.dsn]
        arguments += ["--secret", simulated.WEBHOOK_SECRET]
        name = "reference-sideband"
        started = server(self.stack, name, arguments, self.portal.home)
        wait_for_port(self.ports.reference, started)
        return started


def name_of(side: Side) -> str:
    return "the portal" if side.by_carrier else "the reference"

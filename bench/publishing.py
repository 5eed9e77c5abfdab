"""From publishing five hundred rules to the first call that each process decides by it.

Several web servers hold the release, on the PostgreSQL and the Valkey of the portal.
Each is called all the time, as Twilio calls it, and the answer says which release has
decided. One process more edits a rule and publishes, as the admin does.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from time import monotonic
from typing import NamedTuple

import aiohttp

from bench.machine import free_port
from bench.portal import (
    ROOT,
    Home,
    Portal,
    server,
    wait_until_ready,
    web_arguments,
)
from bench.relay import percentile
from bench.table import Table
from bench.webhook import post_for
from bench.world import Ports, config_for

PROCESSES, MOST_SECONDS = 3, 1.0
ROUNDS, QUICK_ROUNDS = 20, 4
# What a release of the bench says to every caller; see `bench.publishing_run`.
SAYS = "This is release {}."
PAUSE_SECONDS, PATIENCE_SECONDS = 0.02, 30.0


class Published(NamedTuple):
    """Moments by the clock that all processes of the machine share, in seconds."""

    release: int
    began: float
    committed: float


@dataclass(slots=True)
class Spread:
    """Sorted seconds, one figure for each publishing and process."""

    publishing: list[float] = field(default_factory=list)
    after_commit: list[float] = field(default_factory=list)
    in_all: list[float] = field(default_factory=list)


async def measure(portal: Portal, ports: Ports, rounds: int) -> Spread:
    with ExitStack() as stack:
        addresses = [f"127.0.0.1:{ports.product}"]
        for number in range(1, PROCESSES):
            other = Ports(free_port(), ports.model, 0, 0)
            name = f"web-{number + 1}"
            started = server(stack, name, web_arguments(other), portal.home)
            wait_until_ready(other.product, started)
            addresses.append(f"127.0.0.1:{other.product}")
        spread = Spread()
        async with aiohttp.ClientSession() as session:
            async for published in publishing(portal.home, rounds):
                heard = [
                    hear(session, address, ports, SAYS.format(published.release))
                    for address in addresses
                ]
                add(spread, published, await asyncio.gather(*heard))
    for figures in (spread.publishing, spread.after_commit, spread.in_all):
        figures.sort()
    return spread


def add(spread: Spread, published: Published, heard: list[float]) -> None:
    spread.publishing.append(published.committed - published.began)
    spread.after_commit += [at - published.committed for at in heard]
    spread.in_all += [at - published.began for at in heard]


async def publishing(home: Home, rounds: int) -> AsyncIterator[Published]:
    """The first of its releases is not counted: everybody meets new code in it."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.publishing_run", str(rounds + 1)),
        cwd=ROOT,
        env=dict(home.environment),
        stdout=asyncio.subprocess.PIPE,
        stdin=asyncio.subprocess.PIPE,
    )
    assert child.stdout is not None
    assert child.stdin is not None
    for number in range(rounds + 1):
        published = Published(*json.loads(await child.stdout.readline()))
        if number:
            yield published
        child.stdin.write(b"\n")
        await child.stdin.drain()
    await child.wait()


async def hear(
    session: aiohttp.ClientSession, address: str, ports: Ports, words: str
) -> float:
    """When a call to this process was first decided by the release that says this.

    The moment is that of the answer, so answering is part of the figure.
    """
    config = config_for(ports, ports.product)
    deadline = monotonic() + PATIENCE_SECONDS
    while True:
        post = post_for(config, address)
        async with session.post(
            post.url, data=post.form, headers=post.headers
        ) as answer:
            if words in await answer.text():
                return monotonic()
        if monotonic() > deadline:
            raise SystemExit(f"{address} never decided by: {words}")
        await asyncio.sleep(PAUSE_SECONDS)


def spread_table(found: Spread) -> Table:
    table = Table(f"Publishing 500 rules to {PROCESSES} web servers")
    for name, figures, most in (
        ("publishing until it is committed", found.publishing, None),
        ("from commit to the first call decided by it", found.after_commit, None),
        ("both together", found.in_all, MOST_SECONDS),
    ):
        slowest = figures[-1]
        table.add(f"{name}, p50", seconds(percentile(figures, 0.5)))
        table.add(
            f"{name}, longest of {len(figures)}",
            seconds(slowest),
            target=f"at most {most:g} s" if most else "",
            met=slowest <= most if most else None,
        )
    return table


def seconds(value: float) -> str:
    return f"{value:.2f} s"

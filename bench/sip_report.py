"""The tables of the voice calls, with the targets beside what was measured."""

from bench.relay import percentile
from bench.report import ms, share
from bench.sip import Accepting, Sidebands
from bench.sip_frames import TURN_SECONDS, events_a_turn
from bench.table import Table

ACCEPT_P50_MS, ACCEPT_P99_MS = 20.0, 80.0
GREET_P99_MS = 50.0
EVENT_P99_MS, TOOL_P99_MS = 10.0, 20.0
KB_PER_SIDEBAND = 250.0
Measured = list[float]


def row(
    table: Table, figure: str, ours: Measured, theirs: Measured, *targets: float | None
) -> None:
    """A line for each of p50 and p99; a target of None is none."""
    for name, at, most in zip(("p50", "p99"), (0.5, 0.99), targets, strict=True):
        mine, other = percentile(ours, at), percentile(theirs, at)
        table.add(
            f"{figure}, {name}",
            ms(mine),
            ms(other),
            f"{mine / other:.1f} times",
            "" if most is None else f"at most {most:.0f} ms",
            met=None if most is None else mine <= most,
        )


def accepting_table(portal: Accepting, reference: Accepting) -> Table:
    table = Table("Voice calls announced, 20 a second")
    row(
        table,
        "webhook to accept",
        *(portal.accepted, reference.accepted),
        *(ACCEPT_P50_MS, ACCEPT_P99_MS),
    )
    row(
        table,
        "accept to greeting asked for",
        *(portal.greeted, reference.greeted),
        *(None, GREET_P99_MS),
    )
    table.add("share of one core", share(portal.cpu), share(reference.cpu))
    table.add(
        "calls not greeted",
        f"{portal.failed} of {portal.failed + len(portal.greeted)}",
        f"{reference.failed} of {reference.failed + len(reference.greeted)}",
        "",
        "none",
        met=portal.failed == 0,
    )
    return table


def sidebands_table(portal: Sidebands, reference: Sidebands) -> Table:
    each = f"{events_a_turn()} events in {TURN_SECONDS:.0f} s each"
    table = Table(f"{portal.calls} sidebands, {each}")
    table.add(
        "events a second",
        f"{portal.events_a_second:.0f}",
        f"{reference.events_a_second:.0f}",
    )
    row(
        table,
        "event to our answer",
        *(portal.field, reference.field),
        *(None, EVENT_P99_MS),
    )
    row(
        table,
        "tool call to output, tool over HTTP",
        *(portal.http, reference.http),
        *(None, TOOL_P99_MS),
    )
    table.add(
        "memory for one sideband",
        f"{portal.kb_per_call:.0f} KB",
        f"{reference.kb_per_call:.0f} KB",
        "",
        f"at most {KB_PER_SIDEBAND:.0f} KB",
        met=portal.kb_per_call <= KB_PER_SIDEBAND,
    )
    add_rest(table, portal, reference)
    return table


def add_rest(table: Table, portal: Sidebands, reference: Sidebands) -> None:
    table.add("share of one core", share(portal.used.cpu), share(reference.used.cpu))
    table.add(
        "calls lost or tools not answered",
        str(portal.lost + portal.unanswered),
        str(reference.lost + reference.unanswered),
        "",
        "none",
        met=portal.lost + portal.unanswered == 0,
    )
    table.add(
        "the bench's own share of a core",
        share(portal.generator.cpu),
        share(reference.generator.cpu),
    )

"""From what was measured to the tables, with the targets beside it."""

from bench.journal import Journal
from bench.relay import Result, percentile
from bench.table import Table
from bench.webhook import Asked

MORE_P50_MS, MORE_P99_MS = 2.0, 25.0
TIMES_CPU = 3.0
KB_PER_CALL = 150.0
WEBHOOK_P50_MS, WEBHOOK_P99_MS = 15.0, 50.0
FLUSH_MS = 250.0
DECIDE_MS = 1.0


def ms(value: float) -> str:
    return f"{value:.1f} ms"


def share(value: float) -> str:
    return f"{value:.0%}"


def relay_table(portal: Result, reference: Result) -> Table:
    table = Table(f"{portal.load.calls} live relay calls")
    for name, at, most in (("p50", 0.5, MORE_P50_MS), ("p99", 0.99, MORE_P99_MS)):
        ours, theirs = portal.percentile(at), reference.percentile(at)
        table.add(
            f"token from model to carrier, {name}",
            ms(ours),
            ms(theirs),
            f"{ours - theirs:+.1f} ms",
            f"at most +{most:.0f} ms",
            met=ours - theirs <= most,
        )
    times = portal.cpu_ms_per_turn / reference.cpu_ms_per_turn
    table.add(
        "CPU for one turn of a call",
        ms(portal.cpu_ms_per_turn),
        ms(reference.cpu_ms_per_turn),
        f"{times:.2f} times",
        f"at most {TIMES_CPU:.0f} times",
        met=times <= TIMES_CPU,
    )
    table.add(
        "share of one core", share(portal.server.cpu), share(reference.server.cpu)
    )
    table.add(
        "memory for one live call",
        f"{portal.kb_per_call:.0f} KB",
        f"{reference.kb_per_call:.0f} KB",
        "",
        f"at most {KB_PER_CALL:.0f} KB",
        met=portal.kb_per_call <= KB_PER_CALL,
    )
    add_losses(table, portal, reference)
    table.add(
        "the bench's own share of a core",
        share(portal.generator.cpu),
        share(reference.generator.cpu),
    )
    return table


def add_losses(table: Table, portal: Result, reference: Result) -> None:
    table.add(
        "calls dropped",
        str(len(portal.dropped)),
        str(len(reference.dropped)),
        "",
        "none",
        met=not portal.dropped,
    )
    table.add(
        "tokens lost",
        f"{portal.tokens_lost} of {portal.tokens}",
        f"{reference.tokens_lost} of {reference.tokens}",
        "",
        "none",
        met=not portal.tokens_lost,
    )


def journal_table(found: Journal) -> Table:
    table = Table("Journal of these calls")
    lost = found.lost + found.gaps
    table.add(
        "turns missing in it",
        f"{lost} of {found.expected}",
        target="none",
        met=lost == 0,
    )
    table.add("rows written", f"{found.rows_per_second:.0f} a second")
    table.add("from event to commit, p50", ms(found.p50))
    table.add("from event to commit, p99", ms(found.p99))
    table.add(
        "from event to commit, longest",
        ms(found.longest),
        target=f"at most {FLUSH_MS:.0f} ms",
        met=found.longest <= FLUSH_MS,
    )
    return table


def webhook_table(portal: Asked, reference: Asked) -> Table:
    table = Table("Voice webhook to TwiML, 50 a second")
    for name, at, most in (("p50", 0.5, WEBHOOK_P50_MS), ("p99", 0.99, WEBHOOK_P99_MS)):
        ours, theirs = percentile(portal.delays, at), percentile(reference.delays, at)
        table.add(
            f"request to answer, {name}",
            ms(ours),
            ms(theirs),
            f"{ours / theirs:.1f} times",
            f"at most {most:.0f} ms",
            met=ours <= most,
        )
    table.add("share of one core", share(portal.cpu), share(reference.cpu))
    table.add(
        "not answered with TwiML",
        f"{portal.refused} of {len(portal.delays)}",
        f"{reference.refused} of {len(reference.delays)}",
        "",
        "none",
        met=portal.refused == 0,
    )
    return table


def routing_table(took: list[float]) -> Table:
    table = Table("Deciding a call under 500 rules and 50 calendars")
    slow = percentile(took, 0.99)
    table.add("p50", f"{percentile(took, 0.5):.2f} ms")
    table.add(
        "p99",
        f"{slow:.2f} ms",
        target=f"at most {DECIDE_MS:.0f} ms",
        met=slow <= DECIDE_MS,
    )
    return table

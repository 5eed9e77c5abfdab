"""What a release would have done with calls that are over, counted.

Facts and moment are those that were stored when the call was decided, so the only
thing that differs is the configuration.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from routing.core.decide import decide
from routing.core.decision import Decision, Verdict
from routing.core.facts_record import read_facts
from routing.core.ruleset import Ruleset

MOST_ROWS = 200
MOST_EXAMPLES = 5


class RunState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Past(NamedTuple):
    """A stored call. `facts` is None for one of a version that kept none."""

    key: int
    at: datetime
    line: str
    verdict: str
    agent: str
    profile: str
    policy: str
    agent_name: str
    facts: Mapping[str, Any] | None


# Where a call went: verdict, then the keys of agent, profile and policy.
Way = tuple[str, str, str, str]
# A line, the way its calls went, the way they would go, and what decides it then.
Move = tuple[str, Way, Way, str]


@dataclass(slots=True)
class Tally:
    """`examples` are the keys of some of the calls."""

    looked_at: int = 0
    without_facts: int = 0
    moved: int = 0
    counts: dict[Move, int] = field(default_factory=dict)
    examples: dict[Move, list[int]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    left_out: int = 0

    def look(self, ruleset: Ruleset, calls: Iterable[Past]) -> None:
        for call in calls:
            self.looked_at += 1
            if call.facts is None:
                self.without_facts += 1
                continue
            facts = read_facts(call.facts)
            decision = decide(ruleset, facts, call.at, traced=False)
            before, after = way_of(call), way_to(decision, ruleset)
            if before != after:
                self.add(call, (call.line, before, after, decision.rule))

    def add(self, call: Past, move: Move) -> None:
        self.moved += 1
        if move not in self.counts and len(self.counts) >= MOST_ROWS:
            self.left_out += 1
            return
        self.counts[move] = self.counts.get(move, 0) + 1
        shown = self.examples.setdefault(move, [])
        if len(shown) < MOST_EXAMPLES:
            shown.append(call.key)
        if call.agent:
            self.names[call.agent] = call.agent_name


def way_of(call: Past) -> Way:
    return way(call.verdict, call.agent, call.profile, call.policy)


def way_to(decision: Decision, ruleset: Ruleset) -> Way:
    """A stored call names only an agent and a profile that were there."""
    agent = decision.agent if decision.agent in ruleset.agents else ""
    profile = decision.profile if decision.profile in ruleset.profiles else ""
    return way(str(decision.verdict), agent, profile, decision.policy)


def way(verdict: str, agent: str, profile: str, policy: str) -> Way:
    """Only what the caller meets: one who is turned away meets no agent."""
    if verdict == Verdict.ACCEPT:
        return verdict, agent, profile, policy
    return verdict, "", "", policy if verdict == Verdict.DIVERT else ""


def tally_as_json(tally: Tally) -> dict[str, Any]:
    return {
        "looked_at": tally.looked_at,
        "without_facts": tally.without_facts,
        "moved": tally.moved,
        "left_out": tally.left_out,
        "names": tally.names,
        "rows": [
            [
                line,
                before,
                after,
                rule,
                count,
                tally.examples[line, before, after, rule],
            ]
            for (line, before, after, rule), count in tally.counts.items()
        ],
    }


def read_tally(values: Mapping[str, Any]) -> Tally:
    tally = Tally(
        looked_at=values.get("looked_at", 0),
        without_facts=values.get("without_facts", 0),
        moved=values.get("moved", 0),
        left_out=values.get("left_out", 0),
        names=dict(values.get("names", {})),
    )
    for line, before, after, rule, count, examples in values.get("rows", []):
        move: Move = (line, as_way(before), as_way(after), rule)
        tally.counts[move] = count
        tally.examples[move] = list(examples)
    return tally


def as_way(values: Iterable[str]) -> Way:
    verdict, agent, profile, policy = values
    return verdict, agent, profile, policy

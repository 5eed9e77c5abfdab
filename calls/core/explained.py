"""An admission decision, as it was stored, in words a manager reads.

The stored decision may be of an older release or missing altogether (a call we heard
of too late), so every key may be absent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from routing.core.decide import DEFAULT
from routing.core.decision import Because, RuleTrace, Verdict

VERDICTS: Mapping[str, str] = {
    Verdict.ACCEPT: "The call was given to the agent",
    Verdict.REJECT: "The call was refused",
    Verdict.DIVERT: "The call was sent to a person",
    Verdict.VOICEMAIL: "The caller was asked to leave a voicemail",
    Verdict.CALLBACK: "The caller was offered to be called back",
}

REASONS: Mapping[str, str] = {
    Because.CLOSED: "the line is closed at this hour",
    Because.OVERFLOW: "too many calls were going on",
    Because.SPAM: "the caller counts as spam",
    Because.UNKNOWN_NUMBER: "the dialled number is not configured",
    Because.INACTIVE_NUMBER: "the number is switched off",
    Because.EMERGENCY: "the line was closed by the emergency switch",
    Because.BUDGET: "a budget was used up to that point",
}


@dataclass(frozen=True, slots=True)
class Condition:
    name: str
    value: str
    held: bool


@dataclass(frozen=True, slots=True)
class RuleLookedAt:
    """`decided`: the rule whose action was taken."""

    name: str
    held: bool
    decided: bool
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """`verdict` is a sentence; `reason` goes on after "because", or is empty.

    `by_default`: no rule applied, so what the number itself says was done.
    """

    verdict: str
    reason: str
    rule: str
    by_default: bool
    message: str
    rules: tuple[RuleLookedAt, ...]


def explain(
    decision: Mapping[str, object], rules: Iterable[RuleTrace] = ()
) -> Explained:
    """`rules` come before what is stored of the decision itself."""
    trace = [*map(asdict, rules), *mappings(decision.get("trace"))]
    verdict, because = text(decision, "verdict"), text(decision, "because")
    rule = text(decision, "rule")
    return Explained(
        verdict=VERDICTS.get(verdict, "No decision was stored for this call"),
        reason=REASONS.get(because, ""),
        rule=rule,
        by_default=rule == DEFAULT,
        message=text(decision, "message"),
        rules=tuple(
            looked_at(told, rule) for told in trace if text(told, "rule") != DEFAULT
        ),
    )


def looked_at(trace: Mapping[str, object], decider: str) -> RuleLookedAt:
    name, held = text(trace, "rule"), trace.get("held") is True
    return RuleLookedAt(
        name=name,
        held=held,
        decided=held and name == decider,
        conditions=tuple(
            Condition(text(c, "name"), text(c, "value"), c.get("held") is True)
            for c in mappings(trace.get("conditions"))
        ),
    )


def text(data: Mapping[str, object], key: str) -> str:
    return str(data.get(key) or "")


def mappings(value: object) -> list[Mapping[str, object]]:
    if not isinstance(value, list | tuple):
        return []
    return [item for item in value if isinstance(item, Mapping)]

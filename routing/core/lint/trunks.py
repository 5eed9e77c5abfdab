"""Rules and limits that a bare trunk cannot carry out as they are written."""

from collections.abc import Iterator

from routing.core.lint.finding import Finding, Known, warning
from routing.core.plan import members
from routing.core.ruleset import Number, Rule, RuleAction, Ruleset
from routing.core.trunk import UNAVAILABLE

BECOMES = {
    RuleAction.MESSAGE: "the message is not heard; callers are rejected with SIP "
    "status {status}",
    RuleAction.VOICEMAIL: "no message can be left; callers are rejected with SIP "
    f"status {UNAVAILABLE}",
    RuleAction.CALLBACK: "callers are not asked but rejected with SIP status "
    f"{UNAVAILABLE}, and a follow-up to call them is opened",
}
BUSY = 486


def what_trunks_cannot(ruleset: Ruleset, known: Known) -> Iterator[Finding]:
    trunks = [n for n in ruleset.numbers.values() if n.active and n.trunk]
    for rule in ruleset.rules:
        named = members(rule, ruleset)
        lines = [n for n in trunks if named is None or n.key in named]
        if lines and rule.action in BECOMES:
            yield of_rule(rule, lines)
    for number in trunks:
        if number.overflow in BECOMES and is_limited(number, ruleset):
            yield of_overflow(number)


def of_rule(rule: Rule, lines: list[Number]) -> Finding:
    names = " and ".join(f"“{number.label}”" for number in lines)
    becomes = BECOMES[rule.action].format(status=rule.sip_status)
    return warning(
        "rules",
        rule.key,
        "action",
        f"Rule “{rule.name}”",
        f"On {names}, connected by a bare SIP trunk, {becomes}.",
        "Let an agent answer there, put callers through, or make the rule for other "
        "numbers only.",
    )


def of_overflow(number: Number) -> Finding:
    becomes = BECOMES[number.overflow].format(status=BUSY)
    return warning(
        "numbers",
        number.key,
        "overflow",
        f"Number “{number.label}”",
        f"When no line is free, {becomes}: it is connected by a bare SIP trunk.",
        "Put callers through to people then, or let them hear that it is busy.",
    )


def is_limited(number: Number, ruleset: Ruleset) -> bool:
    agents = [a for a in ruleset.agents.values() if a.key == number.agent]
    limits = (ruleset.capacity, number.capacity, *(a.capacity for a in agents))
    return any(capacity.most for capacity in limits)

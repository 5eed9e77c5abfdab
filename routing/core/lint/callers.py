"""Rules and limits for callers on lists on which there is nobody."""

from collections.abc import Iterator

from routing.core.decision import ListKind
from routing.core.lint.finding import Finding, Known, warning
from routing.core.ruleset import CallerMatch, Rule, Ruleset


def nobody_on_the_list(ruleset: Ruleset, known: Known) -> Iterator[Finding]:
    """A list that has somebody, or a number or a country beside it, is enough."""
    for rule in ruleset.rules:
        lists = [
            ruleset.caller_lists[key]
            for key in rule.caller_lists
            if key in ruleset.caller_lists
        ]
        others = rule.callers or rule.countries
        if not lists or others or any(one.key in known.listed for one in lists):
            continue
        names = " and ".join(f"“{one.name}”" for one in lists)
        if rule.caller_match is CallerMatch.LISTED:
            yield of(rule, f"Nobody is on {names} now, so it holds for no caller.")
        elif rule.caller_match is CallerMatch.NOT_LISTED:
            yield of(rule, f"Nobody is on {names} now, so it holds for every caller.")


def kept_for_nobody(ruleset: Ruleset, known: Known) -> Iterator[Finding]:
    """Lines that are kept for priority callers while nobody is one."""
    lists = ruleset.caller_lists.values()
    if any(one.kind is ListKind.VIP and one.key in known.listed for one in lists):
        return
    kept = [("account", "1", "Account limits", ruleset.capacity)]
    kept += [
        ("numbers", number.key, f"Number “{number.label}”", number.capacity)
        for number in ruleset.numbers.values()
        if number.active
    ]
    kept += [
        ("agents", agent.key, f"Agent “{agent.name}”", agent.capacity)
        for agent in ruleset.agents.values()
    ]
    for section, key, record, capacity in kept:
        if capacity.most and capacity.kept:
            yield warning(
                section,
                key,
                "kept_calls",
                record,
                f"{capacity.kept} calls are kept for priority callers, but nobody is "
                "on a list of VIPs.",
                "Keep none, or add callers to a list of the kind “VIP”.",
            )


def of(rule: Rule, problem: str) -> Finding:
    return warning(
        "rules",
        rule.key,
        "caller_lists",
        f"Rule “{rule.name}”",
        f"{problem} Entries whose time is over do not count.",
        "Add callers to the list; that needs no publishing.",
    )

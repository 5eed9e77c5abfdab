"""Numbers and rules that would lead a caller to nobody at all."""

from collections.abc import Iterator

from routing.core.draft_rules import check_policy
from routing.core.lint.finding import Finding, Known, error, warning
from routing.core.ruleset import Number, Path, Ruleset


def missing_targets(ruleset: Ruleset, known: Known) -> Iterator[Finding]:
    for number in ruleset.numbers.values():
        if number.active:
            yield from of_number(number, ruleset)
    for policy in ruleset.policies.values():
        for problem in check_policy(policy):
            record, _, said = problem.partition(": ")
            yield error(
                "policies", policy.key, "name", record, "It cannot work.", capital(said)
            )


def of_number(number: Number, ruleset: Ruleset) -> Iterator[Finding]:
    record = f"Number “{number.label}”"
    place = ("numbers", number.key)
    if number.path is not Path.PERSON and not number.agent:
        yield error(
            *place,
            "agent",
            record,
            "Nobody answers a call that no rule decides.",
            "Choose an agent, or let people answer.",
        )
    if not number.policy:
        yield error(
            *place,
            "policy",
            record,
            "A caller whom the agent cannot help reaches nobody.",
            "Choose an escalation policy.",
        )
    if not number.profile:
        yield error(
            *place,
            "profile",
            record,
            "It is not said in which language callers are answered.",
            "Choose a language profile.",
        )
    policy = ruleset.policies.get(number.policy)
    if policy is not None and not policy.steps and number.path is Path.PERSON:
        yield warning(
            "policies",
            policy.key,
            "name",
            f"Escalation policy “{policy.name}”",
            f"People answer “{number.label}”, but nobody is rung.",
            "Add a contact to ring.",
        )


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]

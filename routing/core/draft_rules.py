"""What an escalation policy must not do, though each row of it is fine by itself."""

from collections.abc import Iterator, Sequence

from routing.core.ruleset import EscalationPolicy, PolicyEnd


def check_policy(policy: EscalationPolicy) -> Iterator[str]:
    for problem in check_steps([step.contact for step in policy.steps], policy.end):
        yield f"Escalation policy “{policy.name}”: {problem}"


def check_steps(contacts: Sequence[object], end: str) -> Iterator[str]:
    if not contacts and end == PolicyEnd.BACK_TO_AGENT:
        yield (
            "add a contact or choose voicemail or a call back at the end; now the "
            "caller would go round in circles."
        )
    if len(contacts) != len(set(contacts)):
        yield "a contact is rung twice; remove one of the two."

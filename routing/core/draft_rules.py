"""What would fail on a live call though each part was fine when it was saved."""

from collections.abc import Iterator, Sequence

from routing.core.profile_rules import check_profile
from routing.core.ruleset import Agent, EscalationPolicy, PolicyEnd, Ruleset
from routing.core.voice_rules import check_voice


def check_draft(ruleset: Ruleset) -> list[str]:
    return [
        *check_profiles(ruleset),
        *(p for policy in ruleset.policies.values() for p in check_policy(policy)),
        *(p for agent in ruleset.agents.values() for p in check_agent(agent)),
    ]


def check_profiles(ruleset: Ruleset) -> Iterator[str]:
    for profile in ruleset.profiles.values():
        for problem in check_profile(profile.languages, profile.attributes):
            yield f"Language profile “{profile.name}”: {problem}"


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


def check_agent(agent: Agent) -> Iterator[str]:
    for problem in check_voice(agent.voice).values():
        yield f"Agent “{agent.name}”, voice (sip path): {problem}"

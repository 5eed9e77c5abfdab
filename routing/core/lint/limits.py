"""Limits that would never be reached, or at once."""

from collections.abc import Iterator
from decimal import Decimal

from routing.core.lint.finding import Finding, Known, error, warning
from routing.core.ruleset import Agent, Ruleset

# ConversationRelay alone; the call itself and the model come on top
# (https://www.twilio.com/en-us/voice/pricing/us, November 2026).
LEAST_MINUTE = Decimal("0.07")


def limits_that_cannot_hold(ruleset: Ruleset, known: Known) -> Iterator[Finding]:
    for agent in ruleset.agents.values():
        yield from of_agent(agent)
    yield from of_account(ruleset)


def of_agent(agent: Agent) -> Iterator[Finding]:
    record, limits = f"Agent “{agent.name}”", agent.limits
    place = ("agents", agent.key)
    if limits.warn_seconds >= limits.max_seconds:
        yield error(
            *place,
            "warn_seconds",
            record,
            "Callers are warned of the end before the call has begun.",
            "Warn later, or let calls be longer.",
        )
    if limits.filler_after >= limits.first_token_seconds:
        yield error(
            *place,
            "filler_after",
            record,
            "“One moment” would come after the agent has given up.",
            "Make it come sooner.",
        )
    if limits.max_cost < LEAST_MINUTE:
        yield warning(
            *place,
            "max_cost",
            record,
            f"{limits.max_cost:.2f} dollars do not pay for a minute.",
            f"Allow more: the carrier alone takes {LEAST_MINUTE} a minute.",
        )
    asked = limits.silence_seconds * (limits.silence_prompts + 1)
    if asked >= limits.max_seconds:
        yield warning(
            *place,
            "silence_seconds",
            record,
            "A silent caller would keep the line until the longest call is over.",
            "Ask sooner, or less often.",
        )


def of_account(ruleset: Ruleset) -> Iterator[Finding]:
    most = ruleset.capacity.most
    if not most:
        return
    for number in ruleset.numbers.values():
        if number.active and number.capacity.most > most:
            yield warning(
                "numbers",
                number.key,
                "max_calls",
                f"Number “{number.label}”",
                f"It may have {number.capacity.most} calls at the same time, but all "
                f"numbers together only {most}.",
                "Lower it, or raise the limit of the account.",
            )
    for agent in ruleset.agents.values():
        if agent.capacity.most > most:
            yield warning(
                "agents",
                agent.key,
                "max_calls",
                f"Agent “{agent.name}”",
                f"It may have {agent.capacity.most} calls at the same time, but all "
                f"numbers together only {most}.",
                "Lower it, or raise the limit of the account.",
            )

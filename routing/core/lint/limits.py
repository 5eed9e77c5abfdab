"""Limits that would never be reached, or at once."""

from collections.abc import Iterator
from decimal import Decimal

from routing.core.lint.finding import Finding, Known, error, warning
from routing.core.matches import Capacity, LoadScope
from routing.core.plan import members
from routing.core.ruleset import Agent, Number, Path, Rule, Ruleset

# ConversationRelay alone; the call itself and the model come on top
# (https://www.twilio.com/en-us/voice/pricing/us, November 2026).
LEAST_MINUTE = Decimal("0.07")
# Of a Realtime session, in seconds
# (https://platform.openai.com/docs/guides/realtime-conversations).
LONGEST_SESSION = 60 * 60


def limits_that_cannot_hold(ruleset: Ruleset, known: Known) -> Iterator[Finding]:
    for agent in ruleset.agents.values():
        yield from of_agent(agent)
    yield from of_account(ruleset)
    yield from late_rules(ruleset)
    yield from longer_than_speech(ruleset)


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
    yield from keeps_all("account", "1", "Account limits", ruleset.capacity)
    for number in ruleset.numbers.values():
        record = f"Number “{number.label}”"
        yield from keeps_all("numbers", number.key, record, number.capacity)
    for agent in ruleset.agents.values():
        record = f"Agent “{agent.name}”"
        yield from keeps_all("agents", agent.key, record, agent.capacity)
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


def keeps_all(
    section: str, key: str, record: str, capacity: Capacity
) -> Iterator[Finding]:
    if capacity.kept and capacity.kept >= capacity.most:
        yield warning(
            section,
            key,
            "kept_calls",
            record,
            f"{capacity.kept} of {capacity.most} calls are kept for priority callers, "
            "so nobody else is ever answered.",
            "Keep fewer.",
        )


def late_rules(ruleset: Ruleset) -> Iterator[Finding]:
    """Those that wait for more calls than there may be, for above that a call is

    already treated as one for which no line is free.
    """
    for rule in ruleset.rules:
        most = most_before(rule, ruleset)
        if most and rule.load_from > most:
            yield warning(
                "rules",
                rule.key,
                "load_from",
                f"Rule “{rule.name}”",
                f"It waits for {rule.load_from} calls, but with {most} no line is free "
                "and callers get what the number says for that.",
                f"Write {most} or less, or raise the limit.",
            )


def most_before(rule: Rule, ruleset: Ruleset) -> int:
    """The largest limit of those that the rule counts; 0 where one has none."""
    match rule.load:
        case LoadScope.ACCOUNT:
            limits = [ruleset.capacity.most]
        case LoadScope.NUMBER:
            limits = [number.capacity.most for number in lines_of(rule, ruleset)]
        case LoadScope.AGENT:
            limits = [agent.capacity.most for agent in agents_of(rule, ruleset)]
        case _:
            limits = []
    return max(limits) if limits and all(limits) else 0


def lines_of(rule: Rule, ruleset: Ruleset) -> list[Number]:
    named = members(rule, ruleset)
    return [
        number
        for number in ruleset.numbers.values()
        if number.active and (named is None or number.key in named)
    ]


def agents_of(rule: Rule, ruleset: Ruleset) -> list[Agent]:
    keys = {rule.agent, rule.second_agent} - {""}
    keys = keys or {number.agent for number in lines_of(rule, ruleset)}
    return [agent for agent in ruleset.agents.values() if agent.key in keys]


def longer_than_speech(ruleset: Ruleset) -> Iterator[Finding]:
    speaking = speak_themselves(ruleset)
    for agent in ruleset.agents.values():
        if agent.key in speaking and agent.limits.max_seconds > LONGEST_SESSION:
            yield warning(
                "agents",
                agent.key,
                "max_seconds",
                f"Agent “{agent.name}”",
                "It answers speech to speech, which the provider ends after "
                f"{LONGEST_SESSION // 60} minutes.",
                f"Write {LONGEST_SESSION} or less.",
            )


def speak_themselves(ruleset: Ruleset) -> set[str]:
    """The agents who may answer a call speech to speech."""
    numbers = [number for number in ruleset.numbers.values() if number.active]
    found = {number.agent for number in numbers if number.path is Path.SIP}
    for rule in ruleset.rules:
        lines = lines_of(rule, ruleset)
        if any(number.path is Path.SIP for number in lines):
            found |= {rule.agent, rule.second_agent}
    return found

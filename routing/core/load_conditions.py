"""Conditions about how busy we are, and how the budgets stand."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from routing.core.matches import BudgetMatch, LoadScope
from routing.core.ruleset import Agent, Rule
from routing.core.situation import Condition, Situation, Step
from routing.core.standing import BudgetState

BUDGETS: Mapping[BudgetMatch, str] = {
    BudgetMatch.WITHIN: "no budget has reached a warning",
    BudgetMatch.WARNED: "a budget has reached a warning",
    BudgetMatch.SPENT: "a budget is spent",
}


def load_conditions(rule: Rule, agents: Mapping[str, Agent]) -> Iterator[Condition]:
    if rule.load is not LoadScope.ANY:
        count = COUNTS[rule.load](rule)
        where = whose_calls(rule, agents)
        name = f"at least {rule.load_from} calls are in progress {where}"
        held = partial(is_busy, count, rule.load_from)
        yield Condition(Step.LOAD, name, held, partial(load_words, count))
    if rule.budget is not BudgetMatch.ANY:
        held = partial(money_is, rule.budget, rule.agent)
        words = partial(budget_words, rule.agent)
        yield Condition(Step.BUDGET, BUDGETS[rule.budget], held, words)


def whose_calls(rule: Rule, agents: Mapping[str, Agent]) -> str:
    if rule.load is LoadScope.NUMBER:
        return "on this number"
    if rule.load is LoadScope.ACCOUNT:
        return "on all numbers"
    agent = agents.get(rule.agent)
    return f"with “{agent.name}”" if agent else "with the agent"


def on_number(situation: Situation) -> int:
    return situation.facts.live_calls


def on_account(situation: Situation) -> int:
    return situation.facts.account_calls


def with_agent(rule_agent: str, situation: Situation) -> int:
    agent = rule_agent or situation.number.agent
    return situation.facts.agent_calls.get(agent, 0)


COUNTS: Mapping[LoadScope, Callable[[Rule], Callable[[Situation], int]]] = {
    LoadScope.NUMBER: lambda rule: on_number,
    LoadScope.ACCOUNT: lambda rule: on_account,
    LoadScope.AGENT: lambda rule: partial(with_agent, rule.agent),
}


def is_busy(
    count: Callable[[Situation], int], least: int, situation: Situation
) -> bool:
    return count(situation) >= least


def load_words(count: Callable[[Situation], int], situation: Situation) -> str:
    return str(count(situation))


def money_is(wanted: BudgetMatch, rule_agent: str, situation: Situation) -> bool:
    state = worst(rule_agent, situation)
    if wanted is BudgetMatch.WITHIN:
        return state is BudgetState.OK
    if wanted is BudgetMatch.SPENT:
        return state is BudgetState.SPENT
    return state is not BudgetState.OK


def worst(rule_agent: str, situation: Situation) -> BudgetState:
    number = situation.number
    budgets = situation.facts.budgets
    return budgets.worst(number.e164, rule_agent or number.agent)


def budget_words(rule_agent: str, situation: Situation) -> str:
    number = situation.number
    found = situation.facts.budgets.concerning(number.e164, rule_agent or number.agent)
    return "; ".join(f"{s.name}: {s.words}" for s in found) or "there is no budget"

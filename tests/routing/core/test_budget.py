"""What money that is spent changes about a call, and that it never loses a caller."""

from dataclasses import replace

import pytest

from routing.core.budget import shortened
from routing.core.decide import decide
from routing.core.decision import Because, CallerKind, Decision, Facts, Verdict
from routing.core.ruleset import Limits, Number, RuleAction, Ruleset
from routing.core.standing import (
    BudgetAction,
    Budgets,
    BudgetScope,
    BudgetStanding,
    BudgetState,
)
from tests.routing.core.rulesets import (
    AGENT,
    MAIN,
    MONDAY_NOON,
    NUMBER,
    facts,
    rule,
    ruleset,
)

CHEAP = replace(AGENT, key="b", name="Night agent", policy="night")
WORDS = "$812.40 of $1,000.00 this month (81 %)"


def standing(
    action: BudgetAction | None,
    scope: BudgetScope = BudgetScope.ACCOUNT,
    key: str = "",
    state: BudgetState = BudgetState.ACTED,
) -> BudgetStanding:
    name = f"{scope} {key}".strip()
    return BudgetStanding(scope, key, name, state, WORDS, action, "b", 120)


def with_cheap(rules: Ruleset) -> Ruleset:
    return replace(rules, agents={**rules.agents, "b": CHEAP})


def decided(
    *standings: BudgetStanding,
    number: Number = NUMBER,
    caller: Facts | None = None,
    action: RuleAction = RuleAction.ACCEPT,
) -> Decision:
    rules = with_cheap(ruleset(rule(action=action), number=number))
    known = replace(caller or facts(), budgets=Budgets(standings))
    return decide(rules, known, MONDAY_NOON)


@pytest.mark.parametrize("action", [None, BudgetAction.WARN])
def test_a_warning_changes_nothing_for_callers(action: BudgetAction | None) -> None:
    assert decided(standing(action)) == decided()


@pytest.mark.parametrize(
    ("action", "verdict"),
    [
        (BudgetAction.PERSON, Verdict.DIVERT),
        (BudgetAction.NO_AI, Verdict.DIVERT),
        (BudgetAction.CALLBACK, Verdict.CALLBACK),
        (BudgetAction.VOICEMAIL, Verdict.VOICEMAIL),
    ],
)
def test_a_budget_takes_the_call_from_the_agent_and_says_why(
    action: BudgetAction, verdict: Verdict
) -> None:
    decision = decided(standing(action))
    assert (decision.verdict, decision.because) == (verdict, Because.BUDGET)
    assert decision.policy == NUMBER.policy
    last = decision.trace[-1]
    assert last.rule == decision.rule == "Budget “account”"
    assert last.conditions[0].value == WORDS
    assert (decision.rule_key, decision.steps) == ("r", "+")


@pytest.mark.parametrize("action", list(BudgetAction))
def test_no_caller_is_ever_turned_away_for_money(action: BudgetAction) -> None:
    assert decided(standing(action)).verdict is not Verdict.REJECT


def test_whoever_cannot_be_called_back_may_leave_a_voicemail() -> None:
    withheld = facts("", CallerKind.WITHHELD)
    decision = decided(standing(BudgetAction.CALLBACK), caller=withheld)
    assert decision.verdict is Verdict.VOICEMAIL


@pytest.mark.parametrize(
    "action", [BudgetAction.VOICEMAIL, BudgetAction.CALLBACK, BudgetAction.NO_AI]
)
def test_over_a_trunk_people_are_tried(action: BudgetAction) -> None:
    on_trunk = replace(NUMBER, trunk=True)
    assert decided(standing(action), number=on_trunk).verdict is Verdict.DIVERT


@pytest.mark.parametrize(
    "action", [RuleAction.REJECT, RuleAction.DIVERT, RuleAction.VOICEMAIL]
)
def test_a_call_that_no_agent_takes_is_no_matter_of_budgets(
    action: RuleAction,
) -> None:
    spent = standing(BudgetAction.NO_AI)
    assert decided(spent, action=action) == decided(action=action)


def test_a_cheaper_agent_answers() -> None:
    decision = decided(standing(BudgetAction.CHEAPER_AGENT))
    assert (decision.verdict, decision.agent) == (Verdict.ACCEPT, "b")
    assert decision.policy == "night"
    assert "a cheaper agent answers" in decision.trace[-1].conditions[0].name


def test_a_cheaper_agent_that_is_gone_leaves_the_dear_one() -> None:
    gone = replace(standing(BudgetAction.CHEAPER_AGENT), agent="x")
    decision = decided(gone)
    assert (decision.verdict, decision.agent) == (Verdict.ACCEPT, "a")
    assert decision.trace[-1].held is False


def test_of_two_shorter_limits_the_shortest_holds() -> None:
    short = replace(standing(BudgetAction.SHORTER_CALLS), most_seconds=60)
    long = replace(short, most_seconds=300)
    assert decided(short, long).most_seconds == 60
    assert decided(long, short).most_seconds == 60


def test_a_shorter_and_a_cheaper_step_go_together() -> None:
    decision = decided(
        standing(BudgetAction.SHORTER_CALLS), standing(BudgetAction.CHEAPER_AGENT)
    )
    assert (decision.agent, decision.most_seconds) == ("b", 120)


def test_the_strictest_of_several_budgets_holds() -> None:
    decision = decided(
        standing(BudgetAction.PERSON),
        standing(BudgetAction.VOICEMAIL, BudgetScope.NUMBER, MAIN),
        standing(BudgetAction.CHEAPER_AGENT, BudgetScope.AGENT, "a"),
    )
    assert decision.verdict is Verdict.VOICEMAIL


def test_budgets_of_others_do_not_concern_a_call() -> None:
    decision = decided(
        standing(BudgetAction.NO_AI, BudgetScope.NUMBER, "+12025550999"),
        standing(BudgetAction.NO_AI, BudgetScope.AGENT, "z"),
    )
    assert decision == decided()


def test_a_call_kept_short_still_warns_before_its_end() -> None:
    agent = replace(AGENT, limits=Limits(max_seconds=900, warn_seconds=60))
    assert shortened(agent, 0) is agent
    assert shortened(agent, 900) is agent
    limits = shortened(agent, 90).limits
    assert (limits.max_seconds, limits.warn_seconds) == (90, 45)
    assert shortened(agent, 600).limits.warn_seconds == 60


def test_the_worst_state_is_told() -> None:
    known = Budgets(
        (
            standing(None, state=BudgetState.OK),
            standing(BudgetAction.WARN, state=BudgetState.WARNED),
            standing(None, BudgetScope.NUMBER, MAIN, BudgetState.SPENT),
        )
    )
    assert known.state(BudgetScope.ACCOUNT) is BudgetState.WARNED
    assert known.state(BudgetScope.NUMBER, MAIN) is BudgetState.SPENT
    assert known.state(BudgetScope.AGENT, "a") is BudgetState.OK
    assert known.worst(MAIN, "a") is BudgetState.SPENT
    assert known.worst("+1", "a") is BudgetState.WARNED

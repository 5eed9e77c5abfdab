"""Whatever the release and whatever is known of the call, there is one answer."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from routing.core.closure import Closure, ClosureAction
from routing.core.decide import DEFAULT, decide
from routing.core.decision import (
    CallerKind,
    Decision,
    Facts,
    ListKind,
    OnList,
    Verdict,
)
from routing.core.facts_record import facts_as_json, read_facts
from routing.core.matches import (
    BudgetMatch,
    Capacity,
    ForwardedMatch,
    HeaderMatch,
    HistoryMatch,
    LoadScope,
    VerificationMatch,
    When,
)
from routing.core.plan import plan_of
from routing.core.reasons import rules_in_words, tell
from routing.core.ruleset import (
    CONTACT,
    Calendar,
    CallerList,
    CallerMatch,
    HoursMatch,
    Number,
    NumberGroup,
    Path,
    Rule,
    RuleAction,
    Ruleset,
    Span,
)
from routing.core.situation import Step
from routing.core.standing import (
    BudgetAction,
    Budgets,
    BudgetScope,
    BudgetStanding,
    BudgetState,
)
from tests.routing.core.rulesets import AGENT

SHORT = st.text(max_size=8)
KEYS = st.sampled_from(["", "1", "2", "c", "x"])
COUNTS = st.integers(-1, 4)
DIALLED = st.sampled_from(["+12025550100", "+12025550100", ""]) | SHORT
CALLERS = st.sampled_from(["+12025550170", "+4930123456"]) | SHORT
PATTERNS = st.sampled_from(["+12025550170", "+1202*", "*"]) | SHORT
SPANS = st.builds(Span, st.integers(-1, 8), st.times(), st.times())
ZONES = st.sampled_from(
    ["UTC", "America/New_York", "Asia/Kathmandu", "America", "", "x"]
)
CALENDARS = st.builds(
    Calendar,
    key=KEYS,
    name=SHORT,
    time_zone=ZONES,
    spans=st.lists(SPANS, max_size=4).map(tuple),
)
CAPACITIES = st.builds(Capacity, COUNTS, COUNTS)
NUMBERS = st.builds(
    Number,
    key=KEYS,
    e164=DIALLED,
    label=SHORT,
    time_zone=ZONES,
    path=st.sampled_from(Path),
    active=st.booleans(),
    profile=KEYS,
    agent=KEYS,
    policy=KEYS,
    trunk=st.booleans(),
    capacity=CAPACITIES,
    overflow=st.sampled_from(RuleAction),
)
AGENTS = st.builds(
    lambda key, capacity, policy: replace(
        AGENT, key=key, capacity=capacity, policy=policy
    ),
    KEYS,
    CAPACITIES,
    KEYS,
)
DAYS = st.dates(datetime(2000, 1, 1).date(), datetime(2100, 1, 1).date())  # noqa: DTZ001
WHENS = st.builds(
    When,
    weekdays=st.frozensets(st.integers(-1, 8), max_size=3),
    since=st.none() | st.times(),
    until=st.none() | st.times(),
    first_day=st.none() | DAYS,
    last_day=st.none() | DAYS,
)
HEADERS = st.builds(HeaderMatch, st.sampled_from(["X-Line", "x"]), PATTERNS)
RULES = st.builds(
    Rule,
    key=KEYS,
    name=SHORT,
    numbers=st.frozensets(KEYS, max_size=2),
    caller_match=st.sampled_from(CallerMatch),
    callers=st.lists(PATTERNS, max_size=3).map(tuple),
    hours_match=st.sampled_from(HoursMatch),
    calendar=KEYS,
    action=st.sampled_from(RuleAction),
    agent=KEYS,
    groups=st.frozensets(KEYS, max_size=1),
    caller_lists=st.lists(KEYS, max_size=2).map(tuple),
    countries=st.lists(st.sampled_from(["US", "DE", ""]), max_size=2).map(tuple),
    more_calendars=st.lists(KEYS, max_size=2).map(tuple),
    verification=st.sampled_from(VerificationMatch),
    forwarded=st.sampled_from(ForwardedMatch),
    forwarded_from=st.lists(PATTERNS, max_size=2).map(tuple),
    history=st.sampled_from(HistoryMatch),
    within_minutes=COUNTS,
    when=WHENS,
    load=st.sampled_from(LoadScope),
    load_from=COUNTS,
    budget=st.sampled_from(BudgetMatch),
    headers=st.lists(HEADERS, max_size=1).map(tuple),
    second_agent=KEYS,
    second_share=st.integers(-5, 105),
    contact=KEYS,
)
LISTS = st.builds(CallerList, KEYS, SHORT, st.sampled_from(ListKind))
GROUPS = st.builds(NumberGroup, KEYS, SHORT, st.frozensets(KEYS, max_size=2))
RULESETS = st.builds(
    Ruleset,
    number=st.integers(),
    numbers=st.dictionaries(KEYS, NUMBERS, max_size=2),
    agents=st.dictionaries(KEYS, AGENTS, max_size=2),
    calendars=st.dictionaries(KEYS, CALENDARS, max_size=2),
    rules=st.lists(RULES, max_size=4).map(tuple),
    groups=st.dictionaries(KEYS, GROUPS, max_size=2),
    caller_lists=st.dictionaries(KEYS, LISTS, max_size=2),
    capacity=CAPACITIES,
)
STANDINGS = st.builds(
    BudgetStanding,
    scope=st.sampled_from(BudgetScope),
    key=KEYS,
    name=SHORT,
    state=st.sampled_from(BudgetState),
    words=SHORT,
    action=st.none() | st.sampled_from(BudgetAction),
    agent=KEYS,
    most_seconds=st.integers(0, 900),
)
CLOSURES = st.builds(
    Closure,
    name=SHORT,
    action=st.sampled_from(ClosureAction),
    message=SHORT,
    policy=KEYS | KEYS.map(f"{CONTACT}{{}}".format),
    reason=SHORT,
    switched_on=SHORT,
)
FACTS = st.builds(
    Facts,
    dialled=DIALLED,
    caller=CALLERS,
    caller_kind=st.sampled_from(CallerKind),
    country=st.sampled_from(["", "US", "DE"]),
    forwarded_from=st.just("") | CALLERS,
    verstat=st.sampled_from(
        ["", "TN-Validation-Passed-A", "TN-Validation-Failed", "No-TN-Validation", "?"]
    ),
    lists=st.lists(
        st.builds(OnList, KEYS, SHORT, st.sampled_from(ListKind)), max_size=2
    ).map(tuple),
    since_last_call=st.none() | st.integers(0, 10**7),
    live_calls=st.integers(0, 4),
    account_calls=st.integers(0, 4),
    agent_calls=st.dictionaries(KEYS, st.integers(0, 4), max_size=2),
    budgets=st.builds(Budgets, st.lists(STANDINGS, max_size=2).map(tuple)),
    headers=st.dictionaries(st.sampled_from(["x-line", "x"]), SHORT, max_size=1),
    call=SHORT,
    closure=st.none() | CLOSURES,
)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=UTC)
)


@given(RULESETS, FACTS, MOMENTS)
def test_every_call_gets_one_decision_and_can_be_told_why(
    ruleset: Ruleset, facts: Facts, now: datetime
) -> None:
    decision = decide(ruleset, facts, now)
    assert decision.verdict in Verdict
    assert decision == decide(ruleset, facts, now)
    untraced = decide(ruleset, facts, now, traced=False)
    assert untraced == replace(decision, steps="")
    told = tell(ruleset, facts, now, decision)
    assert told
    rules = list(rules_in_words(ruleset, facts, now))
    assert [rule.held for rule in rules].count(True) == bool(rules)
    assert all(rule.held for rule in rules[-1:])


@given(RULESETS, FACTS, MOMENTS)
def test_what_is_told_is_what_was_decided(
    ruleset: Ruleset, facts: Facts, now: datetime
) -> None:
    decision = decide(ruleset, facts, now)
    rules = list(rules_in_words(ruleset, facts, now))
    number = ruleset.number_for(facts.dialled)
    if not rules or number is None:
        assert decision.steps == ""
        return
    looked_at = iter(rules)
    steps = []
    for planned, rule in zip(plan_of(ruleset).rules, looked_at, strict=False):
        if planned not in plan_of(ruleset).rules_for(number):
            assert not rule.held
            continue
        own = rule.conditions[-len(planned.conditions) :] if planned.conditions else ()
        failed = (
            condition.step
            for condition, told in zip(planned.conditions, own, strict=True)
            if not told.held
        )
        steps.append(next(failed, Step.HELD))
    assert "".join(steps) == decision.steps
    assert (rules[-1].rule == DEFAULT) or decision.steps.endswith(Step.HELD)


@given(RULESETS, FACTS, MOMENTS)
def test_a_call_is_decided_alike_from_what_was_stored_of_it(
    ruleset: Ruleset, facts: Facts, now: datetime
) -> None:
    stored = read_facts(facts_as_json(facts))
    assert stored == facts
    decision: Decision = decide(ruleset, stored, now)
    assert decision == decide(ruleset, facts, now)

"""For any configuration: what passes decides every call, and what is called

unreachable is never reached.
"""

from dataclasses import replace
from datetime import datetime

from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from routing.core.decide import decide
from routing.core.decision import Facts, Verdict
from routing.core.lint import Known, Level, lint
from routing.core.ruleset import (
    Contact,
    EscalationPolicy,
    HuntStep,
    PolicyEnd,
    Rule,
    Ruleset,
)
from tests.routing.core.rulesets import AGENT, MAIN, PROFILE, RULE
from tests.routing.core.test_decide_properties import (
    FACTS,
    MOMENTS,
    NUMBERS,
    RULESETS,
)

NEVER_ASKED = ("name", "numbers")
MANY = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def with_keys_of_their_own(ruleset: Ruleset) -> Ruleset:
    rules = enumerate(ruleset.rules)
    return replace(ruleset, rules=tuple(replace(r, key=f"r{n}") for n, r in rules))


AGENTS, POLICIES = st.sampled_from(["a", "b"]), st.sampled_from(["e", "f"])
CONTACTS = {key: Contact(key, key, "+12025550151", "") for key in ("c", "d")}
PEOPLE = st.lists(
    st.sampled_from(["c", "d"]).map(HuntStep), max_size=2, unique=True
).map(tuple)


def or_none(keys: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.just("") | keys


@st.composite
def sound_rulesets(draw: st.DrawFn) -> Ruleset:
    """As releases are: whatever is named is there. Not all of it passes."""
    number = draw(NUMBERS)
    number = replace(number, key="n", e164=MAIN, time_zone="UTC", profile="p")
    number = replace(number, agent=draw(or_none(AGENTS)), policy=draw(POLICIES))
    made = draw(RULESETS)
    return replace(
        made,
        numbers={"n": number},
        agents={key: replace(AGENT, key=key) for key in ("a", "b")},
        profiles={"p": PROFILE},
        policies={
            key: EscalationPolicy(key, key, draw(PEOPLE), draw(st.sampled_from(ENDS)))
            for key in ("e", "f")
        },
        contacts=CONTACTS,
        rules=tuple(draw(sound(rule)) for rule in made.rules),
    )


ENDS = tuple(PolicyEnd)


def passes(ruleset: Ruleset, now: datetime) -> bool:
    """But for how the profile is spoken, which decides nothing."""
    return all(
        finding.level is not Level.ERROR or finding.section == "profiles"
        for finding in lint(ruleset, Known(now))
    )


@st.composite
def sound(draw: st.DrawFn, rule: Rule) -> Rule:
    """One in two asks nothing, for of many conditions some is always missed."""
    return replace(
        draw(st.sampled_from([rule, RULE])),
        action=rule.action,
        numbers=frozenset(),
        groups=frozenset(),
        agent=draw(or_none(AGENTS)),
        second_agent=draw(or_none(AGENTS)),
        profile=draw(or_none(st.just("p"))),
        policy=draw(or_none(POLICIES)),
        contact=draw(or_none(st.sampled_from(["c", "d"]))),
    )


@settings(MANY, max_examples=200)
@given(sound_rulesets(), FACTS, MOMENTS)
def test_what_passes_leads_every_call_to_somebody_or_something(
    ruleset: Ruleset, facts: Facts, now: datetime
) -> None:
    """One action, and whatever that action needs is there."""
    assume(passes(ruleset, now))
    decision = decide(ruleset, replace(facts, dialled=MAIN), now)
    event(decision.verdict.value)
    assert decision.verdict in Verdict
    if decision.verdict is Verdict.REJECT:
        assert 400 <= decision.sip_status < 700
        return
    assert ruleset.policy_for(decision.policy) is not None
    assert decision.profile in ruleset.profiles
    if decision.verdict is Verdict.ACCEPT:
        assert decision.agent in ruleset.agents


@MANY
@given(RULESETS, FACTS, MOMENTS)
def test_a_rule_called_unreachable_never_decides(
    ruleset: Ruleset, facts: Facts, now: datetime
) -> None:
    ruleset = with_keys_of_their_own(ruleset)
    unreachable = {
        finding.key
        for finding in lint(ruleset, Known(now))
        if finding.section == "rules" and finding.field in NEVER_ASKED
    }
    assert decide(ruleset, facts, now).rule_key not in unreachable

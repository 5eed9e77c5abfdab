"""For any configuration: what passes decides every call, and what is called

unreachable is never reached.
"""

from dataclasses import replace
from datetime import datetime

from hypothesis import HealthCheck, given, settings

from routing.core.decide import decide
from routing.core.decision import Decision, Facts, Verdict
from routing.core.lint import Known, Level, lint
from routing.core.ruleset import Ruleset
from tests.routing.core.test_decide_properties import FACTS, MOMENTS, RULESETS

NEVER_ASKED = ("name", "numbers")
MANY = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def with_keys_of_their_own(ruleset: Ruleset) -> Ruleset:
    rules = enumerate(ruleset.rules)
    return replace(ruleset, rules=tuple(replace(r, key=f"r{n}") for n, r in rules))


@MANY
@given(RULESETS, FACTS, MOMENTS)
def test_what_has_no_error_decides_every_call(
    ruleset: Ruleset, facts: Facts, now: datetime
) -> None:
    found = lint(ruleset, Known(now))
    decision = decide(ruleset, facts, now)
    if all(finding.level is not Level.ERROR for finding in found):
        assert isinstance(decision, Decision)
        assert decision.verdict in Verdict


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

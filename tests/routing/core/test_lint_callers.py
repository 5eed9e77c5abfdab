"""Findings about what callers would hear, and about lines that cannot do everything."""

from dataclasses import replace
from typing import Any

import pytest

from routing.core.decision import ListKind
from routing.core.lint import Known, lint
from routing.core.matches import Capacity, LoadScope
from routing.core.phrases import ENGLISH
from routing.core.ruleset import (
    CallerList,
    CallerMatch,
    LanguageProfile,
    Limits,
    Path,
    RuleAction,
    Ruleset,
)
from tests.routing.core.rulesets import LANGUAGE, PROFILE
from tests.routing.core.test_lint import (
    AGENT,
    KNOWN,
    NOW,
    NUMBER,
    findings,
    rule,
    ruleset,
)

WORDED = replace(
    ENGLISH, callback_offer="Drücken Sie die 1.", callback_promised="Bis bald."
)


def offers(*profiles: LanguageProfile) -> list[str]:
    made = ruleset(profiles={profile.key: profile for profile in profiles})
    return [key + " " + field for _, _, key, field in findings(made) if "-" in field]


def test_a_language_that_would_offer_to_call_back_in_english_is_told() -> None:
    german = replace(LANGUAGE, code="de-DE", voice="de-DE-Chirp3-HD-Aoede")
    half = replace(WORDED, callback_promised=ENGLISH.callback_promised)
    place = "p languages-1-callback_offer"
    for phrases, expected in ((ENGLISH, [place]), (half, [place]), (WORDED, [])):
        spoken = (LANGUAGE, replace(german, phrases=phrases))
        assert offers(LanguageProfile("p", "Both", spoken, {})) == expected
    unused = LanguageProfile("q", "Nobody's", (replace(german, phrases=ENGLISH),), {})
    assert offers(PROFILE, unused) == []


VIPS = CallerList("v", "Friends", ListKind.VIP)
NUISANCE = CallerList("b", "Nuisance", ListKind.BLOCK)
LISTS = {"v": VIPS, "b": NUISANCE}
SOMEBODY = Known(NOW, listed=frozenset({"v"}))


def with_rule(**values: Any) -> Ruleset:
    return ruleset(rule("1", **values), caller_lists=LISTS)


@pytest.mark.parametrize("match", [CallerMatch.LISTED, CallerMatch.NOT_LISTED])
def test_a_rule_for_callers_on_an_empty_list_is_told(match: CallerMatch) -> None:
    place = [("warning", "rules", "1", "caller_lists")]
    made = with_rule(caller_match=match, caller_lists=("b",))
    assert findings(made) == place
    assert findings(made, SOMEBODY) == place
    (found,) = lint(made, KNOWN)
    every = "no caller" if match is CallerMatch.LISTED else "every caller"
    assert f"Nobody is on “Nuisance” now, so it holds for {every}." in found.problem


@pytest.mark.parametrize(
    "values",
    [
        {"caller_lists": ("b", "v")},
        {"caller_lists": ("v",)},
        {"caller_lists": ("b",), "callers": ("+12025550177",)},
        {"caller_lists": ("b",), "countries": ("US",)},
    ],
)
def test_somebody_for_whom_a_rule_holds_is_enough(values: dict[str, Any]) -> None:
    made = with_rule(caller_match=CallerMatch.LISTED, **values)
    assert findings(made, SOMEBODY) == []


KEPT = Capacity(5, 2)


@pytest.mark.parametrize(
    ("values", "section", "key"),
    [
        ({"capacity": KEPT}, "account", "1"),
        ({"numbers": {"n": replace(NUMBER, capacity=KEPT)}}, "numbers", "n"),
        ({"agents": {"a": replace(AGENT, capacity=KEPT)}}, "agents", "a"),
    ],
)
def test_lines_kept_for_nobody_are_told(
    values: dict[str, Any], section: str, key: str
) -> None:
    made = ruleset(caller_lists=LISTS, **values)
    assert findings(made) == [("warning", section, key, "kept_calls")]
    assert findings(made, SOMEBODY) == []
    blocked = Known(NOW, listed=frozenset({"b"}))
    assert findings(made, blocked) == [("warning", section, key, "kept_calls")]


ALL_KEPT = Capacity(2, 2)


@pytest.mark.parametrize(
    ("values", "section", "key"),
    [
        ({"capacity": ALL_KEPT}, "account", "1"),
        ({"numbers": {"n": replace(NUMBER, capacity=ALL_KEPT)}}, "numbers", "n"),
        ({"agents": {"a": replace(AGENT, capacity=ALL_KEPT)}}, "agents", "a"),
    ],
)
def test_keeping_every_line_for_priority_callers_is_told(
    values: dict[str, Any], section: str, key: str
) -> None:
    made = ruleset(caller_lists=LISTS, **values)
    assert findings(made, SOMEBODY) == [("warning", section, key, "kept_calls")]


FIVE = Capacity(5)
LOADS: list[tuple[LoadScope, dict[str, Any]]] = [
    (LoadScope.ACCOUNT, {"capacity": FIVE}),
    (LoadScope.NUMBER, {"numbers": {"n": replace(NUMBER, capacity=FIVE)}}),
    (LoadScope.AGENT, {"agents": {"a": replace(AGENT, capacity=FIVE)}}),
]


@pytest.mark.parametrize(("scope", "values"), LOADS)
def test_a_rule_that_waits_for_more_calls_than_there_may_be_is_told(
    scope: LoadScope, values: dict[str, Any]
) -> None:
    late, first = (rule("1", load=scope, load_from=count) for count in (6, 5))
    assert findings(ruleset(late, **values)) == [("warning", "rules", "1", "load_from")]
    assert findings(ruleset(first, **values)) == []
    assert findings(ruleset(late)) == []


def test_a_line_without_a_limit_lets_a_rule_wait_for_any_number() -> None:
    full = replace(NUMBER, capacity=FIVE)
    free = replace(NUMBER, key="m", e164="+12025550101")
    late = rule("1", load=LoadScope.NUMBER, load_from=6)
    assert findings(ruleset(late, numbers={"n": full, "m": free})) == []


def test_calls_that_outlast_what_the_voice_model_allows_are_told() -> None:
    long = {"a": replace(AGENT, limits=Limits(max_seconds=3601))}
    speaking = replace(NUMBER, path=Path.SIP)
    other = {"m": replace(speaking, key="m", e164="+12025550101", agent="b")}
    agents = {**long, "b": replace(AGENT, key="b")}
    found = [("warning", "agents", "a", "max_seconds")]
    assert findings(ruleset(agents=long)) == []
    assert findings(ruleset(agents=long, numbers={"n": speaking})) == found
    assert findings(ruleset(agents=agents, numbers=other)) == []
    gives = rule("1", action=RuleAction.ACCEPT, agent="a")
    assert findings(ruleset(gives, agents=agents, numbers=other)) == found


TRUNK = {"n": replace(NUMBER, path=Path.SIP, trunk=True)}


@pytest.mark.parametrize(
    ("action", "becomes"),
    [
        (RuleAction.MESSAGE, "the message is not heard"),
        (RuleAction.VOICEMAIL, "no message can be left"),
        (RuleAction.CALLBACK, "a follow-up to call them is opened"),
    ],
)
def test_what_a_bare_trunk_cannot_do_is_told(action: RuleAction, becomes: str) -> None:
    (found,) = lint(ruleset(rule("1", action=action), numbers=TRUNK), KNOWN)
    assert (found.section, found.key, found.field) == ("rules", "1", "action")
    assert "On “Main line”, connected by a bare SIP trunk" in found.problem
    assert becomes in found.problem
    limited = {"n": replace(TRUNK["n"], overflow=action, capacity=FIVE)}
    (found,) = lint(ruleset(numbers=limited), KNOWN)
    assert (found.section, found.key, found.field) == ("numbers", "n", "overflow")
    assert becomes in found.problem


@pytest.mark.parametrize(
    "action", [RuleAction.REJECT, RuleAction.DIVERT, RuleAction.ACCEPT]
)
def test_what_a_bare_trunk_can_do_is_no_finding(action: RuleAction) -> None:
    assert findings(ruleset(rule("1", action=action), numbers=TRUNK)) == []


def test_a_rule_for_other_lines_is_no_matter_of_the_trunk() -> None:
    other = replace(NUMBER, key="m", e164="+12025550101")
    numbers = {**TRUNK, "m": other}
    quiet = rule("1", action=RuleAction.VOICEMAIL, numbers=frozenset({"m"}))
    assert findings(ruleset(quiet, numbers=numbers)) == []
    unlimited = {"n": replace(TRUNK["n"], overflow=RuleAction.MESSAGE)}
    assert findings(ruleset(numbers=unlimited)) == []

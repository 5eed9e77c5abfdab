from dataclasses import replace

from routing.core.draft_rules import check_draft
from routing.core.ruleset import (
    EscalationPolicy,
    HuntStep,
    PolicyEnd,
    Ruleset,
    VoiceSettings,
)
from tests.routing.core.rulesets import AGENT, PROFILE


def draft(*steps: HuntStep, end: PolicyEnd = PolicyEnd.VOICEMAIL) -> Ruleset:
    return Ruleset(1, policies={"e": EscalationPolicy("e", "People", steps, end)})


def test_nothing_is_wrong_with_an_empty_draft() -> None:
    assert check_draft(Ruleset(1)) == []


def test_a_profile_is_checked_as_a_whole() -> None:
    problems = check_draft(Ruleset(1, profiles={"p": PROFILE}))
    assert problems[0].startswith("Language profile “English”: ")


def test_a_policy_without_contacts_must_not_lead_back_to_the_agent() -> None:
    (problem,) = check_draft(draft(end=PolicyEnd.BACK_TO_AGENT))
    assert "add a contact" in problem
    assert check_draft(draft(end=PolicyEnd.VOICEMAIL)) == []


def test_nobody_is_rung_twice() -> None:
    (problem,) = check_draft(draft(HuntStep("1"), HuntStep("2"), HuntStep("1")))
    assert "remove one" in problem
    assert check_draft(draft(HuntStep("1"), HuntStep("2"))) == []


def test_the_voice_of_an_agent_is_checked() -> None:
    agent = replace(AGENT, voice=VoiceSettings(eagerness="high"))
    (problem,) = check_draft(Ruleset(1, agents={"a": agent}))
    assert problem.startswith("Agent “Front desk”, voice (sip path): Only detection")

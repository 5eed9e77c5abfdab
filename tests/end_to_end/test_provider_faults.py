"""The model or a business system fails: what the caller hears, and what is noted."""

from collections.abc import Mapping

import pytest

from tests.end_to_end.outcomes import Outcome

SLOW, ERROR = ("model_slow", "model"), ("model_error", "model")
GIVEN_UP = {"model_stalls": SLOW, "model_stops": SLOW, "model_refuses": ERROR}
# The model is asked to go on; the simulated one has nothing better to say then than
# "Are you still there?".
CONTINUED = [
    "model_breaks_off",
    "model_reports_error",
    "model_reports_nested_error",
    "model_fails",
]
FAILING, ODD = ["tool_hangs", "tool_breaks"], ["tool_floods", "tool_babbles"]
LONGEST_OUTPUT = 20_000


@pytest.mark.parametrize("name", GIVEN_UP)
def test_a_model_that_fails_leads_to_an_apology_and_a_person(
    played: Mapping[str, Outcome], name: str
) -> None:
    outcome = played[name]
    assert outcome.complaints == [], outcome.told
    assert outcome.row.disposition == "handed_off"
    assert outcome.books.handoffs(outcome.sid) == [("model_failed", "connected")]
    assert outcome.books.incidents(outcome.sid) == [GIVEN_UP[name]]


@pytest.mark.parametrize("name", ["model_stalls", "model_stops"])
def test_a_model_that_is_slow_is_excused_before_it_is_given_up(
    played: Mapping[str, Outcome], name: str
) -> None:
    heard = played[name].record.heard
    assert 0 < heard.find("One moment") < heard.find("I am sorry")


@pytest.mark.parametrize("name", CONTINUED)
def test_an_answer_that_breaks_off_is_continued(
    played: Mapping[str, Outcome], name: str
) -> None:
    outcome = played[name]
    assert outcome.complaints == [], outcome.told
    assert outcome.row.disposition == "resolved"
    assert outcome.books.incidents(outcome.sid) == [ERROR]


@pytest.mark.parametrize("name", [*FAILING, *ODD])
def test_a_tool_that_fails_leaves_nobody_in_silence(
    played: Mapping[str, Outcome], name: str
) -> None:
    outcome = played[name]
    assert outcome.complaints == [], outcome.told
    assert outcome.row.disposition == "resolved"
    (answer,) = [
        event.data
        for event in outcome.books.journal(outcome.sid)
        if event.kind == "tool_answered"
    ]
    assert answer["ok"] == (name in ODD)
    assert len(answer["output"]) < LONGEST_OUTPUT


@pytest.mark.parametrize("name", FAILING)
def test_a_tool_that_fails_is_an_incident_of_its_owner(
    played: Mapping[str, Outcome], name: str
) -> None:
    outcome = played[name]
    assert outcome.books.incidents(outcome.sid) == [("tool_error", "customer_tool")]

"""The web server dies during calls, and soon another one is there.

The other one is made ready before and held, so that the tests do not depend on how
long this machine takes to start it: the carrier waits 15 seconds for an answer.
"""

from collections.abc import Mapping

import pytest

from tests.end_to_end.callers import holding
from tests.end_to_end.outcomes import Outcome, ends_of
from tests.end_to_end.portal import Portal
from tests.end_to_end.processes import paused
from tests.end_to_end.waiting import until

COME_BACK = ["kept_listening", "kept_speaking", "kept_thinking"]
UNTOUCHED = ["kept_with_person", "kept_ringing"]
LEAVES = "leaves_meanwhile"
A_FEW = 10
GREETING = "automatic assistant"


@pytest.fixture(scope="module")
def ends(portal: Portal) -> Mapping[str, Outcome]:
    world, gate = portal.world, portal.world.gate()
    killed, spare = portal.web, portal.start_web()
    with paused(spare):
        calls = {name: world.place(name) for name in [*COME_BACK, *UNTOUCHED]}
        calls[LEAVES] = world.place(holding(world.scenarios[LEAVES], {3: gate}))
        calls["kept_listening"].hears("every single part")
        calls["kept_with_person"].hears("through to a person")
        thinks, rings = calls["kept_thinking"].sid, calls["kept_ringing"].sid
        until(lambda: "caller_said" in portal.books.kinds(thinks), "a question")
        until(lambda: portal.books.handoffs(rings), "a handoff")
        until(lambda: calls["kept_speaking"].frames() > A_FEW, "some of an answer")
        gate.reached()
        killed.kill_at_once()
        gate.open()
    return ends_of(portal, calls.values())


@pytest.mark.parametrize("name", COME_BACK)
def test_the_conversation_goes_on_without_a_second_greeting(
    ends: Mapping[str, Outcome], name: str
) -> None:
    outcome = ends[name]
    assert outcome.complaints == [], outcome.told
    assert outcome.record.sessions[0].error_code == "64105"
    assert outcome.record.heard.count(GREETING) == 1
    assert outcome.books.kinds(outcome.sid).count("greeted") == 1
    assert outcome.row.disposition == "resolved"


def test_the_model_is_told_what_was_said_before(
    portal: Portal, ends: Mapping[str, Outcome]
) -> None:
    asked = next(
        text
        for items in reversed(portal.world.book.asked)
        if "does that check cost" in (text := str(items))
    )
    assert "annual check" in asked
    assert "every single part" in asked


@pytest.mark.parametrize("name", COME_BACK)
def test_an_incident_says_why_the_call_was_interrupted(
    ends: Mapping[str, Outcome], name: str
) -> None:
    outcome = ends[name]
    assert outcome.books.incidents(outcome.sid) == [("socket_lost", "ours")]


@pytest.mark.parametrize("name", UNTOUCHED)
def test_callers_who_are_with_people_notice_nothing(
    ends: Mapping[str, Outcome], name: str
) -> None:
    outcome = ends[name]
    assert outcome.complaints == [], outcome.told
    assert outcome.row.disposition == "handed_off"


def test_a_caller_who_leaves_meanwhile_is_accounted_for(
    portal: Portal, ends: Mapping[str, Outcome]
) -> None:
    assert ends[LEAVES].row.disposition in {"resolved", "lost"}
    assert portal.books.remainder() == 0

"""Tools: asked wrongly, answered late, failing, hanging, without end."""

import pytest

from calls.core import events as ev
from calls.core.actions import (
    AgentTurn,
    AskModel,
    HandOff,
    ReportIncident,
    RunTool,
    Say,
    ToolTurn,
)
from calls.core.conversation import State
from calls.core.words import CauseOwner, EventKind, HandoffReason, IncidentKind
from tests.calls.core.making import (
    PHRASES,
    SLOTS,
    Talk,
    ending,
    found,
    greeted,
    history,
    make_setting,
    noted,
    only,
    said,
    speaking,
    thinking,
    working,
)

ANSWERED = ev.ToolAnswered("t1", "Monday.")


def test_a_tool_runs_and_the_model_is_asked_again_with_its_answer() -> None:
    talk = thinking()
    actions = talk.asks("find_slots", day="Monday")
    assert only(RunTool, actions) == RunTool("t1", "find_slots", '{"day": "Monday"}')
    assert found(AskModel, talk.done()) == []
    actions = talk.tell(ANSWERED)
    turn = ToolTurn("t1", "find_slots", '{"day": "Monday"}', "Monday.")
    assert history(actions)[-1] == turn
    assert not found(ReportIncident, actions)


def test_an_answer_that_comes_before_the_model_has_finished_waits_for_it() -> None:
    talk = thinking()
    talk.asks("find_slots")
    assert found(AskModel, talk.tell(ANSWERED)) == []
    assert isinstance(history(talk.done())[-1], ToolTurn)


def test_several_tools_are_all_answered_before_the_model_is_asked_again() -> None:
    talk = thinking()
    talk.asks("find_slots", "t1")
    talk.asks("look_up_caller", "t2")
    talk.asks("take_message", "t3", message="Call me.")
    talk.done()
    assert found(AskModel, talk.tell(ev.ToolAnswered("t2", "Unknown."))) == []
    asked = history(talk.tell(ANSWERED))
    calls = [item.tool_call for item in asked if isinstance(item, ToolTurn)]
    assert calls == ["t1", "t2", "t3"]


def test_words_said_before_a_tool_stand_before_it() -> None:
    talk = speaking(text="Let me see.")
    talk.asks("find_slots")
    talk.done()
    asked = history(talk.tell(ANSWERED))
    assert asked[-2] == AgentTurn("Let me see.")


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("find_slots", '{"day": '),
        ("find_slots", "[]"),
        ("no_such_tool", "{}"),
        ("collect_field", '{"name": "age", "value": "7"}'),
        ("transfer_to_person", '{"reason": "boredom"}'),
    ],
)
def test_what_cannot_be_run_is_told_to_the_model_which_goes_on(
    name: str, arguments: str
) -> None:
    talk = thinking()
    actions = talk.tell(ev.ToolAsked(1, "t1", name, arguments))
    assert not found(RunTool, actions)
    assert noted(EventKind.TOOL_ANSWERED, actions)[0]["ok"] is False
    assert found(AskModel, talk.done())
    talk.model("I am afraid not.")
    talk.done()
    assert talk.core.state is State.LISTENING


def test_a_call_that_comes_twice_runs_once() -> None:
    talk = thinking()
    assert found(RunTool, talk.asks("find_slots"))
    assert talk.asks("find_slots") == []
    talk.tell(ANSWERED)
    assert talk.asks("find_slots") == []
    tools = [i for i in history(talk.done()) if isinstance(i, ToolTurn)]
    assert len(tools) == 1


def test_answers_that_nobody_waits_for_are_dropped() -> None:
    stray = ev.ToolAnswered("t9", "Hello.")
    for talk in (Talk(), greeted(), thinking(), working(), ending()):
        assert talk.tell(stray) == []
    talk = working()
    talk.tell(ANSWERED)
    assert talk.tell(ANSWERED) == []


def test_a_failing_tool_is_told_to_the_model_and_is_an_incident() -> None:
    talk = working()
    actions = talk.tell(ev.ToolAnswered("t1", "It failed.", ok=False))
    assert only(ReportIncident, actions).cause is CauseOwner.CUSTOMER_TOOL
    assert history(actions)[-1] == ToolTurn("t1", "find_slots", "{}", "It failed.")


def test_a_failing_tool_of_our_own_is_our_fault() -> None:
    talk = thinking()
    talk.asks("look_up_caller")
    talk.done()
    actions = talk.tell(ev.ToolAnswered("t1", "It failed.", ok=False))
    assert only(ReportIncident, actions).cause is CauseOwner.OURS


def test_a_tool_that_takes_its_time_is_covered_by_its_waiting_line() -> None:
    talk = thinking()
    talk.asks("find_slots")
    actions = talk.done()
    assert found(Say, actions) == [Say(SLOTS.waiting_line, last=True)]
    assert said(talk.wait(3)) == []
    assert said(talk.wait(1)) == [PHRASES.filler]


def test_a_filler_may_be_needed_again_while_a_tool_runs() -> None:
    talk = thinking()
    assert said(talk.wait(2)) == [PHRASES.filler]
    talk.asks("find_slots")
    talk.done()
    assert said(talk.wait(5.5)) == [PHRASES.filler]


def test_a_waiting_line_is_said_whatever_the_answer_before_said() -> None:
    talk = speaking(text="Let me see.")
    talk.asks("find_slots", "t1")
    talk.done()
    talk.tell(ANSWERED)
    talk.asks("find_slots", "t2")
    assert said(talk.done()) == [SLOTS.waiting_line]


def test_a_model_that_announced_the_tool_needs_no_waiting_line() -> None:
    talk = speaking(text="Let me see.")
    talk.asks("find_slots")
    assert said(talk.done()) == []
    assert said(talk.wait(4)) == [PHRASES.filler]


def test_a_hanging_tool_ends_with_an_apology_and_a_person() -> None:
    talk = working()
    actions = talk.wait(25)
    assert said(actions) == [PHRASES.filler, PHRASES.apology, PHRASES.handoff]
    assert only(ReportIncident, actions).kind is IncidentKind.TOOL_ERROR
    assert only(HandOff, talk.wait(10)).reason is HandoffReason.TOOL_FAILED


def test_a_tool_that_answers_during_the_apology_is_noted_and_no_more() -> None:
    talk = working()
    talk.wait(25)
    actions = talk.tell(ANSWERED)
    assert noted(EventKind.TOOL_ANSWERED, actions)
    assert not found(AskModel, actions)


def test_a_model_that_never_stops_asking_for_tools_is_stopped() -> None:
    talk = thinking(make_setting(max_tool_rounds=2))
    for tool_call in ("t1", "t2"):
        talk.asks("take_message", tool_call, message="Call me.")
        assert found(AskModel, talk.done())
    talk.asks("take_message", "t3", message="Call me.")
    actions = talk.done()
    assert said(actions) == [PHRASES.apology, PHRASES.handoff]
    assert only(ReportIncident, actions).cause is CauseOwner.MODEL
    assert only(HandOff, talk.wait(10)).reason is HandoffReason.CANNOT_HELP


def test_every_utterance_has_its_own_rounds() -> None:
    talk = thinking(make_setting(max_tool_rounds=1))
    for tool_call in ("t1", "t2", "t3"):
        talk.asks("take_message", tool_call, message="Call me.")
        talk.done()
        talk.model("Noted.")
        talk.done()
        talk.says("One more.")
        assert found(AskModel, talk.wait(0.5))

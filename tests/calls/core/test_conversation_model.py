"""A model that is slow, breaks off, says nothing or fails."""

from dataclasses import replace

import pytest

from calls.core import events as ev
from calls.core.actions import (
    AgentTurn,
    AskModel,
    CancelModel,
    HandOff,
    Note,
    NoticeTurn,
    ReportIncident,
    Say,
    ToolTurn,
)
from calls.core.conversation import State
from calls.core.conversation.agent_side import GO_ON, SAY_SOMETHING
from calls.core.words import CauseOwner, EventKind, HandoffReason, IncidentKind
from tests.calls.core.making import (
    PHRASES,
    Talk,
    answered,
    ending,
    found,
    greeted,
    history,
    make_language,
    make_profile,
    make_setting,
    noted,
    only,
    said,
    speaking,
    thinking,
    working,
)

APOLOGY = [PHRASES.apology, PHRASES.handoff]


def test_a_slow_model_is_covered_by_one_filler() -> None:
    talk = thinking()
    assert said(talk.wait(1.9)) == []
    actions = talk.wait(0.1)
    assert found(Say, actions) == [Say(PHRASES.filler, last=True)]
    assert said(talk.wait(5)) == []
    assert said(talk.model("Yes.")) == ["Yes."]


def test_a_filler_waits_until_we_are_done_speaking() -> None:
    talk = answered(text="x" * 60)
    talk.keys("1#")
    talk.wait(0)
    assert said(talk.wait(6)) == []
    assert said(talk.wait(0.6)) == [PHRASES.filler]


def test_a_profile_without_a_filler_says_none() -> None:
    language = make_language(phrases=replace(PHRASES, filler=""))
    talk = thinking(make_setting(profile=make_profile(languages=(language,))))
    assert talk.wait(7) == []


def test_no_first_token_means_apology_handoff_and_incident() -> None:
    talk = thinking()
    turn = talk.core.turn
    talk.wait(7.9)
    actions = talk.wait(0.1)
    assert only(CancelModel, actions).turn == turn
    assert only(ReportIncident, actions).kind is IncidentKind.MODEL_SLOW
    assert said(actions) == APOLOGY
    assert only(HandOff, talk.wait(10)).reason is HandoffReason.MODEL_FAILED


def test_a_model_that_fails_at_once_means_apology_handoff_and_incident() -> None:
    talk = thinking()
    actions = talk.fails()
    assert not found(CancelModel, actions)
    assert only(ReportIncident, actions) == ReportIncident(
        IncidentKind.MODEL_ERROR, CauseOwner.MODEL, "stream cut"
    )
    assert noted(EventKind.MODEL_FAILED, actions)[0]["reason"] == "stream cut"
    assert said(actions) == APOLOGY


def test_a_stream_that_breaks_off_is_continued_once() -> None:
    talk = speaking(text="We come on ")
    actions = talk.fails()
    assert found(Say, actions) == [Say("", last=True)]
    assert history(actions)[-2:] == (AgentTurn("We come on"), NoticeTurn(GO_ON))
    assert only(ReportIncident, actions).kind is IncidentKind.MODEL_ERROR
    talk.model("Monday.")
    actions = talk.fails()
    assert said(actions) == APOLOGY
    told = [n.kind for n in found(Note, actions)]
    assert found(Say, actions)[0] == Say("", last=True)
    said_first = told.index(EventKind.AGENT_SAID)
    assert said_first < told.index(EventKind.PRODUCT_SAID)


def test_a_stream_that_stalls_is_continued_once() -> None:
    talk = speaking(text="We come on ")
    actions = talk.wait(6)
    assert only(CancelModel, actions)
    assert history(actions)[-1] == NoticeTurn(GO_ON)
    assert only(ReportIncident, actions).kind is IncidentKind.MODEL_SLOW
    assert said(talk.wait(8)) == [PHRASES.filler, *APOLOGY]


def test_a_slow_stream_that_goes_on_is_not_stalled() -> None:
    talk = speaking(text="We ")
    for word in ("come ", "on "):
        talk.wait(5.9)
        talk.model(word)
    talk.wait(5.9)
    talk.asks("look_up_caller")
    assert not found(CancelModel, talk.wait(5.9))


def test_a_model_that_asked_for_a_tool_has_its_full_time_for_the_rest() -> None:
    talk = thinking()
    talk.asks("find_slots")
    assert not found(CancelModel, talk.wait(7.9))
    assert found(CancelModel, talk.wait(0.2))


def test_the_next_utterance_may_be_continued_again() -> None:
    talk = speaking(text="We come on ")
    talk.fails()
    talk.model("Monday.")
    talk.done()
    talk.says("When?")
    talk.wait(0.5)
    talk.model("At ")
    assert said(talk.fails()) == []


def test_an_empty_answer_is_asked_for_once_more() -> None:
    talk = thinking()
    actions = talk.done()
    assert history(actions)[-1] == NoticeTurn(SAY_SOMETHING)
    assert only(ReportIncident, actions).detail == "empty answer"
    assert said(talk.done()) == APOLOGY


def test_an_answer_of_white_space_is_empty() -> None:
    talk = thinking()
    talk.model(" ", "\n")
    assert history(talk.done())[-1] == NoticeTurn(SAY_SOMETHING)


def test_a_transfer_asked_for_before_the_stream_broke_goes_through() -> None:
    talk = thinking()
    talk.asks("transfer_to_person", reason="angry_caller", summary="Pipe.")
    assert said(talk.fails()) == [PHRASES.handoff]
    assert only(HandOff, talk.wait(10)).reason is HandoffReason.ANGRY_CALLER


def test_tools_asked_for_before_the_stream_broke_are_waited_for() -> None:
    talk = thinking()
    talk.asks("take_message", "t2", message="Call me.")
    assert isinstance(history(talk.fails())[-2], ToolTurn)
    talk = thinking()
    talk.asks("find_slots")
    assert not found(AskModel, talk.fails())
    assert talk.core.state is State.WORKING
    assert found(AskModel, talk.tell(ev.ToolAnswered("t1", "Monday.")))


@pytest.mark.parametrize("end", ["failed", "finished"])
def test_where_no_answer_is_awaited_the_end_of_one_changes_nothing(end: str) -> None:
    for talk in (Talk(), greeted(), answered(), working(), ending()):
        state, turn = talk.core.state, talk.core.turn
        event = ev.ModelFailed(turn, "x") if end == "failed" else ev.ModelFinished(turn)
        assert talk.tell(event) == []
        assert talk.core.state is state


def test_a_failure_while_pieces_of_an_utterance_arrive_changes_nothing() -> None:
    talk = thinking()
    talk.says("Quickly.")
    assert talk.fails() == []
    assert talk.core.state is State.GATHERING


def test_after_an_apology_nothing_but_the_handoff_comes() -> None:
    talk = thinking()
    talk.fails()
    assert talk.fails() + talk.model("Hello?") + talk.done() == []
    assert found(HandOff, talk.wait(10))

"""Going on where nobody listened for a while: another process, or another socket."""

from typing import Any

import pytest

from calls.core import events as ev
from calls.core.actions import HandOff, HangUp, ReportIncident, RunTool
from calls.core.replay import Entry
from calls.core.voice import Engine, VoiceCall, VoicePast
from calls.core.voice import events as vev
from calls.core.voice.actions import (
    GiveOutput,
    LookBack,
    Recall,
    Respond,
    VoiceAction,
)
from calls.core.voice.replay import voice_past_of
from calls.core.voice.state import Leaving, VoiceState
from calls.core.words import Ending, EventKind, IncidentKind
from tests.calls.core.making import make_setting
from tests.calls.core.test_voice import asks, of, speak, talking

LOOK_UP = vev.ToolWish("t1", "look_up_caller", "{}")
OTHER = vev.ToolWish("t2", "look_up_caller", "{}")
END = vev.ToolWish("t3", "end_call", '{"outcome": "resolved"}')


def taken_over(**past: Any) -> VoiceCall:
    call = VoiceCall(make_setting(), Engine(), VoicePast(**past))
    assert of(LookBack, call.receive(vev.Attached(again=True), 0)) == [LookBack()]
    return call


def back(call: VoiceCall) -> list[VoiceAction]:
    return call.receive(vev.Attached(again=True), 20)


def test_a_tool_that_was_asked_for_in_the_gap_is_run_and_answered() -> None:
    call = taken_over()
    found = call.receive(vev.LastFound("marker", "item_8"), 0.1)
    assert found == [Recall("marker", "item_8")]
    assert of(RunTool, call.receive(vev.Recalled(LOOK_UP), 0.2)) == [
        RunTool("t1", "look_up_caller", "{}")
    ]
    answered = call.receive(ev.ToolAnswered("t1", "known"), 1)
    assert of(GiveOutput, answered) == [GiveOutput("t1", "known")]
    assert of(Respond, answered) == [Respond()]


def test_an_end_that_was_asked_for_in_the_gap_is_carried_out() -> None:
    call = taken_over()
    said = call.receive(vev.Recalled(END), 0.2)
    assert of(Respond, said) == [Respond(call.phrases.closing)]
    assert of(HangUp, speak(call, 1, until=3)) == [
        HangUp(Ending.AGENT_ENDED, "resolved")
    ]


def test_arguments_of_the_gap_are_checked_like_any() -> None:
    call = taken_over()
    broken = vev.ToolWish("t9", "end_call", "{")
    told = call.receive(vev.Recalled(broken), 0.2)
    (output,) = of(GiveOutput, told)
    assert output.tool_call == "t9"
    assert of(Respond, told) == [Respond()]


def test_what_was_left_open_is_run_once_though_it_is_the_last_item_too() -> None:
    call = taken_over(open_tools=(LOOK_UP,))
    assert len(of(RunTool, call.receive(vev.Recalled(LOOK_UP), 0.2))) == 1


def test_what_the_journal_does_not_know_to_be_answered_is_not_run_again() -> None:
    call = taken_over(open_tools=(LOOK_UP,))
    actions = call.receive(vev.Recalled(answered="t1"), 0.2)
    assert not of(RunTool, actions)
    assert of(Respond, actions) == [Respond()]


def test_an_output_of_an_earlier_process_that_was_lost_is_given_again() -> None:
    call = taken_over(outputs={"t1": "known"})
    actions = call.receive(vev.Recalled(LOOK_UP), 0.2)
    assert not of(RunTool, actions)
    assert of(GiveOutput, actions) == [GiveOutput("t1", "known")]
    assert of(Respond, actions) == [Respond()]


@pytest.mark.parametrize("wishes", [(), (LOOK_UP,)])
def test_a_provider_that_does_not_say_is_not_waited_for(
    wishes: tuple[vev.ToolWish, ...],
) -> None:
    call = taken_over(open_tools=wishes, caller_spoke=True)
    assert call.deadline == 1.5
    assert len(of(RunTool, call.receive(ev.DeadlinePassed(), 1.6))) == len(wishes)
    assert not of(RunTool, call.receive(vev.Recalled(LOOK_UP), 2))


def test_with_nothing_open_the_silence_is_not_waited_out_for_ever() -> None:
    call = taken_over(caller_spoke=True)
    assert call.receive(vev.Recalled(), 0.2) == []
    asked = call.receive(ev.DeadlinePassed(), 60)
    assert of(Respond, asked) == [Respond(call.phrases.still_there)]


def test_an_output_that_was_on_its_way_when_the_socket_broke_is_given_again() -> None:
    call = talking()
    asks(call, 11, LOOK_UP, OTHER)
    call.receive(ev.ToolAnswered("t1", "a"), 12)
    call.receive(vev.OutputPlaced("t1"), 12.1)
    call.receive(ev.ToolAnswered("t2", "b"), 13)
    assert of(LookBack, back(call))
    again = call.receive(vev.Recalled(OTHER), 20.2)
    assert of(GiveOutput, again) == [GiveOutput("t2", "b")]
    assert not of(RunTool, again)
    assert of(Respond, again) == [Respond()]


def test_an_output_that_is_given_while_we_look_back_is_given_once() -> None:
    call = talking()
    asks(call, 11, LOOK_UP)
    back(call)
    answered = call.receive(ev.ToolAnswered("t1", "a"), 20.1)
    assert of(GiveOutput, answered) == [GiveOutput("t1", "a")]
    assert call.receive(vev.Recalled(LOOK_UP), 20.2) == []


def test_an_output_whose_arrival_was_not_told_is_not_given_again() -> None:
    call = talking()
    asks(call, 11, LOOK_UP)
    call.receive(ev.ToolAnswered("t1", "a"), 12)
    back(call)
    actions = call.receive(vev.Recalled(answered="t1"), 20.2)
    assert not of(GiveOutput, actions)
    assert of(Respond, actions) == [Respond()]


def test_a_tool_that_still_runs_is_not_run_twice() -> None:
    call = talking()
    asks(call, 11, LOOK_UP)
    back(call)
    assert not of(RunTool, call.receive(vev.Recalled(LOOK_UP), 20.2))
    answered = call.receive(ev.ToolAnswered("t1", "a"), 21)
    assert of(GiveOutput, answered) == [GiveOutput("t1", "a")]
    assert of(Respond, answered) == [Respond()]


def test_a_wish_to_speak_that_waited_is_granted_after_the_gap() -> None:
    call = talking()
    call.receive(vev.ResponseBegan("r2"), 11)
    call.receive(ev.DigitPressed("5"), 12)
    call.receive(ev.DeadlinePassed(), 30)
    back(call)
    assert of(Respond, call.receive(vev.Recalled(), 20.2)) == [Respond()]


def expecting_an_answer() -> VoiceCall:
    call = talking()
    call.receive(ev.CallerSpeaking(on=True), 17)
    call.receive(ev.CallerSpeaking(on=False), 19)
    back(call)
    return call


def test_an_answer_that_was_given_in_the_gap_is_no_dead_air() -> None:
    call = expecting_an_answer()
    call.receive(vev.Recalled(spoke=True), 20.2)
    assert not of(ReportIncident, call.receive(ev.DeadlinePassed(), 26.5))


def test_an_answer_that_is_still_owed_after_the_gap_is_waited_for() -> None:
    call = expecting_an_answer()
    call.receive(vev.Recalled(), 20.2)
    (incident,) = of(ReportIncident, call.receive(ev.DeadlinePassed(), 26.5))
    assert incident.kind is IncidentKind.DEAD_AIR


def test_nothing_is_looked_for_while_the_call_is_being_left() -> None:
    call = talking()
    call.receive(ev.SupervisorAsked("Ana"), 11)
    assert call.state is VoiceState.LEAVING
    assert not of(LookBack, back(call))
    assert call.receive(vev.Recalled(LOOK_UP), 21) == []
    assert of(HandOff, call.receive(ev.DeadlinePassed(), 60))


# The process that was about to hang up is gone


def entry(kind: EventKind, **data: object) -> Entry:
    return Entry(kind, data)


def told(wish: vev.ToolWish, *, ok: bool = True) -> list[Entry]:
    asked = {"tool_call": wish.tool_call, "name": wish.name}
    return [
        entry(EventKind.TOOL_ASKED, **asked, arguments=wish.arguments),
        entry(EventKind.TOOL_ANSWERED, **asked, output="x", ok=ok),
    ]


SPOKE = entry(EventKind.CALLER_SAID, text="Wait!", item="i")
LEAVING = Leaving(Ending.AGENT_ENDED, "resolved")


@pytest.mark.parametrize(
    ("entries", "ending"),
    [
        (told(END), LEAVING),
        ([*told(END), SPOKE], None),
        ([*told(LOOK_UP, ok=False), *told(END)], None),
        ([*told(LOOK_UP, ok=False), SPOKE, *told(END)], LEAVING),
        ([*told(END), *told(LOOK_UP, ok=False)], None),
        (
            [entry(EventKind.ENDING, why="limit", outcome="")],
            Leaving(Ending.LIMIT, settled=True),
        ),
        ([entry(EventKind.ENDING, why="caller_left", outcome="")], None),
        (told(vev.ToolWish("t4", "end_call", "[")), Leaving(Ending.AGENT_ENDED)),
    ],
)
def test_whether_the_call_was_about_to_end(
    entries: list[Entry], ending: Leaving | None
) -> None:
    assert voice_past_of(entries, elapsed=9).ending == ending


def test_a_goodbye_that_was_not_heard_to_its_end_is_said_again() -> None:
    call = VoiceCall(make_setting(), Engine(), VoicePast(ending=LEAVING))
    said = call.receive(vev.Attached(again=True), 0)
    assert of(Respond, said) == [Respond(call.phrases.closing)]
    assert of(HangUp, speak(call, 1, until=3)) == [
        HangUp(Ending.AGENT_ENDED, "resolved")
    ]


def test_a_caller_who_speaks_up_keeps_the_call_then_too() -> None:
    call = VoiceCall(make_setting(), Engine(), VoicePast(ending=LEAVING))
    call.receive(vev.Attached(again=True), 0)
    call.receive(ev.CallerSpeaking(on=True), 1)
    assert call.state is VoiceState.TALKING


def test_what_was_decided_already_is_done_at_once() -> None:
    settled = Leaving(Ending.SILENCE, settled=True)
    call = VoiceCall(make_setting(), Engine(), VoicePast(ending=settled))
    done = call.receive(vev.Attached(again=True), 0)
    assert of(HangUp, done) == [HangUp(Ending.SILENCE)]

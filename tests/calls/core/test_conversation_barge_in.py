"""The caller cuts in: what stops, what is kept, and what goes through all the same."""

import pytest

from calls.core import events as ev
from calls.core.actions import (
    AgentTurn,
    AskModel,
    CallerTurn,
    CancelModel,
    HandOff,
    RunTool,
    Say,
    ToolTurn,
)
from calls.core.conversation import State
from calls.core.words import EventKind, HandoffReason
from tests.calls.core.making import (
    GREETING,
    PHRASES,
    SLOTS,
    Talk,
    answered,
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

ANSWER = "Your plumber comes on Monday at nine."


def asked_next(talk: Talk) -> list[object]:
    """What the model is told when the caller has said something more."""
    talk.says("Wait.")
    return list(history(talk.wait(0.5)))


def test_a_barge_in_stops_the_model_and_closes_the_talk_cycle_once() -> None:
    talk = speaking(text=ANSWER)
    turn = talk.core.turn
    actions = talk.interrupts("Your plumber") + talk.interrupts("Your plumber")
    assert only(CancelModel, actions).turn == turn
    assert only(Say, actions) == Say("", last=True)
    assert talk.core.state is State.LISTENING


def test_tokens_that_come_after_a_barge_in_are_dropped() -> None:
    talk = speaking(text=ANSWER)
    talk.interrupts("Your plumber")
    assert talk.model(" Or Tuesday.") + talk.done() + talk.fails() == []


def test_what_the_caller_heard_is_what_the_model_is_told_of() -> None:
    talk = speaking(text=ANSWER)
    talk.interrupts("Your plumber comes on Mon")
    kept = AgentTurn("Your plumber comes on Mon")
    assert asked_next(talk)[-2:] == [kept, CallerTurn("Wait.")]


def test_the_journal_tells_what_was_said_and_what_was_heard_of_it() -> None:
    talk = speaking(text=ANSWER)
    actions = talk.interrupts("Your plumber")
    assert noted(EventKind.AGENT_SAID, actions)[0]["text"] == ANSWER
    assert noted(EventKind.AGENT_CUT, actions) == [
        {"turn": 1, "heard": "Your plumber", "heard_ms": 460, "kept": "Your plumber"}
    ]


def test_an_answer_that_was_not_heard_at_all_was_never_given() -> None:
    talk = speaking(text=ANSWER)
    talk.interrupts("")
    assert asked_next(talk)[-1] == CallerTurn("I need a plumber. Wait.")


def test_a_waiting_line_reported_with_the_answer_is_no_part_of_it() -> None:
    talk = thinking()
    talk.wait(3)
    talk.model(ANSWER)
    talk.interrupts(f"{PHRASES.filler} Your plumber")
    assert AgentTurn("Your plumber") in asked_next(talk)


def test_when_only_the_waiting_line_was_heard_the_answer_was_not() -> None:
    talk = thinking()
    talk.wait(2.1)
    talk.model(ANSWER)
    actions = talk.interrupts("One moment")
    assert noted(EventKind.AGENT_CUT, actions)[0]["kept"] == ""
    assert AgentTurn(GREETING) == asked_next(talk)[-2]


def test_an_answer_still_audible_after_the_model_has_finished_is_cut_too() -> None:
    talk = answered(text=ANSWER)
    actions = talk.interrupts("Your plumber")
    assert not found(CancelModel, actions)
    assert not found(Say, actions)
    assert AgentTurn("Your plumber") in asked_next(talk)


def test_the_greeting_can_be_cut() -> None:
    talk = Talk()
    talk.tell(ev.Connected("en-US", greeted=True))
    talk.interrupts("Good morning, you have reach")
    assert asked_next(talk)[0] == AgentTurn("Good morning, you have reach")


def test_a_cut_question_about_silence_leaves_the_answer_before_it_whole() -> None:
    talk = answered(text=ANSWER)
    talk.wait(12)
    actions = talk.interrupts("Are you")
    (cut,) = noted(EventKind.AGENT_CUT, actions)
    assert "kept" not in cut
    assert AgentTurn(ANSWER) in asked_next(talk)


def test_a_cut_waiting_line_is_told_with_the_answer_before_it() -> None:
    talk = answered(text="Hm.")
    talk.says("When?")
    talk.wait(3.5)
    (cut,) = noted(EventKind.AGENT_CUT, talk.interrupts("One"))
    assert (cut["turn"], talk.core.turn) == (1, 2)


def test_an_interruption_after_everything_was_heard_is_none() -> None:
    talk = greeted()
    assert talk.interrupts("") == []
    assert talk.interrupts(GREETING) == []
    assert talk.core.state is State.LISTENING


def test_an_interruption_while_the_model_thinks_changes_nothing() -> None:
    talk = thinking()
    talk.wait(2.1)
    actions = talk.interrupts("One")
    assert not found(CancelModel, actions)
    assert talk.core.state is State.THINKING


def test_the_words_may_come_before_the_interruption_they_made() -> None:
    talk = answered(text=ANSWER)
    talk.says("Wait.")
    talk.interrupts("Your plumber")
    assert history(talk.wait(0.5))[-2:] == (
        AgentTurn("Your plumber"),
        CallerTurn("Wait."),
    )


def test_a_cut_that_comes_after_the_next_question_still_corrects_the_history() -> None:
    talk = answered(text=ANSWER)
    talk.says("Wait.")
    talk.wait(0.5)
    talk.interrupts("Your plumber")
    assert AgentTurn("Your plumber") in asked_next(talk)


def test_words_kept_during_the_answer_are_asked_when_it_is_cut() -> None:
    talk = speaking(text=ANSWER)
    talk.says("And how much is it?")
    talk.interrupts("Your plumber")
    assert history(talk.wait(0.5))[-1] == CallerTurn("And how much is it?")


def test_a_transfer_already_asked_for_goes_through() -> None:
    talk = speaking(text="I will connect you with Eve.")
    talk.asks("transfer_to_person", reason="caller_asked", summary="Wants Eve.")
    talk.interrupts("I will")
    final = only(HandOff, talk.wait(1))
    assert (final.reason, final.summary) == (HandoffReason.CALLER_ASKED, "Wants Eve.")


def test_a_transfer_asked_for_without_a_word_survives_what_the_caller_adds() -> None:
    talk = thinking()
    talk.asks("transfer_to_person", reason="caller_asked", summary="Wants Eve.")
    talk.says("Please!")
    talk.interrupts("")
    assert said(talk.done()) == [PHRASES.handoff]
    assert only(HandOff, talk.wait(3))


def test_a_goodbye_that_is_cut_does_not_end_the_call() -> None:
    talk = speaking(text="Goodbye then.")
    talk.asks("end_call", outcome="resolved")
    talk.interrupts("Good")
    assert talk.core.state is State.LISTENING
    assert asked_next(talk)[-1] == CallerTurn("Wait.")


def test_a_running_tool_is_waited_for_after_a_barge_in() -> None:
    talk = speaking(text="Let me see.")
    talk.asks("find_slots")
    actions = talk.interrupts("Let me")
    assert talk.core.state is State.WORKING
    assert not found(RunTool, actions)
    asked = history(talk.tell(ev.ToolAnswered("t1", "Monday.")))
    assert asked[-2:] == (
        AgentTurn("Let me"),
        ToolTurn("t1", "find_slots", "{}", "Monday."),
    )


def test_a_tool_answered_before_the_barge_in_is_told_with_the_next_question() -> None:
    talk = speaking(text="Noted. And your name?")
    talk.asks("take_message", message="Call me.")
    talk.interrupts("Noted.")
    agent, tool, _ = asked_next(talk)[-3:]
    assert agent == AgentTurn("Noted.")
    assert isinstance(tool, ToolTurn)


def test_a_cut_waiting_line_leaves_the_tool_at_work() -> None:
    talk = working()
    actions = talk.interrupts("Let me")
    (cut,) = noted(EventKind.AGENT_CUT, actions)
    assert cut["heard"] == "Let me"
    assert talk.core.state is State.WORKING
    assert found(AskModel, talk.tell(ev.ToolAnswered("t1", "Monday.")))


def test_an_end_asked_for_with_a_running_tool_is_off_after_a_barge_in() -> None:
    talk = speaking(text="Booked. Goodbye.")
    talk.asks("end_call", outcome="resolved")
    talk.asks("find_slots", "t2")
    talk.done()
    talk.interrupts("Booked.")
    assert found(AskModel, talk.tell(ev.ToolAnswered("t2", "Monday.")))


def test_the_caller_is_waited_for_after_a_barge_in_that_says_nothing() -> None:
    talk = speaking(text=ANSWER)
    talk.interrupts("Your")
    assert talk.wait(7.9) == []
    assert said(talk.wait(0.2)) == [PHRASES.still_there]


def test_a_warning_that_is_due_is_not_spoken_into_a_barge_in() -> None:
    talk = speaking(make_setting(max_seconds=70), text=ANSWER)
    talk.wait(5)
    talk.model(" Or Tuesday.")
    talk.wait(5)
    assert PHRASES.length_warning not in said(talk.interrupts("Your plumber"))
    talk.says("Tuesday.")
    talk.wait(0.5)
    talk.model("Fine.")
    assert said(talk.done()) == [PHRASES.length_warning]


@pytest.mark.parametrize("heard", [SLOTS.waiting_line, "Un momento"])
def test_strange_reports_of_what_was_heard_are_borne(heard: str) -> None:
    for talk in (greeted(), thinking(), speaking(), working(), answered()):
        talk.interrupts(heard)
        assert talk.core.deadline is not None


def test_a_caller_who_hangs_up_in_an_answer_has_heard_a_part_of_it() -> None:
    talk = answered(text="Our guarantee covers every repair for a year.")
    talk.tell(ev.AgentSpeaking(True), ev.SpeechPlayed("Our guarantee"))
    (cut,) = noted(EventKind.AGENT_CUT, talk.tell(ev.CallerLeft()))
    assert (cut["kept"], cut["left"]) == ("Our guarantee", True)

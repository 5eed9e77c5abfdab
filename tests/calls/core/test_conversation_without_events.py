"""A profile that asks the carrier for no events at all: whole calls all the same."""

from calls.core import events as ev
from calls.core.actions import AgentTurn, HandOff, HangUp
from calls.core.conversation import State
from calls.core.words import Ending, HandoffReason
from tests.calls.core.making import (
    PHRASES,
    Talk,
    found,
    history,
    make_setting,
    only,
    said,
)


def connected() -> Talk:
    talk = Talk(make_setting())
    talk.tell(ev.Connected("en-US", greeted=True))
    talk.wait(4)
    return talk


def asked(talk: Talk, words: str = "When?") -> Talk:
    talk.says(words)
    talk.wait(0.5)
    return talk


def test_a_call_is_held_and_ended_by_the_agent() -> None:
    talk = asked(connected())
    talk.model("On Monday.")
    talk.done()
    talk.wait(2)
    asked(talk, "Thank you, bye.")
    talk.model("Goodbye.")
    talk.asks("end_call", outcome="resolved")
    talk.done()
    assert only(HangUp, talk.wait(3)) == HangUp(Ending.AGENT_ENDED, "resolved")


def test_a_silent_caller_is_asked_after_the_greeting_is_expected_to_end() -> None:
    talk = connected()
    assert said(talk.wait(7)) == []
    actions = talk.wait(40)
    assert said(actions)[0] == PHRASES.still_there
    assert only(HangUp, actions).ending is Ending.SILENCE


def test_a_barge_in_is_told_by_the_interruption_alone() -> None:
    talk = asked(connected())
    talk.model("Your plumber comes on Monday.")
    talk.done()
    talk.interrupts("Your plumber")
    talk.says("Wait.")
    assert AgentTurn("Your plumber") in history(talk.wait(0.5))


def test_a_handoff_waits_for_the_expected_end_of_its_phrase() -> None:
    talk = asked(connected())
    talk.fails()
    assert found(HandOff, talk.wait(4.0)) == []
    assert only(HandOff, talk.wait(2)).reason is HandoffReason.MODEL_FAILED
    assert talk.core.state is State.ENDED

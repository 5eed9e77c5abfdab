"""The last words are heard before the last act, and who may still come back."""

from collections.abc import Callable

import pytest

from calls.core import events as ev
from calls.core.actions import Action, CancelModel, HandOff, HangUp, Say
from calls.core.conversation import State
from calls.core.words import EventKind, HandoffReason
from routing.core.ruleset import AtLimit
from tests.calls.core.making import (
    PHRASES,
    Talk,
    answered,
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

GOODBYE = "Goodbye then, and thank you for calling us."


def gathering() -> Talk:
    talk = greeted()
    talk.says("I need")
    return talk


def saying_goodbye_at_the_cap() -> Talk:
    talk = greeted(make_setting(max_seconds=5, at_limit=AtLimit.GOODBYE))
    talk.wait(2.5)
    return talk


EVERYWHERE: list[Callable[[], Talk]] = [
    greeted,
    gathering,
    thinking,
    speaking,
    working,
    answered,
    ending,
    saying_goodbye_at_the_cap,
]


def finals(actions: list[Action]) -> list[Action]:
    return [a for a in actions if isinstance(a, HandOff | HangUp)]


def test_the_call_ends_when_the_last_words_were_heard() -> None:
    talk = ending()
    assert talk.tell(ev.AgentSpeaking(True)) == []
    assert talk.wait(1) == []
    assert talk.tell(ev.SpeechPlayed(GOODBYE)) == []
    assert finals(talk.tell(ev.AgentSpeaking(False)))
    assert talk.core.state is State.ENDED


def test_the_report_of_the_last_clause_may_come_after_the_silence() -> None:
    talk = ending()
    talk.tell(ev.AgentSpeaking(True))
    talk.wait(1)
    assert talk.tell(ev.AgentSpeaking(False)) == []
    assert finals(talk.tell(ev.SpeechPlayed(GOODBYE)))


def test_a_pause_between_two_sentences_is_not_the_end_of_them() -> None:
    talk = speaking(text="I will connect you at once with somebody.")
    talk.tell(ev.AgentSpeaking(True))
    talk.fails()
    talk.wait(1)
    talk.fails()
    talk.tell(ev.SpeechPlayed("I will connect you at once with somebody."))
    assert finals(talk.tell(ev.AgentSpeaking(False))) == []
    talk.tell(ev.AgentSpeaking(True), ev.SpeechPlayed(PHRASES.apology))
    assert finals(talk.tell(ev.AgentSpeaking(False))) == []
    talk.tell(ev.AgentSpeaking(True), ev.SpeechPlayed(PHRASES.handoff))
    assert finals(talk.tell(ev.AgentSpeaking(False)))


def test_a_voice_slower_than_expected_is_given_time() -> None:
    talk = ending()
    talk.tell(ev.AgentSpeaking(True))
    assert finals(talk.wait(6)) == []
    assert finals(talk.tell(ev.AgentSpeaking(False)))


def test_an_end_of_our_speech_that_is_never_told_is_not_waited_for_long() -> None:
    talk = ending()
    talk.tell(ev.AgentSpeaking(True))
    assert finals(talk.wait(6.9))


def test_a_carrier_that_tells_nothing_is_given_the_expected_time() -> None:
    talk = ending()
    assert finals(talk.wait(3.3)) == []
    assert finals(talk.wait(0.7))


def test_a_voice_going_on_and_off_cannot_hold_the_call_for_ever() -> None:
    talk = ending()
    for _ in range(8):
        talk.tell(ev.AgentSpeaking(True))
        talk.wait(0.9)
    assert finals(talk.log)


# Barge-in and coming back


def test_a_caller_who_cuts_a_goodbye_is_waited_for() -> None:
    talk = ending()
    talk.tell(ev.AgentSpeaking(True))
    talk.interrupts("Goodbye")
    assert talk.tell(ev.AgentSpeaking(False)) == []
    assert talk.wait(3.9) == []
    talk.says("One more thing.")
    assert getattr(history(talk.wait(0.5))[-1], "text", "") == "One more thing."


def test_a_goodbye_cut_by_a_mere_noise_is_a_goodbye() -> None:
    talk = ending()
    (cut,) = noted(EventKind.AGENT_CUT, talk.interrupts("Goodbye then"))
    assert cut["kept"] == "Goodbye then,"
    assert finals(talk.wait(4))


def test_a_caller_beginning_to_speak_in_a_goodbye_is_heard_out() -> None:
    talk = ending()
    talk.tell(ev.CallerSpeaking(True))
    assert talk.tell(ev.SpeechPlayed(GOODBYE)) == []
    assert talk.wait(14) == []
    talk.tell(ev.CallerSpeaking(False))
    assert talk.wait(3.9) == []
    assert finals(talk.wait(0.2))


def test_a_caller_already_speaking_when_the_goodbye_begins_is_heard_out() -> None:
    talk = speaking(text=GOODBYE)
    talk.tell(ev.CallerSpeaking(True))
    talk.asks("end_call", outcome="resolved")
    talk.done()
    assert talk.wait(14) == []
    talk.says("One more thing.")
    assert found(HangUp, talk.wait(0.5)) == []


def test_the_end_of_a_sound_of_before_does_not_hold_the_goodbye() -> None:
    talk = ending()
    talk.tell(ev.CallerSpeaking(False))
    assert finals(talk.wait(4))


def test_a_caller_who_cuts_the_handoff_phrase_is_handed_over_at_once() -> None:
    talk = thinking()
    talk.fails()
    talk.interrupts("I am sorry")
    assert only(HandOff, talk.wait(0.5))


def test_words_during_a_handoff_phrase_are_noted_and_no_more() -> None:
    talk = thinking()
    talk.fails()
    (action,) = talk.says("At last.")
    assert noted(EventKind.CALLER_SAID, [action])
    assert only(HandOff, talk.wait(10))


# The supervisor


@pytest.mark.parametrize("make", EVERYWHERE)
def test_a_supervisor_takes_over_at_any_time(make: Callable[[], Talk]) -> None:
    talk = make()
    actions = talk.tell(ev.SupervisorAsked("Eve"))
    assert said(actions) == [PHRASES.handoff]
    assert len(noted(EventKind.HANDOFF_ASKED, actions)) == 1
    talk.says("What?")
    final = only(HandOff, talk.wait(10))
    assert (final.reason, final.asked_by) == (HandoffReason.SUPERVISOR, "Eve")
    assert found(HangUp, talk.log) == []


@pytest.mark.parametrize("name", ["Eve", ""])
def test_a_supervisor_may_ask_before_the_caller_is_connected(name: str) -> None:
    talk = Talk()
    assert talk.tell(ev.SupervisorAsked(name)) == []
    talk.tell(ev.Connected("en-US", greeted=True))
    assert only(HandOff, talk.wait(10)).asked_by == name


def test_a_caller_is_handed_over_once_only() -> None:
    talk = thinking()
    talk.fails()
    assert talk.tell(ev.SupervisorAsked("Eve")) == []
    assert only(HandOff, talk.wait(10)).reason is HandoffReason.MODEL_FAILED


# Gone


@pytest.mark.parametrize("make", [Talk, *EVERYWHERE])
@pytest.mark.parametrize("event", [ev.CallerLeft(), ev.TransportLost(1006)])
def test_when_the_caller_is_gone_nothing_is_said_or_done(
    make: Callable[[], Talk], event: ev.Event
) -> None:
    talk = make()
    thinks = talk.core.state in (State.THINKING, State.SPEAKING)
    actions = talk.tell(event)
    assert len(found(CancelModel, actions)) == thinks
    assert found(Say, actions) + finals(actions) == []
    assert len(noted(EventKind.ENDING, actions)) == 1
    assert talk.core.state is State.ENDED


def test_the_journal_keeps_the_answer_under_way_when_the_caller_leaves() -> None:
    actions = speaking(text="We come on ").tell(ev.CallerLeft())
    assert noted(EventKind.AGENT_SAID, actions)[0]["text"] == "We come on"


@pytest.mark.parametrize(
    "event",
    [
        ev.Connected("en-US"),
        ev.CallerSpoke("Hello?"),
        ev.DigitPressed("0"),
        ev.ModelSaid(1, "Hello."),
        ev.ToolAnswered("t1", "Monday."),
        ev.SupervisorAsked("Eve"),
        ev.CallerLeft(),
        ev.TransportLost(1006),
        ev.DeadlinePassed(),
    ],
)
def test_what_comes_after_the_end_changes_nothing(event: ev.Event) -> None:
    talk = ending()
    talk.wait(10)
    assert talk.tell(event) == []
    assert talk.core.deadline is None


@pytest.mark.parametrize(
    ("make", "why"), [(ending, "agent_ended"), (saying_goodbye_at_the_cap, "limit")]
)
def test_the_journal_tells_why_the_call_ended(
    make: Callable[[], Talk], why: str
) -> None:
    (entry,) = noted(EventKind.ENDING, make().wait(10))
    assert entry["why"] == why


def test_the_journal_tells_that_a_person_took_over() -> None:
    talk = greeted()
    talk.tell(ev.SupervisorAsked("Eve"))
    (entry,) = noted(EventKind.ENDING, talk.wait(10))
    assert entry["why"] == "handed_off"

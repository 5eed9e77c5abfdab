"""The silence ladder, and when it must not be climbed."""

from calls.core import events as ev
from calls.core.actions import HandOff, HangUp
from calls.core.conversation import State
from calls.core.words import Ending, HandoffReason
from routing.core.ruleset import AtLimit
from tests.calls.core.making import (
    PHRASES,
    answered,
    found,
    greeted,
    history,
    make_setting,
    only,
    said,
    speaking,
    thinking,
)


def test_a_silent_caller_is_asked_twice_and_then_told_goodbye() -> None:
    talk = greeted()
    actions = talk.wait(60)
    assert said(actions) == [
        PHRASES.still_there,
        PHRASES.still_there,
        PHRASES.silence_goodbye,
    ]
    assert only(HangUp, actions) == HangUp(Ending.SILENCE)
    assert talk.core.state is State.ENDED


def test_nobody_is_ever_left_in_silence_for_longer_than_is_said() -> None:
    """By this a driver is known that has stopped, so it must never be in order."""
    talk = greeted(make_setting(silence_seconds=60.0))
    assert talk.core.longest_quiet > 60
    quiet_until = talk.core.spoken_until + talk.core.longest_quiet
    assert quiet_until > (talk.core.deadline or 0)
    assert thinking().core.longest_quiet > 0


def test_a_silent_caller_may_be_handed_to_a_person() -> None:
    talk = greeted(make_setting(at_silence=AtLimit.HAND_OFF, silence_prompts=1))
    actions = talk.wait(60)
    assert said(actions) == [PHRASES.still_there, PHRASES.handoff]
    assert only(HandOff, actions).reason is HandoffReason.SILENCE


def test_without_questions_the_first_silence_is_the_last() -> None:
    talk = greeted(make_setting(silence_prompts=0))
    assert said(talk.wait(20)) == [PHRASES.silence_goodbye]


def test_silence_is_counted_from_the_end_of_our_speech() -> None:
    talk = answered(text="x" * 150)
    assert said(talk.wait(18.4)) == []
    assert said(talk.wait(0.2)) == [PHRASES.still_there]


def test_nobody_is_asked_while_the_agent_is_audible() -> None:
    talk = answered(text="A short text, spoken very slowly.")
    talk.tell(ev.AgentSpeaking(True))
    talk.wait(20)
    talk.tell(ev.AgentSpeaking(False))
    assert said(talk.log[-1:]) == []
    assert said(talk.wait(7.9)) == []
    assert said(talk.wait(0.2)) == [PHRASES.still_there]


def test_a_carrier_that_never_says_that_we_fell_silent_is_not_believed_for_ever() -> (
    None
):
    talk = answered()
    talk.tell(ev.AgentSpeaking(True))
    assert said(talk.wait(50)) == [PHRASES.still_there, PHRASES.still_there]


def test_falling_silent_again_and_again_does_not_postpone_the_question() -> None:
    talk = greeted()
    actions = []
    for _ in range(9):
        actions += talk.tell(ev.AgentSpeaking(False))
        actions += talk.wait(1)
    assert said(actions) == [PHRASES.still_there]


def test_nobody_is_asked_while_they_speak() -> None:
    talk = greeted()
    talk.wait(7)
    talk.tell(ev.CallerSpeaking(True))
    assert said(talk.wait(14)) == []
    talk.tell(ev.CallerSpeaking(False))
    assert said(talk.wait(7.9)) == []
    assert said(talk.wait(0.2)) == [PHRASES.still_there]


def test_a_noise_without_words_does_not_keep_the_line_open_for_ever() -> None:
    talk = greeted()
    talk.tell(ev.CallerSpeaking(True))
    assert said(talk.wait(15.1)) == [PHRASES.still_there]
    assert said(talk.wait(10)) == [PHRASES.still_there]
    talk.wait(60)
    assert talk.core.state is State.ENDED


def test_a_caller_who_answers_starts_the_ladder_anew() -> None:
    talk = greeted()
    talk.wait(25)
    talk.says("Yes, I am here.")
    talk.wait(0.5)
    talk.model("Good.")
    talk.done()
    assert said(talk.wait(20)) == [PHRASES.still_there, PHRASES.still_there]


def test_the_ladder_rests_while_the_agent_has_the_floor() -> None:
    for talk in (thinking(), speaking()):
        assert PHRASES.still_there not in said(talk.wait(30))


def test_who_answers_the_goodbye_gets_the_conversation_back() -> None:
    talk = greeted()
    talk.wait(28)
    assert talk.core.state is State.CLOSING
    talk.says("I am here!")
    actions = talk.wait(0.5)
    assert getattr(history(actions)[-1], "text", "") == "I am here!"
    assert not found(HangUp, talk.model("Good.") + talk.done() + talk.wait(5))


def test_who_comes_back_from_a_goodbye_still_meets_the_length_cap() -> None:
    talk = greeted(make_setting(max_seconds=60))
    talk.wait(28)
    talk.says("I am here!")
    talk.wait(0.5)
    talk.model("Good.")
    talk.tell(ev.AgentSpeaking(True))
    talk.done()
    assert only(HandOff, talk.wait(40)).reason is HandoffReason.LIMIT_REACHED


def test_a_warning_that_waited_for_the_caller_takes_the_place_of_the_question() -> None:
    talk = greeted(make_setting(max_seconds=100))
    talk.wait(6)
    for _ in range(4):
        talk.tell(ev.CallerSpeaking(True))
        talk.wait(9)
    talk.tell(ev.CallerSpeaking(False))
    assert said(talk.wait(8.1)) == [PHRASES.length_warning]
    assert said(talk.wait(11)) == [PHRASES.still_there]

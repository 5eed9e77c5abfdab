"""Keys: what the caller meant to key, and the way to a person."""

import pytest

from calls.core import events as ev
from calls.core.actions import AskModel, CallerTurn, CancelModel, HandOff
from calls.core.conversation import State
from calls.core.conversation.agent_side import STALL_SECONDS
from calls.core.words import EventKind, HandoffReason
from tests.calls.core.making import (
    Talk,
    answered,
    ending,
    found,
    greeted,
    history,
    make_agent,
    make_profile,
    make_setting,
    noted,
    only,
    said,
    speaking,
    thinking,
    working,
)


def keyed(digits: str) -> CallerTurn:
    return CallerTurn(f"(keyed on the keypad: {digits})")


def test_keys_are_one_number_after_the_pause_between_digits() -> None:
    talk = greeted()
    actions = talk.keys("12")
    actions += talk.wait(2.0)
    actions += talk.keys("3")
    assert found(AskModel, actions + talk.wait(2.4)) == []
    actions = talk.wait(0.2)
    assert noted(EventKind.CALLER_KEYED, actions) == [{"digits": "123"}]
    assert history(actions)[-1] == keyed("123")


def test_the_terminator_ends_the_number_at_once_and_is_swallowed() -> None:
    talk = greeted()
    talk.keys("123#")
    assert history(talk.wait(0))[-1] == keyed("123")


def test_a_late_terminator_does_not_disturb_the_answer() -> None:
    talk = greeted()
    talk.keys("123")
    talk.wait(2.6)
    talk.model("Thank you.")
    assert talk.keys("#") == []
    talk.done()
    assert talk.core.state is State.LISTENING


def test_a_late_terminator_while_the_model_thinks_does_not_restart_it() -> None:
    talk = greeted()
    talk.keys("123")
    talk.wait(2.6)
    assert not found(CancelModel, talk.keys("#"))


def test_a_lone_terminator_is_told_as_a_key() -> None:
    talk = greeted()
    talk.keys("#")
    assert history(talk.wait(0))[-1] == keyed("#")


@pytest.mark.parametrize("keys", ["0", "0#", "00"])
def test_zero_reaches_a_person(keys: str) -> None:
    talk = greeted()
    talk.keys(keys)
    final = only(HandOff, talk.wait(10))
    assert final.reason is HandoffReason.CALLER_ASKED
    assert "key 0" in final.asked_by


def test_zero_reaches_a_person_whatever_the_agent_is_doing() -> None:
    for talk in (thinking(), speaking(), working(), answered(), ending()):
        talk.keys("0")
        assert found(HandOff, talk.wait(10))


def test_zero_is_a_number_like_others_if_the_agent_does_not_allow_it() -> None:
    talk = greeted(make_setting(make_agent(zero_reaches_person=False)))
    talk.keys("0#")
    assert history(talk.wait(0))[-1] == keyed("0")


def test_a_number_with_zeros_in_it_reaches_nobody() -> None:
    talk = greeted()
    talk.keys("100#")
    assert history(talk.wait(0))[-1] == keyed("100")


def test_keys_pressed_while_the_agent_speaks_are_answered_next() -> None:
    talk = speaking(text="Please key your number.")
    talk.keys("123#")
    assert talk.core.state is State.SPEAKING
    talk.done()
    assert history(talk.wait(0))[-1] == keyed("123")


def test_words_that_go_with_keys_wait_for_the_last_of_them() -> None:
    talk = greeted()
    talk.says("My number is")
    talk.keys("12")
    assert talk.wait(2.0) == []
    talk.keys("3")
    assert talk.wait(2.4) == []
    told = history(talk.wait(0.2))[-1]
    assert told == CallerTurn(f"My number is {keyed('123').text}")


def test_keys_before_the_first_token_are_added_to_the_question() -> None:
    talk = thinking()
    actions = talk.keys("12#")
    assert found(CancelModel, actions)
    asked = history(talk.wait(0))
    assert asked[-1] == CallerTurn(f"I need a plumber. {keyed('12').text}")


def test_nobody_is_asked_whether_they_are_there_while_they_key() -> None:
    profile = make_profile(inter_digit_ms=20_000)
    talk = greeted(make_setting(profile=profile))
    talk.wait(6)
    talk.keys("1")
    assert said(talk.wait(19)) == []


def test_a_late_terminator_shows_that_somebody_is_there() -> None:
    talk = answered(text="Hm.")
    talk.keys("1#")
    talk.wait(0)
    talk.model("Ok.")
    talk.done()
    talk.wait(3)
    talk.keys("#")
    assert said(talk.wait(7.9)) == []
    assert said(talk.wait(0.2)) != []


def test_a_key_during_a_goodbye_brings_the_conversation_back() -> None:
    talk = ending()
    talk.keys("5")
    assert talk.core.state is State.LISTENING
    assert history(talk.wait(2.6))[-1] == keyed("5")


def test_a_late_terminator_does_not_hold_up_a_goodbye() -> None:
    talk = greeted()
    talk.keys("5#")
    talk.wait(0)
    talk.model("Goodbye.")
    talk.asks("end_call", outcome="resolved")
    talk.done()
    talk.keys("#")
    assert talk.core.state is State.CLOSING


def test_keys_of_a_caller_who_is_being_handed_over_are_only_noted() -> None:
    talk = greeted(make_setting(profile=make_profile(inter_digit_ms=100)))
    talk.tell(ev.SupervisorAsked("Eve"))
    talk.keys("5")
    actions = talk.wait(5)
    assert noted(EventKind.CALLER_KEYED, actions) == [{"digits": "5"}]
    assert found(HandOff, actions)
    assert not found(AskModel, actions)


def test_a_number_that_is_complete_leaves_nothing_to_wait_for() -> None:
    talk = speaking()
    talk.keys("1#")
    assert talk.core.deadline == talk.now + STALL_SECONDS


def test_a_key_without_a_name_does_not_swallow_the_words_before_it() -> None:
    talk = greeted()
    talk.says("I need a plumber.")
    talk.tell(ev.DigitPressed(""))
    assert found(AskModel, talk.wait(2.6))


def test_keys_before_the_connection_are_nobodys() -> None:
    talk = Talk()
    assert talk.keys("0") == []

"""Length and money: a warning first, then the end as configured."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from calls.core import events as ev
from calls.core.actions import CancelModel, HandOff, HangUp, Say
from calls.core.conversation import Setting, State
from calls.core.words import Ending, EventKind, HandoffReason
from routing.core.ruleset import AtLimit
from tests.calls.core.making import (
    PHRASES,
    Talk,
    answered,
    ending,
    found,
    greeted,
    make_setting,
    noted,
    only,
    said,
    speaking,
    thinking,
    working,
)


def make_patient(**limits: Any) -> Setting:
    """Nobody is asked whether they are there."""
    return make_setting(silence_seconds=10_000, **limits)


def cost(dollars: str) -> ev.CostMeasured:
    return ev.CostMeasured(Decimal(dollars))


def test_the_caller_is_warned_before_the_call_gets_too_long() -> None:
    talk = greeted(make_patient(max_seconds=300))
    assert said(talk.wait(236)) == []
    actions = talk.wait(2)
    assert said(actions) == [PHRASES.length_warning]
    assert noted(EventKind.LIMIT_WARNED, actions) == [{"limit": "seconds"}]
    assert said(talk.wait(50)) == []


def test_at_the_length_cap_the_caller_is_handed_to_a_person() -> None:
    talk = greeted(make_patient(max_seconds=300))
    actions = talk.wait(310)
    assert said(actions) == [PHRASES.length_warning, PHRASES.handoff]
    assert only(HandOff, actions).reason is HandoffReason.LIMIT_REACHED


def test_at_the_length_cap_the_agent_may_say_goodbye_instead() -> None:
    talk = greeted(make_patient(max_seconds=300, at_limit=AtLimit.GOODBYE))
    actions = talk.wait(310)
    assert said(actions)[-1] == PHRASES.limit_goodbye
    assert only(HangUp, actions) == HangUp(Ending.LIMIT)


def test_a_caller_who_speaks_into_the_goodbye_at_the_cap_does_not_stay() -> None:
    talk = greeted(make_patient(max_seconds=300, at_limit=AtLimit.GOODBYE))
    talk.wait(297.5)
    talk.says("But I have another question!")
    assert only(HangUp, talk.wait(5))


@pytest.mark.parametrize("make", [thinking, speaking, working, answered])
def test_the_cap_holds_whatever_the_agent_is_doing(
    make: Callable[[Setting], Talk],
) -> None:
    talk = make(make_patient(max_seconds=10, at_limit=AtLimit.GOODBYE))
    assert only(HangUp, talk.wait(15)).ending is Ending.LIMIT


def test_the_cap_stops_the_model_and_closes_its_talk_cycle() -> None:
    talk = speaking(make_patient(max_seconds=10))
    talk.wait(4)
    talk.model("And ")
    actions = talk.wait(4)
    assert found(CancelModel, actions)
    assert found(Say, actions)[0] == Say("", last=True)


def test_a_transfer_asked_for_when_the_cap_is_reached_goes_through() -> None:
    talk = thinking(make_patient(max_seconds=5, at_limit=AtLimit.GOODBYE))
    talk.asks("transfer_to_person", reason="emergency", summary="Fire.")
    assert only(HandOff, talk.wait(10)).reason is HandoffReason.EMERGENCY


def test_a_warning_waits_for_the_end_of_the_answer() -> None:
    talk = speaking(make_patient(max_seconds=65), text="We come ")
    assert said(talk.wait(3)) == []
    assert said(talk.model("on Monday.")) == ["on Monday."]
    actions = talk.done()
    assert found(Say, actions) == [
        Say("", last=True),
        Say(PHRASES.length_warning, last=True),
    ]
    talk.says("Good.")
    talk.wait(0.5)
    talk.model("Yes.")
    assert said(talk.done()) == []


def test_silence_counts_from_the_end_of_the_warning() -> None:
    talk = greeted(make_setting(max_seconds=70))
    assert said(talk.wait(17)) == [PHRASES.length_warning]
    assert said(talk.wait(1)) == [PHRASES.still_there]


def test_nobody_is_warned_while_they_speak_or_key() -> None:
    for event in (ev.CallerSpeaking(True), ev.DigitPressed("1")):
        talk = greeted(make_patient(max_seconds=64))
        talk.tell(event)
        assert said(talk.wait(2)) == []


def test_a_call_too_short_for_a_warning_has_none() -> None:
    talk = greeted(make_patient(max_seconds=60))
    talk.wait(58)
    assert said(talk.log) == [PHRASES.handoff]


def test_the_caller_is_warned_once_before_the_call_costs_too_much() -> None:
    talk = greeted(make_patient())
    assert talk.tell(cost("1.59")) == []
    actions = talk.tell(cost("1.60"))
    assert said(actions) == [PHRASES.length_warning]
    assert noted(EventKind.LIMIT_WARNED, actions) == [{"limit": "cost"}]
    assert talk.tell(cost("1.70")) == []


def test_at_the_money_cap_the_call_ends_as_configured() -> None:
    talk = greeted(make_patient())
    talk.tell(cost("2.00"))
    assert only(HandOff, talk.wait(5)).reason is HandoffReason.LIMIT_REACHED
    talk = greeted(make_patient(at_limit=AtLimit.GOODBYE))
    talk.tell(cost("2.00"))
    assert only(HangUp, talk.wait(5)).ending is Ending.LIMIT


def test_length_and_money_are_warned_of_in_one_sentence_if_both_are_due() -> None:
    talk = speaking(make_patient(max_seconds=65))
    talk.wait(3)
    talk.tell(cost("1.60"))
    actions = talk.done()
    assert said(actions) == [PHRASES.length_warning]
    limits = [entry["limit"] for entry in noted(EventKind.LIMIT_WARNED, actions)]
    assert limits == ["seconds", "cost"]


@pytest.mark.parametrize("event", [cost("2.50"), cost("1.60")])
def test_a_limit_reached_during_a_goodbye_adds_nothing_to_it(
    event: ev.CostMeasured,
) -> None:
    talk = ending()
    assert talk.tell(event) == []
    assert only(HangUp, talk.wait(10)).ending is Ending.AGENT_ENDED


def test_nobody_comes_back_from_a_goodbye_when_a_limit_was_reached_in_it() -> None:
    talk = ending()
    talk.interrupts("Goodbye")
    talk.tell(cost("2.50"))
    talk.says("Wait!")
    assert only(HangUp, talk.wait(1))


def test_a_warning_that_fell_due_in_a_goodbye_is_said_if_the_caller_stays() -> None:
    talk = ending(make_patient(max_seconds=66))
    assert talk.wait(2.7) == []
    talk.says("Wait!")
    talk.wait(0.5)
    talk.model("Yes?")
    assert said(talk.done()) == [PHRASES.length_warning]
    assert talk.core.state is State.LISTENING

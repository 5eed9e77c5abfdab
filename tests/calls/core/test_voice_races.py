"""Two sides of a voice call that act at the same moment."""

from dataclasses import replace

from calls.core import events as ev
from calls.core.actions import HangUp
from calls.core.voice import Engine, VoiceCall, VoicePast
from calls.core.voice import events as vev
from calls.core.voice.actions import Interrupt, Respond
from calls.core.voice.machine import ALREADY_SPEAKING
from calls.core.voice.state import VoiceState
from calls.core.words import EventKind
from routing.core.ruleset import AtLimit
from tests.calls.core.making import (
    PHRASES,
    make_language,
    make_profile,
    make_setting,
)
from tests.calls.core.test_voice import asks, notes, of, speak, talking

SPANISH = make_language("es-US", phrases=replace(PHRASES, handoff="Le conecto."))
BOTH = make_profile(languages=(make_language(), SPANISH))
END = vev.ToolWish("t1", "end_call", '{"outcome": "resolved"}')


def state(call: VoiceCall) -> VoiceState:
    """Asked for anew: a type checker remembers what it was before."""
    return call.state


def test_exact_words_that_came_too_late_are_said_after_the_answer() -> None:
    call = talking(max_seconds=100, warn_seconds=20)
    words = Respond(call.phrases.length_warning)
    call.receive(ev.CallerSpeaking(on=True), 19)
    call.receive(ev.DeadlinePassed(), 81)
    call.receive(ev.CallerSpeaking(on=False), 82)
    speak(call, 83, until=84)
    assert call.receive(vev.ResponseBegan("of the provider"), 84.1) == []
    call.receive(vev.Refused(ALREADY_SPEAKING), 84.2)
    ended = vev.ResponseEnded("of the provider", vev.Ended.COMPLETED, spoke=True)
    assert of(Respond, call.receive(ended, 85)) == [words]


def test_a_free_answer_that_came_too_late_is_not_asked_for_again() -> None:
    call = talking()
    asks(call, 11, vev.ToolWish("t1", "look_up_caller", "{}"))
    assert of(Respond, call.receive(ev.ToolAnswered("t1", "known"), 12))
    call.receive(vev.ResponseBegan("of the provider"), 12.1)
    call.receive(vev.Refused(ALREADY_SPEAKING), 12.2)
    ended = vev.ResponseEnded("of the provider", vev.Ended.COMPLETED, spoke=True)
    assert not of(Respond, call.receive(ended, 13))


def test_a_second_wish_waits_for_the_response_that_was_only_asked_for() -> None:
    call = talking()
    for digit in "12#":
        actions = call.receive(ev.DigitPressed(digit), 11)
    assert of(Respond, actions) == [Respond()]
    left = call.receive(ev.SupervisorAsked("Ann"), 11.1)
    assert of(Interrupt, left)
    assert not of(Respond, left)
    call.receive(vev.ResponseBegan("r"), 11.2)
    cancelled = vev.ResponseEnded("r", vev.Ended.CANCELLED)
    handoff = Respond(call.phrases.handoff)
    assert of(Respond, call.receive(cancelled, 11.3)) == [handoff]


def test_a_refused_response_does_not_stand_in_the_way() -> None:
    call = talking()
    for digit in "12#":
        call.receive(ev.DigitPressed(digit), 11)
    call.receive(vev.Refused("server_error"), 11.1)
    for digit in "34#":
        actions = call.receive(ev.DigitPressed(digit), 12)
    assert of(Respond, actions) == [Respond()]


def test_a_caller_who_speaks_up_at_the_goodbye_keeps_the_call() -> None:
    call = talking()
    call.receive(ev.AgentSpeaking(on=True), 11)
    asks(call, 12, END, spoke=True)
    assert state(call) is VoiceState.LEAVING
    call.receive(ev.CallerSpeaking(on=True), 13)
    assert not of(HangUp, call.receive(ev.AgentSpeaking(on=False), 13.1))
    assert state(call) is VoiceState.TALKING
    call.receive(ev.CallerSpeaking(on=False), 14)
    call.receive(ev.AgentSpeaking(on=True), 15)
    asks(call, 15, vev.ToolWish("t2", END.name, END.arguments), spoke=True)
    assert of(HangUp, call.receive(ev.AgentSpeaking(on=False), 18))


def test_a_caller_cannot_talk_a_limit_away() -> None:
    call = talking(max_seconds=60, at_limit=AtLimit.GOODBYE, silence_seconds=60)
    call.receive(ev.DeadlinePassed(), 60)
    call.receive(ev.CallerSpeaking(on=True), 61)
    assert state(call) is VoiceState.LEAVING
    call.receive(ev.DeadlinePassed(), 90)
    assert state(call) is VoiceState.ENDED


def test_our_sentences_follow_the_language_of_the_conversation() -> None:
    call = talking(profile=BOTH)
    spanish = vev.ToolWish("t1", "switch_language", '{"language": "es-US"}')
    actions = asks(call, 11, spanish)
    assert EventKind.LANGUAGE_CHANGED in notes(actions)
    assert call.language == "es-US"
    asks(call, 12, vev.ToolWish("t2", "switch_language", '{"language": "es-US"}'))
    assert call.phrases.handoff == "Le conecto."


def test_the_language_is_known_to_the_process_that_takes_over() -> None:
    call = VoiceCall(make_setting(), Engine(), VoicePast(language="es-US"))
    assert call.language == "es-US"

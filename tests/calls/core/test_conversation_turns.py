"""Who has the floor, and what becomes of words said at the wrong moment."""

import pytest

from calls.core import events as ev
from calls.core.actions import (
    AgentTurn,
    AskModel,
    CallerTurn,
    CancelModel,
    NoticeTurn,
    Say,
)
from calls.core.conversation import State
from calls.core.conversation.machine import GREET
from calls.core.words import EventKind
from tests.calls.core.making import (
    GREETING,
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


def test_a_greeting_spoken_by_the_carrier_is_not_said_again() -> None:
    talk = Talk()
    actions = talk.tell(ev.Connected("en-US", greeted=True))
    assert said(actions) == []
    assert noted(EventKind.GREETED, actions) == [{"text": GREETING}]
    assert talk.core.state is State.LISTENING


def test_without_a_greeting_the_model_greets() -> None:
    talk = Talk()
    actions = talk.tell(ev.Connected("en-US", greeted=False))
    assert history(actions) == (NoticeTurn(GREET),)
    talk.model("Hello!")
    talk.done()
    talk.says("Hi.")
    asked = history(talk.wait(1))
    assert asked[-2:] == (AgentTurn("Hello!"), CallerTurn("Hi."))
    talk.model("How can I help?")
    talk.done()
    talk.says("A plumber.")
    asked = history(talk.wait(1))
    assert asked[-2:] == (AgentTurn("How can I help?"), CallerTurn("A plumber."))


def test_an_empty_greeting_leaves_nobody_in_silence() -> None:
    setting = make_setting(profile=make_profile(languages=(make_language(),)))
    talk = Talk(type(setting)(setting.agent, setting.profile, "en-US", greeting=""))
    assert found(AskModel, talk.tell(ev.Connected("en-US", greeted=True)))


def test_several_prompts_of_one_utterance_become_one_request() -> None:
    talk = greeted()
    actions = talk.says("I need a plumber")
    actions += talk.wait(0.4)
    actions += talk.says("on Tuesday.")
    assert found(AskModel, actions) == []
    asked = only(AskModel, talk.wait(0.5))
    assert asked.history == (
        AgentTurn(GREETING),
        CallerTurn("I need a plumber on Tuesday."),
    )


def test_words_before_the_first_token_restart_the_question() -> None:
    talk = thinking()
    old = talk.core.turn
    assert only(CancelModel, talk.says("Quickly.")).turn == old
    asked = only(AskModel, talk.wait(0.5))
    assert asked.turn > old
    assert asked.history[-1] == CallerTurn("I need a plumber. Quickly.")


def test_words_during_an_answer_are_kept_and_answered_next() -> None:
    talk = speaking(text="We come on Monday.")
    assert not found(CancelModel, talk.says("And how much is it?"))
    actions = talk.done() + talk.wait(0)
    assert history(actions)[-2:] == (
        AgentTurn("We come on Monday."),
        CallerTurn("And how much is it?"),
    )


def test_words_while_a_tool_runs_are_answered_with_its_result() -> None:
    talk = working()
    assert talk.says("Are you there?")[1:] == []
    actions = talk.tell(ev.ToolAnswered("t1", "Monday."))
    assert history(actions)[-1] == CallerTurn("Are you there?")


def test_words_after_a_tool_was_asked_for_do_not_undo_it() -> None:
    talk = thinking()
    talk.asks("find_slots")
    assert not found(CancelModel, talk.says("Quickly."))
    talk.done()
    asked = history(talk.tell(ev.ToolAnswered("t1", "Monday.")))
    assert asked[-1] == CallerTurn("Quickly.")


def test_late_tokens_of_a_cancelled_turn_are_dropped() -> None:
    talk = thinking()
    old = talk.core.turn
    talk.says("Quickly.")
    talk.wait(0.5)
    assert talk.tell(ev.ModelSaid(old, "We"), ev.ModelFinished(old)) == []
    assert talk.tell(ev.ModelFailed(old, "")) == []
    assert talk.core.state is State.THINKING


def test_events_of_a_turn_that_is_finished_are_dropped() -> None:
    talk = answered()
    turn = talk.core.turn
    assert talk.model("!") + talk.asks("find_slots") == []
    assert talk.tell(ev.ModelFinished(turn)) == []


def test_an_answer_is_streamed_and_its_talk_cycle_closed_at_the_end() -> None:
    talk = thinking()
    actions = talk.model("Of", " course.") + talk.done()
    says = [(s.text, s.last) for s in found(Say, actions)]
    assert says == [("Of", False), (" course.", False), ("", True)]


def test_the_journal_tells_how_long_the_first_token_took() -> None:
    talk = thinking()
    talk.wait(1.5)
    talk.model("Of course.")
    (entry,) = noted(EventKind.AGENT_SAID, talk.done())
    assert entry["text"] == "Of course."
    assert entry["first_token_ms"] == pytest.approx(1500, abs=100)


def test_white_space_is_no_first_token() -> None:
    talk = thinking()
    assert talk.model("\n", " ", "") == []
    assert only(Say, talk.model("\nYes.")).text == "Yes."
    assert only(Say, talk.model(" ")).text == " "


@pytest.mark.parametrize("text", ["", "  "])
def test_a_prompt_without_words_is_no_turn(text: str) -> None:
    talk = greeted()
    assert talk.says(text) == []
    assert talk.core.state is State.LISTENING


def test_a_caller_who_starts_again_is_waited_for() -> None:
    talk = greeted()
    talk.says("I need")
    talk.wait(0.2)
    talk.tell(ev.CallerSpeaking(True))
    assert talk.wait(5) == []
    talk.says("a plumber.")
    assert history(talk.wait(0.5))[-1] == CallerTurn("I need a plumber.")


def test_a_sound_that_was_only_a_sound_costs_one_merge_window() -> None:
    talk = greeted()
    talk.says("I need a plumber.")
    talk.tell(ev.CallerSpeaking(True), ev.CallerSpeaking(False))
    assert found(AskModel, talk.wait(0.5))


def test_the_end_of_the_sound_after_the_words_costs_nothing() -> None:
    talk = greeted()
    talk.tell(ev.CallerSpeaking(True))
    talk.says("I need a plumber.")
    talk.wait(0.4)
    talk.tell(ev.CallerSpeaking(False))
    assert found(AskModel, talk.wait(0.1))


def test_a_sound_whose_end_is_never_told_does_not_block_the_answer_for_ever() -> None:
    talk = greeted()
    talk.says("I need a plumber.")
    talk.tell(ev.CallerSpeaking(True))
    assert found(AskModel, talk.wait(16))


def test_the_language_the_caller_is_heard_in_becomes_that_of_the_phrases() -> None:
    languages = (make_language(), make_language("es-US"))
    talk = greeted(make_setting(profile=make_profile(languages=languages)))
    actions = talk.tell(ev.CallerSpoke("Hola", "es"))
    assert noted(EventKind.LANGUAGE_CHANGED, actions) == [{"language": "es-US"}]
    assert talk.core.language == "es-US"
    assert not noted(EventKind.LANGUAGE_CHANGED, talk.tell(ev.CallerSpoke("Sí", "es")))


@pytest.mark.parametrize("code", ["fr", "en-GB"])
def test_a_language_we_do_not_have_changes_nothing(code: str) -> None:
    talk = greeted()
    talk.tell(ev.CallerSpoke("Bonjour", code))
    assert talk.core.language == "en-US"


def test_the_language_the_carrier_was_set_to_is_ours() -> None:
    talk = Talk()
    talk.tell(ev.Connected("es-US", greeted=True))
    assert talk.core.language == "es-US"
    talk = Talk()
    talk.tell(ev.Connected("", greeted=True))
    assert talk.core.language == "en-US"


def test_nothing_happens_before_the_caller_can_hear_us() -> None:
    talk = Talk()
    assert talk.says("Hi") + talk.keys("1") + talk.tell(ev.DeadlinePassed()) == []
    assert talk.core.deadline is None


def test_a_second_connection_of_the_same_session_is_ignored() -> None:
    talk = greeted()
    assert talk.tell(ev.Connected("en-US", greeted=True)) == []


def test_a_refused_frame_is_an_incident_and_no_more() -> None:
    for talk in (Talk(), greeted(), thinking(), ending()):
        state = talk.core.state
        (action,) = talk.tell(ev.FrameRefused("Invalid message"))
        assert getattr(action, "detail", "") == "Invalid message"
        assert talk.core.state is state

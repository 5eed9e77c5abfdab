"""The tools of the conversation itself: fields, messages, transfer, the end."""

from calls.core import events as ev
from calls.core.actions import (
    AskModel,
    CallerTurn,
    ChangeLanguage,
    HandOff,
    HangUp,
    ReportIncident,
    Say,
)
from calls.core.conversation import Setting, State
from calls.core.words import Ending, EventKind, HandoffReason
from routing.core.ruleset import AgentField
from tests.calls.core.making import (
    PHRASES,
    SLOTS,
    ending,
    found,
    history,
    make_agent,
    make_language,
    make_profile,
    make_setting,
    noted,
    only,
    said,
    speaking,
    thinking,
)

ANSWERED = ev.ToolAnswered("t1", "Monday.")


def make_collecting() -> Setting:
    field = AgentField("name", "", required_before_handoff=True)
    return make_setting(make_agent(fields=(field,), tools=(SLOTS,)))


# collect_field, take_message, switch_language


def test_a_collected_field_is_noted_and_goes_with_a_handoff() -> None:
    talk = thinking(make_collecting())
    actions = talk.asks("collect_field", name="name", value="Ann")
    collected = {"name": "name", "value": "Ann"}
    assert noted(EventKind.FIELD_COLLECTED, actions) == [collected]
    assert talk.core.collected == {"name": "Ann"}
    talk.keys("0")
    assert only(HandOff, talk.wait(10)).fields == {"name": "Ann"}


def test_a_model_that_asked_its_question_may_add_nothing_after_noting_a_field() -> None:
    talk = speaking(make_collecting(), "Thank you, Ann. What is broken?")
    talk.asks("collect_field", name="name", value="Ann")
    assert found(AskModel, talk.done())
    assert not found(ReportIncident, talk.done())
    assert talk.core.state is State.LISTENING


def test_no_filler_is_said_after_the_agent_has_asked_its_question() -> None:
    talk = speaking(make_collecting(), "Thank you, Ann. What is broken?")
    talk.asks("collect_field", name="name", value="Ann")
    talk.done()
    assert said(talk.wait(7)) == []
    talk.says("The tap.")
    assert history(talk.wait(0.5))[-1] == CallerTurn("The tap.")


def test_a_message_is_noted() -> None:
    actions = thinking().asks("take_message", message="Call me.")
    assert noted(EventKind.MESSAGE_TAKEN, actions) == [{"message": "Call me."}]
    assert not found(ChangeLanguage, actions)


def test_the_agent_can_change_the_language() -> None:
    languages = (make_language(), make_language("es-US"))
    talk = thinking(make_setting(profile=make_profile(languages=languages)))
    actions = talk.asks("switch_language", language="es-US")
    assert only(ChangeLanguage, actions).code == talk.core.language == "es-US"
    assert noted(EventKind.LANGUAGE_CHANGED, actions) == [{"language": "es-US"}]
    assert not noted(EventKind.MESSAGE_TAKEN, actions)


# transfer_to_person


def test_a_transfer_follows_the_words_of_the_agent() -> None:
    talk = speaking(text="I will connect you.")
    talk.asks("transfer_to_person", reason="caller_asked", summary="Pipe.")
    actions = talk.done()
    assert found(Say, actions) == [Say("", last=True)]
    assert noted(EventKind.AGENT_SAID, actions)[0]["text"] == "I will connect you."
    assert noted(EventKind.HANDOFF_ASKED, actions) == [
        {"reason": "caller_asked", "summary": "Pipe.", "asked_by": "agent"}
    ]
    final = only(HandOff, talk.wait(5))
    assert final == HandOff(HandoffReason.CALLER_ASKED, "Pipe.", {}, "agent")


def test_a_transfer_without_a_word_is_announced() -> None:
    talk = thinking()
    talk.asks("transfer_to_person", reason="caller_asked", summary="Pipe.")
    assert said(talk.done()) == [PHRASES.handoff]


def test_a_transfer_that_lacks_a_field_is_sent_back_once_only() -> None:
    talk = thinking(make_collecting())
    wish = {"reason": "caller_asked", "summary": "Pipe."}
    talk.asks("transfer_to_person", "t1", **wish)
    assert "ask for: name" in getattr(history(talk.done())[-1], "output", "")
    talk.asks("transfer_to_person", "t2", **wish)
    talk.done()
    assert found(HandOff, talk.wait(5))


def test_an_emergency_is_not_sent_back() -> None:
    talk = thinking(make_collecting())
    talk.asks("transfer_to_person", reason="emergency", summary="Fire.")
    talk.done()
    assert only(HandOff, talk.wait(5)).reason is HandoffReason.EMERGENCY


def test_a_transfer_does_not_wait_for_a_tool_asked_for_with_it() -> None:
    talk = thinking()
    talk.asks("find_slots", "t1")
    talk.asks("transfer_to_person", "t2", reason="other", summary="Pipe.")
    talk.done()
    assert found(HandOff, talk.wait(5))


# end_call


def test_a_goodbye_of_the_agent_ends_the_call() -> None:
    talk = ending()
    assert talk.core.state is State.CLOSING
    assert PHRASES.closing not in said(talk.log)
    final = HangUp(Ending.AGENT_ENDED, "resolved")
    assert only(HangUp, talk.wait(10)) == final


def test_an_end_without_a_word_gets_a_goodbye() -> None:
    talk = thinking()
    talk.asks("end_call", outcome="spam")
    assert said(talk.done()) == [PHRASES.closing]
    assert only(HangUp, talk.wait(10)).outcome == "spam"


def test_an_end_waits_for_the_tool_asked_for_with_it() -> None:
    talk = speaking(text="I will book that. Goodbye.")
    talk.asks("find_slots", "t1")
    talk.asks("end_call", "t2", outcome="resolved")
    talk.done()
    assert talk.core.state is State.WORKING
    assert not found(AskModel, talk.tell(ANSWERED))
    assert found(HangUp, talk.wait(10))


def test_an_end_is_off_when_a_tool_asked_for_with_it_fails() -> None:
    talk = speaking(text="I will book that. Goodbye.")
    talk.asks("find_slots", "t1")
    talk.asks("end_call", "t2", outcome="resolved")
    talk.done()
    actions = talk.tell(ev.ToolAnswered("t1", "Nothing is free.", ok=False))
    assert found(AskModel, actions)


def test_an_end_is_off_when_the_caller_said_something_meanwhile() -> None:
    talk = speaking(text="Goodbye.")
    talk.asks("end_call", outcome="resolved")
    talk.says("Wait, one more thing.")
    assert history(talk.done())[-1] == CallerTurn("Wait, one more thing.")

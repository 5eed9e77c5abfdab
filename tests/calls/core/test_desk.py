import json

import pytest

from calls.core.actions import ToolTurn
from calls.core.desk import Answer, ToolDesk, Wish, WishKind
from calls.core.words import HandoffReason
from routing.core.ruleset import AgentField, FieldKind
from tests.calls.core.making import SLOTS, make_agent

NAME = AgentField("name", "", FieldKind.NAME, required_before_handoff=True)
NUMBER = AgentField("number", "", FieldKind.PHONE)


def make_desk(*fields: AgentField, languages: tuple[str, ...] = ("en-US",)) -> ToolDesk:
    return ToolDesk(make_agent(fields=fields, tools=(SLOTS,)), languages, {})


def ask(
    desk: ToolDesk, tool: str, tool_call: str = "t1", /, **arguments: str
) -> Answer:
    """For the tools that the desk answers itself."""
    answer = desk.ask(tool_call, tool, json.dumps(arguments))
    assert answer is not None
    return answer


def test_a_tool_of_the_agent_is_run_by_the_driver() -> None:
    desk = make_desk()
    assert desk.ask("t1", "find_slots", '{"day": "Monday"}') is None
    assert desk.busy()
    assert desk.asked()
    assert desk.ran()
    assert desk.waiting_line() == "Let me look that up."


def test_its_answer_is_kept_with_what_was_asked() -> None:
    desk = make_desk()
    desk.ask("t1", "find_slots", '{"day": "Monday"}')
    assert desk.answer("t1", "At nine.") == "find_slots"
    assert not desk.busy()
    told = desk.take_answered()
    assert told == [ToolTurn("t1", "find_slots", '{"day": "Monday"}', "At nine.")]
    assert desk.take_answered() == []


def test_an_answer_that_nobody_waits_for_is_refused() -> None:
    desk = make_desk()
    desk.ask("t1", "find_slots", "{}")
    desk.answer("t1", "At nine.")
    assert desk.answer("t1", "At ten.") is None
    assert desk.answer("t2", "At ten.") is None
    assert desk.take_answered()[0].output == "At nine."


def test_tools_without_an_answer_stay_behind() -> None:
    desk = make_desk()
    desk.ask("t1", "find_slots", "{}")
    desk.ask("t2", "look_up_caller", "{}")
    desk.answer("t2", "Nothing is known.")
    assert [turn.tool_call for turn in desk.take_answered()] == ["t2"]
    assert desk.knows("t1")
    assert not desk.knows("t2")


def test_the_waiting_line_is_that_of_a_running_tool() -> None:
    desk = make_desk()
    desk.ask("t1", "look_up_caller", "{}")
    assert desk.waiting_line() == ""
    desk.ask("t2", "find_slots", "{}")
    assert desk.waiting_line() == "Let me look that up."
    desk.answer("t2", "At nine.")
    assert desk.waiting_line() == ""


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("nonsense", "{}"),
        ("collect_field", '{"name": "name", "value": "Ann"}'),
        ("switch_language", '{"language": "es-US"}'),
        ("find_slots", '{"day": '),
        ("end_call", '{"outcome": "wonderful"}'),
    ],
)
def test_what_was_not_offered_or_cannot_be_read_is_sent_back(
    name: str, arguments: str
) -> None:
    desk = make_desk()
    answer = desk.ask("t1", name, arguments)
    assert answer is not None
    assert not answer.ok
    assert desk.wish is None
    assert not desk.busy()
    assert desk.take_answered()[0].output == answer.output


def test_a_field_is_written_down_in_its_form_and_what_is_missing_is_told() -> None:
    desk = make_desk(NAME, NUMBER)
    answer = ask(desk, "collect_field", name="name", value="ann lee")
    assert answer.collected == desk.collected == {"name": "Ann Lee"}
    assert "Still missing: number" in answer.output
    last = ask(desk, "collect_field", name="number", value="555 010 9999")
    assert "missing" not in last.output


def test_a_value_that_cannot_be_is_sent_back() -> None:
    desk = make_desk(NUMBER)
    answer = ask(desk, "collect_field", name="number", value="soon")
    assert not answer.ok
    assert desk.collected == {}


def test_a_transfer_is_sent_back_once_for_what_is_missing() -> None:
    desk = make_desk(NAME, NUMBER)
    first = ask(desk, "transfer_to_person", reason="caller_asked", summary="Pipe.")
    assert "ask for: name." in first.output
    assert desk.wish is None
    ask(desk, "transfer_to_person", reason="caller_asked", summary="Pipe.")
    assert desk.wish == Wish(
        WishKind.HAND_OFF, HandoffReason.CALLER_ASKED, summary="Pipe."
    )


@pytest.mark.parametrize("reason", ["emergency", "angry_caller"])
def test_an_urgent_transfer_waits_for_nothing(reason: str) -> None:
    desk = make_desk(NAME)
    assert ask(desk, "transfer_to_person", reason=reason, summary="Fire.").ok
    assert desk.wish is not None


def test_a_transfer_with_everything_collected_is_granted_at_once() -> None:
    desk = make_desk(NAME)
    ask(desk, "collect_field", name="name", value="Ann")
    assert ask(desk, "transfer_to_person", reason="other", summary="Pipe.").ok


@pytest.mark.parametrize("first", ["end_call", "transfer_to_person"])
def test_a_transfer_goes_before_an_end_asked_for_with_it(first: str) -> None:
    desk = make_desk()
    wishes = {
        "end_call": {"outcome": "resolved"},
        "transfer_to_person": {"reason": "other", "summary": "Pipe."},
    }
    for name in sorted(wishes, key=lambda name: name != first):
        ask(desk, name, name, **wishes[name])
    assert desk.wish is not None
    assert desk.wish.kind is WishKind.HAND_OFF
    assert not desk.may_end()


def test_the_call_may_end_with_the_outcome_the_agent_gave() -> None:
    desk = make_desk()
    assert not desk.may_end()
    ask(desk, "end_call", outcome="resolved")
    assert desk.may_end()
    assert desk.wish == Wish(WishKind.END, outcome="resolved")


def test_the_call_does_not_end_while_another_tool_of_the_answer_has_failed() -> None:
    desk = make_desk()
    ask(desk, "end_call", outcome="resolved")
    desk.ask("t2", "find_slots", "{}")
    desk.answer("t2", "Timed out.", ok=False)
    assert not desk.may_end()


def test_a_refused_message_keeps_the_call_from_ending() -> None:
    desk = make_desk()
    ask(desk, "take_message", "t1")
    ask(desk, "end_call", "t2", outcome="resolved")
    assert not desk.may_end()


def test_a_caller_who_speaks_up_stays_but_a_transfer_stands() -> None:
    desk = make_desk()
    ask(desk, "end_call", outcome="resolved")
    desk.stay()
    assert desk.wish is None
    ask(desk, "transfer_to_person", "t2", reason="other", summary="Pipe.")
    desk.stay()
    assert desk.wish is not None


def test_a_message_is_taken_with_its_number_if_there_is_one() -> None:
    desk = make_desk()
    answer = ask(desk, "take_message", message="Call me.", callback_number="555")
    assert answer.message == {"message": "Call me.", "callback_number": "555"}
    short = ask(desk, "take_message", "t2", message="Call me.")
    assert short.message == {"message": "Call me."}


def test_the_language_can_change_to_another_of_the_profile() -> None:
    desk = make_desk(languages=("en-US", "es-US"))
    assert ask(desk, "switch_language", language="es-US").language == "es-US"


def test_only_answers_with_tools_count_as_rounds() -> None:
    desk = make_desk()
    desk.begin_answer()
    desk.begin_answer()
    assert desk.rounds == 0
    ask(desk, "end_call", outcome="resolved")
    desk.begin_answer()
    assert (desk.rounds, desk.asked(), desk.wish) == (1, False, None)
    desk.new_utterance()
    assert desk.rounds == 0

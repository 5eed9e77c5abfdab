"""A call that comes back after its connection was lost."""

from calls.core import events as ev
from calls.core.actions import (
    Action,
    AgentTurn,
    AskModel,
    CallerTurn,
    HandOff,
    HangUp,
    HistoryItem,
    Note,
    ToolTurn,
)
from calls.core.conversation import Past, Setting, State
from calls.core.replay import Entry, past_of
from calls.core.words import EventKind, HandoffReason
from routing.core.ruleset import AgentField, AtLimit
from tests.calls.core.making import (
    GREETING,
    PHRASES,
    SLOTS,
    Talk,
    found,
    history,
    make_agent,
    make_setting,
    noted,
    only,
    said,
    speaking,
    thinking,
)

HELD = (AgentTurn(GREETING), CallerTurn("When?"), AgentTurn("On Monday."))


def resumed(past: Past, setting: Setting | None = None) -> tuple[Talk, list[Action]]:
    talk = Talk(setting, past)
    return talk, talk.tell(ev.Connected("en-US", greeted=False))


def test_a_caller_who_is_back_is_told_so_and_not_greeted_again() -> None:
    talk, actions = resumed(Past(HELD))
    assert said(actions) == [PHRASES.resumed]
    assert not noted(EventKind.GREETED, actions)
    assert not found(AskModel, actions)
    assert talk.core.state is State.LISTENING


def test_a_carrier_that_greets_all_the_same_changes_nothing() -> None:
    talk = Talk(past=Past(HELD))
    actions = talk.tell(ev.Connected("en-US", greeted=True))
    assert said(actions) == [PHRASES.resumed]


def test_what_the_caller_said_last_is_answered_at_once() -> None:
    _, actions = resumed(Past(HELD[:2]))
    assert said(actions) == [PHRASES.resumed]
    assert history(actions) == HELD[:2]


def test_an_answer_that_a_tool_had_prepared_is_given_at_once() -> None:
    items: tuple[HistoryItem, ...] = (*HELD[:2], ToolTurn("t1", "slots", "{}", "Mon"))
    _, actions = resumed(Past(items))
    assert history(actions) == items


def test_turns_are_counted_on() -> None:
    _, actions = resumed(Past(HELD[:2], turn=7))
    assert only(AskModel, actions).turn == 8


def test_what_was_collected_is_still_known() -> None:
    talk, _ = resumed(Past(HELD, {"name": "Ann"}))
    assert talk.core.collected == {"name": "Ann"}


def test_a_handoff_asked_for_before_is_carried_out_and_not_noted_again() -> None:
    asked = HandOff(HandoffReason.CALLER_ASKED, "Pipe.", {}, "agent")
    talk, actions = resumed(Past(HELD, {"name": "Ann"}, handoff=asked))
    assert said(actions) == [PHRASES.handoff]
    assert not noted(EventKind.HANDOFF_ASKED, actions)
    final = only(HandOff, talk.wait(5))
    assert final == HandOff(
        HandoffReason.CALLER_ASKED, "Pipe.", {"name": "Ann"}, "agent"
    )


def test_the_time_before_counts_for_the_length_of_the_call() -> None:
    setting = make_setting(max_seconds=300, silence_seconds=10_000)
    talk, _ = resumed(Past(HELD, elapsed=200.0), setting)
    actions = talk.wait(41)
    assert said(actions) == [PHRASES.length_warning]
    assert found(HandOff, talk.wait(65))


def test_a_call_that_used_up_its_time_is_ended_at_once() -> None:
    past = Past(HELD[:2], elapsed=900.0)
    talk, actions = resumed(past)
    assert said(actions) == [PHRASES.handoff]
    talk, actions = resumed(past, make_setting(at_limit=AtLimit.GOODBYE))
    assert said(actions) == [PHRASES.limit_goodbye]
    assert found(HangUp, talk.wait(5))


def test_a_supervisor_may_ask_for_a_caller_who_is_not_back_yet() -> None:
    talk = Talk(past=Past(HELD[:2]))
    talk.tell(ev.SupervisorAsked("Eve"))
    talk.tell(ev.Connected("en-US"))
    assert only(HandOff, talk.wait(10)).reason is HandoffReason.SUPERVISOR


def test_cutting_the_return_phrase_leaves_the_history_whole() -> None:
    talk, _ = resumed(Past(HELD))
    talk.interrupts("I am")
    talk.says("Hello?")
    assert history(talk.wait(0.5)) == (*HELD, CallerTurn("Hello?"))


# From the journal


def replayed(talk: Talk) -> Past:
    entries = [Entry(note.kind, note.data) for note in found(Note, talk.log)]
    return past_of(entries, elapsed=10.0)


def test_the_journal_brings_back_what_was_heard_of_a_cut_answer() -> None:
    talk = speaking(text="Your plumber comes on Monday.")
    talk.interrupts("Your plumber")
    assert replayed(talk).history[-1] == AgentTurn("Your plumber")


def test_the_journal_brings_back_the_answer_before_a_line_that_was_cut() -> None:
    talk = speaking(text="On Monday.")
    talk.done()
    talk.wait(9.5)
    talk.interrupts("Are you")
    assert replayed(talk).history[-1] == AgentTurn("On Monday.")


def test_the_journal_forgets_an_answer_that_nobody_heard() -> None:
    talk = thinking()
    talk.wait(2.1)
    talk.model("On Monday.")
    talk.interrupts("One moment")
    talk.says("Hello?")
    assert replayed(talk).history[-1] == CallerTurn("I need a plumber. Hello?")


def test_the_journal_brings_back_words_that_waited_for_their_answer() -> None:
    talk = speaking(text="On Monday.")
    talk.says("And how much?")
    talk.tell(ev.SpeechPlayed("On Monday."), ev.TransportLost(1006))
    past = replayed(talk)
    assert past.history[-2:] == (AgentTurn("On Monday."), CallerTurn("And how much?"))
    _, actions = resumed(past)
    assert found(AskModel, actions)


def test_the_journal_brings_back_keys_tools_fields_and_turns() -> None:
    field = AgentField("name", "")
    talk = thinking(make_setting(make_agent(fields=(field,), tools=(SLOTS,))))
    talk.keys("7#")
    talk.wait(0)
    talk.asks("collect_field", "t1", name="name", value="Ann")
    talk.asks("find_slots", "t2")
    talk.done()
    talk.tell(ev.ToolAnswered("t2", "Monday."))
    talk.model("On Monday.")
    talk.done()
    past = replayed(talk)
    kinds = [AgentTurn, CallerTurn, ToolTurn, ToolTurn, AgentTurn]
    assert [type(item) for item in past.history] == kinds
    assert past.history[1] == CallerTurn("I need a plumber. (keyed on the keypad: 7)")
    assert (past.collected, past.turn) == ({"name": "Ann"}, talk.core.turn)


def test_the_journal_brings_back_a_handoff_until_somebody_was_rung() -> None:
    talk = thinking()
    talk.fails()
    handoff = replayed(talk).handoff
    assert handoff is not None
    assert handoff.reason is HandoffReason.MODEL_FAILED
    talk.log.append(Note(EventKind.CONTACT_RINGING, {"contact": "Eve"}))
    assert replayed(talk).handoff is None


def test_a_handoff_that_nobody_took_is_not_asked_for_again() -> None:
    asked = {"reason": "caller_asked", "summary": "", "asked_by": "agent"}
    back = Entry(EventKind.RECONNECTED, {"why": "nobody_free"})
    story = [Entry(EventKind.HANDOFF_ASKED, asked), back]
    assert past_of(story[:1], elapsed=0).handoff is not None
    assert past_of(story, elapsed=0).handoff is None


def test_an_answer_that_the_connection_cut_is_gone_on_with() -> None:
    talk = speaking(text="We are open from nine to five. ")
    log = talk.tell(ev.AgentSpeaking(True), ev.SpeechPlayed("We are"))
    log = [*talk.log, *talk.tell(ev.TransportLost(1006))]
    entries = [Entry(n.kind, n.data) for n in found(Note, log)]
    _, actions = resumed(past_of(entries, elapsed=10))
    assert AgentTurn("We are") in history(actions)

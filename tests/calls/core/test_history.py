from calls.core.actions import AgentTurn, CallerTurn, NoticeTurn, ToolTurn
from calls.core.history import History

TOOL = ToolTurn("t1", "find_slots", "{}", "Monday")


def test_pieces_of_an_utterance_become_one_turn() -> None:
    history = History()
    history.hear("I need")
    history.hear("a plumber.")
    assert history.items() == (CallerTurn("I need a plumber."),)


def test_words_after_an_unanswered_turn_join_it() -> None:
    history = History([CallerTurn("Hello?")])
    history.hear("Anybody there?")
    assert history.items() == (CallerTurn("Hello? Anybody there?"),)


def test_turns_of_the_caller_in_a_row_become_one() -> None:
    history = History([CallerTurn("Hello?"), CallerTurn("Hello!")])
    assert history.items() == (CallerTurn("Hello? Hello!"),)


def test_waiting_words_stand_behind_what_the_agent_said_meanwhile() -> None:
    history = History([CallerTurn("When?")])
    history.hear("And how much?")
    history.add(AgentTurn("On Monday."))
    assert history.items()[-2:] == (
        AgentTurn("On Monday."),
        CallerTurn("And how much?"),
    )


def test_the_notice_stands_first_and_is_not_part_of_the_talk() -> None:
    history = History(notice="It is Monday.")
    assert not history.spoken()
    history.add(AgentTurn("Hello."))
    assert history.spoken()
    assert history.items() == (NoticeTurn("It is Monday."), AgentTurn("Hello."))


def test_an_answer_is_owed_unless_the_agent_spoke_last() -> None:
    history = History([AgentTurn("Hello.")])
    assert not history.owes_answer()
    history.hear("Hello.")
    assert history.owes_answer()
    assert History([AgentTurn("One moment."), TOOL]).owes_answer()


def test_the_latest_turn_is_cut_at_what_was_heard_and_its_tools_stay() -> None:
    history = History([AgentTurn("Hello."), AgentTurn("Let me see."), TOOL])
    history.cut("Let me")
    assert history.items() == (AgentTurn("Hello."), AgentTurn("Let me"), TOOL)


def test_pieces_may_be_left_waiting_behind_the_answer_to_those_before() -> None:
    history = History()
    history.hear("When?")
    history.hear("And how much?")
    history.settle(leaving=1)
    assert history.waiting() == 1
    history.add(AgentTurn("On Monday."))
    asked = (CallerTurn("When?"), AgentTurn("On Monday."), CallerTurn("And how much?"))
    assert history.items() == asked


def test_more_pieces_than_there_are_cannot_be_left_waiting() -> None:
    history = History()
    for piece in ("When?", "Where?", "Hello?"):
        history.hear(piece)
    history.settle(leaving=5)
    assert history.waiting() == 3


def test_a_turn_that_nobody_heard_is_taken_out() -> None:
    history = History([CallerTurn("When?"), AgentTurn("Monday."), CallerTurn("Wait.")])
    history.cut("")
    assert history.items() == (CallerTurn("When? Wait."),)


def test_a_cut_before_the_agent_ever_spoke_changes_nothing() -> None:
    history = History([CallerTurn("Hello?")])
    history.cut("Hel")
    assert history.items() == (CallerTurn("Hello?"),)

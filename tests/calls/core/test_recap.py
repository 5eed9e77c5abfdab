from calls.core.recap import Message, Recap, Record, Rung, read_record, sentences
from calls.core.words import Disposition, EventKind


def test_an_answer_counts_only_after_the_caller_spoke() -> None:
    said = (EventKind.AGENT_SAID, {"text": "Hello?"})
    heard = (EventKind.CALLER_SAID, {"text": "Hi"})
    assert not read_record([said, heard]).answered
    assert read_record([heard, said]).answered
    assert read_record([(EventKind.CALLER_KEYED, {"digits": "2"}), said]).answered


def test_what_was_collected_is_the_last_word_on_each_field() -> None:
    record = read_record(
        [
            (EventKind.FIELD_COLLECTED, {"name": "name", "value": "An"}),
            (EventKind.FIELD_COLLECTED, {"name": "name", "value": "Ana"}),
        ]
    )
    assert record.collected == {"name": "Ana"}


def test_several_messages_are_one() -> None:
    record = read_record(
        [
            (EventKind.MESSAGE_TAKEN, {"message": "Call me", "callback_number": "1"}),
            (EventKind.MESSAGE_TAKEN, {"message": "About the roof"}),
        ]
    )
    assert record.message == Message("Call me\nAbout the roof", "1")


def test_a_journal_with_nothing_in_it() -> None:
    assert read_record([(EventKind.NOTED, {"text": "x"})]) == Record()
    assert read_record([(EventKind.VOICEMAIL_OFFERED, {})]).voicemail_offered


def test_a_short_recap() -> None:
    recap = Recap("+1202", "Front desk", "noon", Disposition.REJECTED)
    assert sentences(recap) == [
        "+1202 called Front desk on noon.",
        "How it ended: rejected.",
    ]


def test_a_full_recap() -> None:
    recap = Recap(
        caller="+1202",
        line="Front desk",
        offered="noon",
        disposition=Disposition.VOICEMAIL,
        agent="Robin",
        seconds=130,
        collected={"full_name": "Ana", "phone": "+1"},
        message="Call me",
        handoff_reason="caller_asked",
        handoff_summary="Wants a plumber.",
        rung=[Rung("Ben", "no_answer"), Rung("Cy", "busy")],
        voicemail_seconds=12,
    )
    assert sentences(recap)[1:] == [
        "Robin took the call; it lasted 2 min 10 s.",
        "Collected: Full name: Ana; Phone: +1.",
        "Message: Call me",
        "To be handed to a person: caller asked. Wants a plumber.",
        "Rung: Ben (no answer), Cy (busy).",
        "Left a voicemail of 12 s.",
        "How it ended: voicemail.",
    ]


def test_hanging_up_in_the_middle_of_the_only_answer_is_no_answer() -> None:
    heard = (EventKind.CALLER_SAID, {"text": "Hi"})
    said = (EventKind.AGENT_SAID, {"text": "It covers", "turn": 1})
    cut = (EventKind.AGENT_CUT, {"turn": 1, "kept": "It", "left": True})
    barge_in = (EventKind.AGENT_CUT, {"turn": 1, "kept": "It"})
    assert not read_record([heard, said, cut]).answered
    assert read_record([heard, said, barge_in]).answered

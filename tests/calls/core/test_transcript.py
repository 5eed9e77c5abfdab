from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from calls.core.lines import Entry, Fact, Line, Look, Tone, as_text, facts_of
from calls.core.transcript import TELLERS, tell
from calls.core.words import EventKind

OFFERED = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)


def entry(
    kind: str, second: float = 0.0, *, stream: int = 1, seq: int = 0, **data: object
) -> Entry:
    return Entry(OFFERED + timedelta(seconds=second), stream, seq, kind, data)


def lines(*entries: Entry) -> list[Line]:
    return tell(entries, OFFERED)


def only(*entries: Entry) -> Line:
    (line,) = lines(*entries)
    return line


def test_every_kind_of_the_journal_has_its_teller() -> None:
    assert set(TELLERS) == set(EventKind)


@pytest.mark.parametrize("kind", [*EventKind, "of_a_later_release"])
def test_an_entry_without_any_data_is_told_all_the_same(kind: str) -> None:
    assert len(lines(entry(kind))) <= 1


def test_entries_are_told_in_the_order_of_time_then_stream_then_number() -> None:
    told = lines(
        entry("noted", 2, text="late"),
        entry("noted", 1, stream=2, text="fourth"),
        entry("noted", 1, seq=2, text="third"),
        entry("noted", 1, seq=1, text="second"),
        entry("noted", 0, text="first"),
    )
    assert [line.text for line in told] == [
        "first",
        "second",
        "third",
        "fourth",
        "late",
    ]


def test_offsets_count_from_the_offer_and_never_below_it() -> None:
    told = lines(entry("noted", -3), entry("noted", 61.9))
    assert [line.offset for line in told] == [0, 61]


def test_the_three_voices_are_told_apart() -> None:
    told = lines(
        entry("greeted", 1, text="Hello."),
        entry("caller_said", 2, text="Hi."),
        entry("agent_said", 3, text="How may I help?", turn=1, first_token_ms=840),
    )
    assert [(line.look, line.text) for line in told] == [
        (Look.PRODUCT, "Hello."),
        (Look.CALLER, "Hi."),
        (Look.AGENT, "How may I help?"),
    ]
    assert told[2].note == "began after 0.8 s"


def test_a_cut_answer_shows_what_was_heard_and_what_was_not() -> None:
    line = only(
        entry("agent_said", 1, turn=1, text="We are open until six, and on Sunday."),
        entry("agent_cut", 2, turn=1, heard="We are open until SIX", heard_ms=1500),
    )
    assert line.cut
    assert (line.text, line.unheard) == ("We are open until six,", "and on Sunday.")
    assert line.note == "cut off after 1.5 s"


def test_a_cut_may_be_written_before_its_answer() -> None:
    line = only(
        entry("agent_cut", 1, turn=4, heard="One"),
        entry("agent_said", 2, turn=4, text="One two"),
    )
    assert (line.text, line.unheard, line.note) == ("One", "two", "cut off")


def test_what_was_heard_may_begin_with_a_filler() -> None:
    told = lines(
        entry("product_said", 1, text="One moment.", why="filler"),
        entry("agent_said", 2, turn=1, text="Your table is booked."),
        entry("agent_cut", 3, turn=1, heard="One moment. Your table"),
    )
    assert told[0].title == "Waiting line"
    assert (told[1].text, told[1].unheard) == ("Your table", "is booked.")


def test_a_cut_announcement_is_not_taken_for_the_answer_before_it() -> None:
    told = lines(
        entry("agent_said", 1, turn=1, text="Anything else?"),
        entry("product_said", 9, text="Are you still there?", why="silence"),
        entry("agent_cut", 10, turn=1, heard="Are you"),
    )
    assert not told[0].cut
    assert (told[1].text, told[1].unheard) == ("Are you", "still there?")


def test_a_cut_that_names_what_was_kept_cuts_the_answer_of_its_turn() -> None:
    told = lines(
        entry("agent_said", 1, turn=1, text="We open at nine."),
        entry("product_said", 2, text="One moment.", why="filler"),
        entry("agent_cut", 3, turn=1, heard="We open One moment.", kept="We open"),
    )
    assert (told[0].text, told[0].unheard) == ("We open", "at nine.")
    assert not told[1].cut


def test_a_greeting_is_cut_although_it_has_no_turn() -> None:
    line = only(
        entry("greeted", 1, text="Thank you for calling."),
        entry("agent_cut", 2, turn=0, heard=""),
    )
    assert (line.text, line.unheard) == ("", "Thank you for calling.")


def test_heard_words_that_fit_nothing_are_shown_beside_all_that_was_said() -> None:
    line = only(
        entry("agent_said", 1, turn=1, text="It costs 20 euros."),
        entry("agent_cut", 2, turn=1, heard="twenty"),
    )
    assert (line.text, line.unheard) == ("twenty", "It costs 20 euros.")


def test_a_cut_of_nothing_known_is_a_line_of_its_own() -> None:
    told = lines(
        entry("caller_said", 1, text="Hi"), entry("agent_cut", 2, heard="Good day")
    )
    assert (told[1].look, told[1].text, told[1].cut) == (Look.AGENT, "Good day", True)


def test_a_tool_and_its_answer_are_one_line() -> None:
    output = '{"slots": ["9:00", "10:00"], "free": true}'
    line = only(
        entry(
            "tool_asked", 1, tool_call="a", name="find_slot", arguments='{"day":"Mo"}'
        ),
        entry(
            "tool_answered", 2, tool_call="a", name="find_slot", ms=420, output=output
        ),
    )
    assert (line.offset, line.title, line.note) == (1, "Find slot", "0.4 s")
    assert line.asked == (Fact("Day", "Mo"),)
    assert line.answer == (Fact("Slots", "9:00, 10:00"), Fact("Free", "yes"))
    assert line.tone is Tone.GOOD


def test_a_tool_without_an_answer_says_so() -> None:
    line = only(entry("tool_asked", 1, tool_call="a", name="find_slot"))
    assert line.note == "no answer yet"


def test_a_failed_tool_is_told_as_bad() -> None:
    line = only(
        entry("tool_answered", 1, tool_call="a", name="find_slot", ok=False, output="")
    )
    assert (line.title, line.tone, line.answer) == ("Find slot", Tone.BAD, ())


def test_the_conversations_own_tools_are_told_only_when_refused() -> None:
    name, output = "transfer_to_person", "Ask for: name."
    asked = entry("tool_asked", 1, name=name, arguments="{}")
    granted = entry("tool_answered", 1, name=name, ok=True)
    refused = entry("tool_answered", 2, name=name, ok=False, output=output)
    assert lines(asked, granted) == []
    line = only(asked, refused)
    assert line.title == "The agent wanted to hand over to a person and was told"
    assert line.text == "Ask for: name."


def test_what_a_tool_says_is_put_into_words_whatever_it_is() -> None:
    assert facts_of(None) == facts_of("") == ()
    assert facts_of("not { json") == (Fact("", "not { json"),)
    assert facts_of("[1, 2]") == (Fact("", "1, 2"),)
    assert facts_of({"open_now": False}) == (Fact("Open now", "no"),)
    assert as_text({"a_b": {"c": None}, "d": 2}) == "A b: C: , D: 2"


def test_fields_and_messages_are_told() -> None:
    told = lines(
        entry("field_collected", 1, name="party_size", value="4"),
        entry("message_taken", 2, message="Call me", callback_number="+15550100"),
        entry("message_taken", 3, message="Never mind"),
    )
    assert [(line.title, line.text, line.note) for line in told] == [
        ("Party size", "4", ""),
        ("Took a message", "Call me", "call back on +15550100"),
        ("Took a message", "Never mind", ""),
    ]


def test_the_language_is_told_when_it_changes() -> None:
    told = lines(
        entry("connected", 1, language="en-US"),
        entry("caller_said", 2, text="Hi", language="en-US"),
        entry("caller_said", 3, text="Hola", language="es-US"),
        entry("caller_said", 4, text="Gracias", language="es-US"),
        entry("language_changed", 5, language="es-US"),
    )
    languages = [line.language for line in told]
    assert languages == ["en-US", "", "es-US", "", "es-US"]


def test_a_language_is_no_news_when_it_is_the_first_or_only_spelled_otherwise() -> None:
    told = lines(
        entry("caller_said", 1, text="Hi", language="en-US"),
        entry("caller_said", 2, text="Hello", language="en"),
        entry("caller_said", 3, text="Hello?"),
    )
    assert [line.language for line in told] == ["", "", ""]


def test_a_change_of_the_prompt_is_told_with_what_it_cost() -> None:
    lost: Any = {"what": ["tools"], "before": 640, "after": 64, "lost": 576}
    told = lines(
        entry("prompt_changed", 1, what=["instructions", "tools"]),
        entry("cache_lost", 2, **lost, cost="0.0576"),
        entry("cache_lost", 3, **lost),
    )
    assert "instructions and tools were changed" in told[0].title
    tokens = "576 tokens more at the full price"
    assert told[1].note == f"{tokens}, about 0.0576 US dollars"
    assert told[2].note == tokens


def test_a_resumed_call_says_so() -> None:
    told = lines(
        entry("disconnected", 1, code=1006, why="lost"),
        entry("session_ended", 2, status="failed", error_code="64105"),
        entry("reconnected", 3, entry=2),
        entry("connected", 4, resumed=True, language="en-US"),
    )
    assert [line.title for line in told] == [
        "The connection broke",
        "The carrier lost the conversation",
        "The carrier brought the caller back to us",
        "The agent is back on the line",
    ]
    assert told[1].note == "carrier error 64105"


def test_a_connection_that_ends_well_is_not_told() -> None:
    assert lines(entry("disconnected", code=1000)) == []
    assert lines(entry("session_ended", status="completed")) == []
    assert lines(entry("carrier_status", status="completed")) == []


def test_a_failed_session_without_a_code_has_no_note() -> None:
    assert only(entry("session_ended", status="failed")).note == ""


@pytest.mark.parametrize(
    ("result", "note", "tone"),
    [
        ("accepted", "took the call, 12 s", Tone.GOOD),
        ("no_answer", "no answer, 12 s", Tone.BAD),
        ("put_on_hold", "put on hold, 12 s", Tone.PLAIN),
    ],
)
def test_ringing_a_contact_and_its_end_are_one_line(
    result: str, note: str, tone: Tone
) -> None:
    line = only(
        entry("contact_ringing", 1, contact="Ana", position=0),
        entry("contact_answered", 13, contact="Ana", result=result, seconds=12),
    )
    assert (line.title, line.note, line.tone) == ("Rang Ana", note, tone)


def test_a_contact_still_ringing_and_one_never_seen_to_ring() -> None:
    told = lines(
        entry("contact_ringing", 1, contact="Ana"),
        entry("contact_answered", 2, contact="Ben", result="busy"),
    )
    assert [(line.title, line.note) for line in told] == [
        ("Rang Ana", "ringing"),
        ("Rang Ben", "busy"),
    ]


def test_a_handoff_tells_its_reason_and_who_asked() -> None:
    line = only(
        entry(
            "handoff_asked",
            reason="caller_asked",
            summary="Wants Ana",
            asked_by="agent",
        )
    )
    assert (line.title, line.text) == ("Handoff: Caller asked", "Wants Ana")
    assert line.note == "asked for by: Agent"


def test_limits_keys_voicemail_and_the_end_are_told() -> None:
    told = lines(
        entry("caller_keyed", 1, digits="42"),
        entry("limit_warned", 2, limit="cost"),
        entry("voicemail_left", 3, seconds=31),
        entry("ending", 4, why="silence", outcome=""),
        entry("ending", 5, why="moon_rose", outcome="all_good"),
        entry("closed", 6, disposition="voicemail"),
    )
    assert [(line.title, line.text, line.note) for line in told] == [
        ("Caller pressed keys", "4 2", ""),
        ("Close to the limit on cost", "", ""),
        ("The caller left a voicemail", "", "31 s"),
        ("Ended because the caller stayed silent", "", ""),
        ("Moon rose", "All good", ""),
        ("The call was closed", "Voicemail", ""),
    ]


def test_an_unknown_kind_is_told_as_it_stands() -> None:
    line = only(entry("hold_music", song="Opus 1", loud=True))
    assert (line.title, line.text) == ("Hold music", "Song: Opus 1, Loud: yes")

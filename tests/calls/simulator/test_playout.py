"""The arithmetic of speech: ten characters a second, no delay."""

from calls.simulator.carrier.playout import (
    Began,
    Clause,
    Finished,
    Piece,
    Playout,
    Starved,
    Stopped,
    whole_words,
)


def playout() -> Playout:
    return Playout(10.0, start_delay=0.0, patience=5.0)


def test_a_whole_message_takes_as_long_as_its_text() -> None:
    voice = playout()
    assert voice.write("Good day, you.", 0.0, last=True, like=Piece())
    assert voice.advance(0.0) == [Began()]
    assert voice.deadline == 1.0
    assert voice.advance(1.0) == [Clause("Good day,")]
    assert voice.advance(1.4) == [
        Clause("you."),
        Finished("Good day, you.", spoken=True),
        Stopped(),
    ]
    assert voice.deadline is None


def test_speech_starts_before_its_cycle_is_closed() -> None:
    voice = playout()
    assert voice.write("Hello ", 0.0, last=False, like=Piece())
    assert voice.advance(0.0) == [Began()]
    assert not voice.write("there.", 0.3, last=True, like=Piece())
    assert voice.advance(0.6) == []
    assert voice.advance(1.2) == [
        Clause("Hello there."),
        Finished("Hello there.", spoken=True),
        Stopped(),
    ]


def test_speech_that_has_caught_up_waits_for_more() -> None:
    voice = playout()
    voice.write("Hello ", 0.0, last=False, like=Piece())
    voice.advance(0.0)
    assert voice.advance(0.6) == []
    assert voice.write("there.", 2.0, last=True, like=Piece())
    assert voice.advance(2.0) == []
    assert voice.deadline == 2.6


def test_an_open_cycle_is_given_up_after_patience() -> None:
    voice = playout()
    voice.write("Hello", 0.0, last=False, like=Piece())
    voice.advance(0.0)
    voice.advance(0.5)
    assert voice.deadline == 5.5
    assert voice.advance(5.5) == [Starved("Hello")]
    assert voice.deadline is None


def test_an_empty_cycle_says_nothing() -> None:
    voice = playout()
    assert not voice.write("", 0.0, last=True, like=Piece())
    assert voice.advance(0.0) == []


def test_cycles_and_media_queue_behind_one_another() -> None:
    voice = playout()
    voice.write("One.", 0.0, last=True, like=Piece())
    voice.append(Piece(text="[plays x]", size=20.0), 0.0)
    voice.write("Two.", 0.0, last=True, like=Piece())
    told = [e for e in voice.advance(10.0) if isinstance(e, Finished)]
    assert told == [
        Finished("One.", spoken=True),
        Finished("[plays x]", spoken=False),
        Finished("Two.", spoken=True),
    ]


def test_a_cut_keeps_whole_words_only_and_clears_everything() -> None:
    voice = playout()
    voice.write("One two three four.", 0.0, last=True, like=Piece())
    voice.write("Five.", 0.0, last=True, like=Piece())
    voice.advance(1.0)
    cut = voice.cut(1.0)
    assert cut.heard == "One two"
    assert cut.lost == "three four.Five."
    assert not cut.still_open
    assert not voice.pieces


def test_a_cut_cycle_that_was_open_takes_late_text() -> None:
    voice = playout()
    voice.write("One two ", 0.0, last=False, like=Piece())
    voice.advance(0.5)
    assert voice.cut(0.5).still_open
    voice.write("three", 0.6, last=False, like=Piece())
    voice.write("", 0.7, last=True, like=Piece())
    assert Finished("three", spoken=True) in voice.advance(3.0)


def test_a_preemptible_message_gives_way_without_a_word() -> None:
    voice = playout()
    voice.write("One moment please.", 0.0, last=True, like=Piece(preemptible=True))
    voice.advance(1.0)
    assert voice.write("Found it.", 1.0, last=True, like=Piece())
    events = voice.advance(5.0)
    assert Finished("One moment", spoken=True) in events
    assert Finished("Found it.", spoken=True) in events


def test_only_what_is_interruptible_is_interrupted() -> None:
    for allowed, speech, dtmf in (
        ("any", True, True),
        ("speech", True, False),
        ("dtmf", False, True),
        ("none", False, False),
    ):
        voice = playout()
        voice.write("Hello there.", 0.0, last=True, like=Piece(interruptible=allowed))
        assert not voice.may_interrupt("speech")
        voice.advance(0.1)
        assert voice.may_interrupt("speech") is speech
        assert voice.may_interrupt("dtmf") is dtmf


def test_words_count_when_they_were_spoken_to_their_end() -> None:
    assert whole_words("One two three", 0.0) == ""
    assert whole_words("One two three", 2.9) == ""
    assert whole_words("One two three", 3.0) == "One"
    assert whole_words("One two three", 9.0) == "One two "
    assert whole_words("One two three", 13.0) == "One two three"

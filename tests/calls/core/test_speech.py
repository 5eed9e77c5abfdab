import pytest

from calls.core.speech import Cut, Speech, speaking_seconds

LINE = "One moment, please."
ANSWER = "Your plumber comes on Monday at nine."


def spoken(*pieces: tuple[str, int | None], now: float = 10.0) -> Speech:
    """Talk cycles sent all at once; the number is the turn of an answer."""
    speech = Speech()
    for text, turn in pieces:
        speech.sent(text, now, last=True, turn=turn)
    return speech


def test_a_text_takes_as_long_as_its_letters() -> None:
    assert speaking_seconds("x" * 30) == 2.0


@pytest.mark.parametrize("text", ["555", "少々お"])
def test_digits_and_ideographs_take_longer_than_letters(text: str) -> None:
    assert speaking_seconds(text) == 4 * speaking_seconds("abc")


# Without any event of the carrier


def test_speech_is_finished_when_it_is_expected_to_be() -> None:
    speech = spoken(("x" * 30, None))
    assert not speech.finished(12.4)
    assert speech.ends(11.0) == 12.5
    assert speech.finished(12.5)
    assert speech.ends(13.0) == 13.0


def test_what_is_sent_while_we_speak_is_spoken_behind_it() -> None:
    speech = spoken(("x" * 30, None), ("x" * 30, None))
    assert speech.ends(10.0) == 14.5


def test_tokens_that_come_slowly_are_never_expected_to_be_heard_at_once() -> None:
    speech = Speech()
    speech.sent("x" * 15, 10.0, last=False)
    speech.sent("x" * 15, 20.0, last=False)
    assert speech.cycle_open
    assert speech.ends(20.0) == 21.5


def test_nothing_said_is_finished() -> None:
    assert Speech().finished(0.0)


# With them


def test_audible_speech_is_not_finished_however_long_it_takes() -> None:
    speech = spoken((LINE, None))
    speech.became(audible=True)
    assert not speech.finished(99.0)
    assert speech.ends(99.0) == 99.0
    speech.became(audible=False)
    assert speech.finished(99.0)


def test_speech_is_finished_when_all_of_it_was_played() -> None:
    speech = spoken((LINE, None))
    speech.played("One moment,")
    assert not speech.finished(10.5)
    speech.played("please.")
    assert speech.finished(10.5)
    assert speech.ends(10.5) == 10.5


def test_a_short_goodbye_behind_a_long_answer_is_waited_for() -> None:
    speech = spoken((ANSWER * 10, 1), ("Bye.", None))
    speech.played(ANSWER * 10)
    assert not speech.finished(11.0)
    speech.played("Bye.")
    assert speech.finished(11.0)


def test_what_was_played_before_does_not_count_for_what_comes_next() -> None:
    speech = spoken((ANSWER, 1))
    speech.played(ANSWER)
    speech.sent(LINE, 20.0, last=True)
    assert not speech.finished(20.5)
    speech.played(LINE)
    assert speech.finished(20.5)


# Barge-in


def test_an_answer_is_cut_at_what_was_heard_of_it() -> None:
    speech = spoken((ANSWER, 3))
    assert speech.interrupted("Your plumber", 11.0) == [Cut(3, "Your plumber")]
    assert speech.finished(11.0)


def test_an_answer_that_came_in_tokens_is_one_piece() -> None:
    speech = Speech()
    for token in ("Your plum", "ber comes ", "on Monday."):
        speech.sent(token, 10.0, last=False, turn=3)
    assert speech.interrupted("Your plumber co", 11.0) == [Cut(3, "Your plumber co")]


def test_a_waiting_line_before_the_answer_is_no_part_of_it() -> None:
    speech = spoken((LINE, None), (ANSWER, 3))
    cuts = speech.interrupted(f"{LINE} Your plum", 11.0)
    assert cuts == [Cut(3, "Your plum")]


def test_a_waiting_line_long_over_may_still_be_reported() -> None:
    speech = spoken((LINE, None))
    speech.sent(ANSWER, 20.0, last=True, turn=3)
    cuts = speech.interrupted(f"{LINE} Your plumber", 21.0)
    assert cuts == [Cut(3, "Your plumber")]


def test_when_only_the_waiting_line_was_heard_nothing_of_the_answer_was() -> None:
    speech = spoken((LINE, None), (ANSWER, 3))
    assert speech.interrupted("One moment", 11.0) == [Cut(3, "")]


def test_a_line_that_is_cut_leaves_the_answer_before_it_whole() -> None:
    speech = spoken((ANSWER, 3), (LINE, None))
    assert speech.interrupted(f"{ANSWER} One", 13.0) == []


def test_an_answer_behind_the_one_that_is_cut_was_not_heard_at_all() -> None:
    speech = spoken((ANSWER, 3), (LINE, None), ("We open at eight.", 4))
    cuts = speech.interrupted("Your plumber", 11.0)
    assert cuts == [Cut(4, ""), Cut(3, "Your plumber")]


def test_speech_heard_to_its_end_was_not_cut() -> None:
    assert spoken((ANSWER, 3)).interrupted(ANSWER, 13.0) is None


def test_an_answer_still_streaming_is_cut_even_if_all_so_far_was_heard() -> None:
    speech = Speech()
    speech.sent(ANSWER, 10.0, last=False, turn=3)
    assert speech.interrupted(ANSWER, 13.0) == []


@pytest.mark.parametrize("heard", ["", " ", "…"])
def test_hearing_nothing_means_nothing_of_what_is_not_over(heard: str) -> None:
    speech = spoken((LINE, None))
    speech.sent(ANSWER, 20.0, last=True, turn=3)
    assert speech.interrupted(heard, 20.3) == [Cut(3, "")]


def test_hearing_nothing_of_an_answer_does_not_undo_the_one_before() -> None:
    speech = spoken((ANSWER, 3))
    speech.sent("We open at eight.", 20.0, last=True, turn=4)
    assert speech.interrupted("", 20.3) == [Cut(4, "")]


def test_a_barge_in_silences_us_before_the_carrier_says_so() -> None:
    speech = spoken((ANSWER, 3))
    speech.became(audible=True)
    speech.interrupted("Your", 11.0)
    assert speech.finished(11.0)


def test_an_interruption_without_words_after_our_speech_cut_nothing() -> None:
    assert spoken((ANSWER, 3)).interrupted("", 99.0) is None


def test_words_spelled_otherwise_than_ours_are_taken_as_heard() -> None:
    speech = spoken((LINE, None), ("It costs $45 in all.", 3))
    assert speech.interrupted("It costs forty", 12.0) == [Cut(3, "It costs forty")]


def test_unknown_words_over_a_line_of_the_product_cut_no_answer() -> None:
    assert spoken((LINE, None)).interrupted("Un momento", 11.0) == []


def test_an_interruption_before_we_said_anything_cut_nothing() -> None:
    assert Speech().interrupted("Hello", 11.0) is None


def test_an_interruption_is_not_counted_twice() -> None:
    speech = spoken((ANSWER, 3))
    speech.interrupted("Your", 11.0)
    assert speech.interrupted("Your", 11.1) is None


def test_only_the_latest_pieces_are_remembered() -> None:
    speech = spoken(*[(f"Sentence {n}.", n) for n in range(20)])
    cuts = speech.interrupted("Sentence 12", 11.0)
    assert cuts is not None
    assert [cut.turn for cut in cuts] == [19, 18, 17, 16, 15, 14, 13]


def test_who_hangs_up_has_not_heard_what_was_not_played() -> None:
    speech = spoken(("One two three.", 1), ("Four five six.", 2))
    speech.became(audible=True)
    speech.played("One two three. Four")
    assert speech.left(11.0) == [Cut(2, "Four")]


def test_without_word_of_what_was_played_time_tells_what_was_heard() -> None:
    speech = spoken(("word " * 30, 1))
    (cut,) = speech.left(14.0)
    assert 5 < len(cut.kept.split()) < 20


def test_who_hangs_up_after_the_last_word_heard_it_all() -> None:
    assert spoken((ANSWER, 3)).left(99.0) == []


def test_a_line_of_the_product_is_no_answer_that_was_cut() -> None:
    assert spoken((LINE, None)).left(10.5) == []

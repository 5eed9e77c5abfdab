import pytest

from calls.core.heard import place_of

FILLER = "One moment, please."
ANSWER = "Your plumber comes on Monday at nine."


@pytest.mark.parametrize(
    ("heard", "kept"),
    [
        ("Your plumber comes", "Your plumber comes"),
        ("your PLUMBER comes,", "Your plumber comes"),
        ("Your plumber comes on Mon", "Your plumber comes on Mon"),
        ("Your plumber comes on Monday at nine", ANSWER),
        ("Your plumber comes – on", "Your plumber comes on"),
    ],
)
def test_the_words_heard_are_found_in_the_text(heard: str, kept: str) -> None:
    assert place_of([ANSWER], heard) == (0, kept)


def test_what_was_heard_may_begin_with_the_sentence_before() -> None:
    heard = f"{FILLER} Your plumb"
    assert place_of([FILLER, ANSWER], heard) == (1, "Your plumb")


def test_hearing_may_stop_exactly_between_two_sentences() -> None:
    assert place_of([FILLER, ANSWER], FILLER) == (0, FILLER)


def test_of_two_places_the_latest_counts() -> None:
    assert place_of(["Yes, of course.", "Yes, we do."], "Yes,") == (1, "Yes,")


@pytest.mark.parametrize("heard", ["", " … ", "forty-five dollars", ANSWER + " Bye"])
def test_words_that_were_not_said_are_found_nowhere(heard: str) -> None:
    assert place_of([ANSWER], heard) is None


def test_signs_without_sound_need_not_be_heard() -> None:
    assert place_of(["We – as always – help."], "We as") == (0, "We – as")


def test_writing_without_spaces_is_compared_by_its_beginning() -> None:
    assert place_of(["少々お待ちください。"], "少々お") == (0, "少々お")

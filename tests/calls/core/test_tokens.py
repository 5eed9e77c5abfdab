import pytest

from calls.core.tokens import Tokens, count_tokens, seconds_used


@pytest.mark.parametrize("details", ["input_tokens_details", "input_token_details"])
def test_both_shapes_of_figures_are_read(details: str) -> None:
    figures = {"input_tokens": 200, details: {"cached_tokens": 150}, "output_tokens": 9}
    tokens = count_tokens(figures)
    assert tokens == Tokens(200, 150, 9)
    assert tokens.cached_share() == 75


@pytest.mark.parametrize(
    "figures",
    [None, [], {}, {"seconds": 4}, {"input_tokens": "?", "input_tokens_details": 1}],
)
def test_figures_without_tokens_count_nothing(figures: object) -> None:
    assert count_tokens(figures) == Tokens()


def test_tokens_add_up() -> None:
    total = Tokens(10, 5, 1) + Tokens(30, 5, 2)
    assert total == Tokens(40, 10, 3)
    assert total.cached_share() == 25
    assert Tokens().cached_share() is None


def test_sound_is_told_as_a_part_of_each_figure() -> None:
    figures = {
        "input_tokens": 132,
        "output_tokens": 121,
        "input_token_details": {
            "text_tokens": 119,
            "audio_tokens": 13,
            "cached_tokens": 70,
            "cached_tokens_details": {"text_tokens": 64, "audio_tokens": 6},
        },
        "output_token_details": {"text_tokens": 30, "audio_tokens": 91},
    }
    assert count_tokens(figures) == Tokens(132, 70, 121, 13, 6, 91)
    figures["input_token_details"] = {"cached_tokens_details": None}
    assert count_tokens(figures) == Tokens(132, 0, 121, 0, 0, 91)


@pytest.mark.parametrize(
    ("figures", "seconds"),
    [
        ({"type": "duration", "seconds": 2.5}, 2.5),
        ({"seconds": 3}, 3.0),
        ({"seconds": "3"}, 0.0),
        ({}, 0.0),
        (None, 0.0),
    ],
)
def test_some_models_are_charged_by_the_length(figures: object, seconds: float) -> None:
    assert seconds_used(figures) == seconds

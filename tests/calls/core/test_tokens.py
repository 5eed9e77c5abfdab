import pytest

from calls.core.tokens import Tokens, count_tokens


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

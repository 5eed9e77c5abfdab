"""A change of instructions or tools is told with what it cost."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from calls.core.tokens import count_tokens
from calls.core.voice.cache import CacheWatch
from calls.core.words import EventKind

FIRST = {"instructions": "a", "tools": "b"}


def usage(cached: int) -> dict[str, Any]:
    return {"input_tokens": 900, "input_token_details": {"cached_tokens": cached}}


def price(figures: Mapping[str, object]) -> Decimal:
    """A cached token costs a tenth."""
    tokens = count_tokens(figures)
    return Decimal(10 * tokens.input - 9 * tokens.cached) / 10_000


def test_a_change_is_told_at_once_and_its_cost_with_the_next_response() -> None:
    watch = CacheWatch(price)
    assert watch.prompt_is(FIRST) == []
    assert watch.response_used(usage(640)) == []
    (changed,) = watch.prompt_is({**FIRST, "tools": "c"})
    assert changed.kind is EventKind.PROMPT_CHANGED
    assert changed.data == {"what": ["tools"]}
    (lost,) = watch.response_used(usage(64))
    assert lost.kind is EventKind.CACHE_LOST
    assert lost.data == {
        "what": ["tools"],
        "before": 640,
        "after": 64,
        "lost": 576,
        "cost": "0.5184",
    }
    assert watch.response_used(usage(0)) == []


def test_what_stays_the_same_is_not_told() -> None:
    watch = CacheWatch(price)
    for _ in range(3):
        assert watch.prompt_is(FIRST) == []


def test_nothing_is_lost_where_nothing_was_cached() -> None:
    watch = CacheWatch(price)
    watch.prompt_is(FIRST)
    watch.prompt_is({"instructions": "x", "tools": "y"})
    (lost,) = watch.response_used({})
    assert lost.data["lost"] == 0
    assert lost.data["what"] == ["instructions", "tools"]


def test_without_a_price_the_tokens_are_told() -> None:
    watch = CacheWatch(lambda figures: None)
    watch.prompt_is(FIRST)
    watch.response_used(usage(640))
    watch.prompt_is({**FIRST, "tools": "c"})
    (lost,) = watch.response_used(usage(64))
    assert lost.data["lost"] == 576
    assert "cost" not in lost.data

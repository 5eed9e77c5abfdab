"""A change of instructions or tools is told with what it cost."""

from typing import Any

from calls.core.voice.cache import CacheWatch
from calls.core.words import EventKind

FIRST = {"instructions": "a", "tools": "b"}


def usage(cached: int) -> dict[str, Any]:
    return {"input_tokens": 900, "input_token_details": {"cached_tokens": cached}}


def test_a_change_is_told_at_once_and_its_cost_with_the_next_response() -> None:
    watch = CacheWatch()
    assert watch.prompt_is(FIRST) == []
    assert watch.response_used(usage(640)) == []
    (changed,) = watch.prompt_is({**FIRST, "tools": "c"})
    assert changed.kind is EventKind.PROMPT_CHANGED
    assert changed.data == {"what": ["tools"]}
    (lost,) = watch.response_used(usage(64))
    assert lost.kind is EventKind.CACHE_LOST
    assert lost.data == {"what": ["tools"], "before": 640, "after": 64, "lost": 576}
    assert watch.response_used(usage(0)) == []


def test_what_stays_the_same_is_not_told() -> None:
    watch = CacheWatch()
    for _ in range(3):
        assert watch.prompt_is(FIRST) == []


def test_nothing_is_lost_where_nothing_was_cached() -> None:
    watch = CacheWatch()
    watch.prompt_is(FIRST)
    watch.prompt_is({"instructions": "x", "tools": "y"})
    (lost,) = watch.response_used(None)
    assert lost.data["lost"] == 0
    assert lost.data["what"] == ["instructions", "tools"]

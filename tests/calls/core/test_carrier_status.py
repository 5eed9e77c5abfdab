import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.core.carrier_status import (
    RANKS,
    TERMINAL,
    Report,
    is_end,
    supersedes,
)

reports = st.builds(
    Report, st.sampled_from([*RANKS, "", "teleported"]), st.integers(-1, 5)
)


def after(arrived: list[Report]) -> Report:
    known = Report("")
    for report in arrived:
        known = report if supersedes(report, known) else known
    return known


@pytest.mark.parametrize(
    ("new", "old", "wins"),
    [
        (Report("ringing", 1), Report("initiated", 0), True),
        (Report("initiated", 0), Report("ringing", 1), False),
        (Report("completed", 3), Report("in-progress", 2), True),
        (Report("in-progress", 2), Report("completed", 3), False),
        (Report("completed"), Report("in-progress", 2), True),
        (Report("no-answer", 4), Report("completed", 3), False),
        (Report("ringing"), Report("initiated", 0), True),
        (Report("in-progress", 1), Report("ringing", 2), False),
        (Report("ringing", 1), Report("ringing", 1), False),
        (Report("teleported", 9), Report("ringing", 1), False),
        (Report("queued", 0), Report("", -1), True),
    ],
)
def test_which_word_is_newer(new: Report, old: Report, wins: bool) -> None:
    assert supersedes(new, old) is wins


def test_every_end_is_told_from_every_way_point() -> None:
    assert {s for s in RANKS if is_end(s)} == TERMINAL
    assert not is_end("in-progress")


@given(st.lists(reports))
def test_an_end_stands_whatever_comes_later(arrived: list[Report]) -> None:
    ends = [r.status for r in arrived if is_end(r.status)]
    assert (
        after(arrived).status == ends[0] if ends else not is_end(after(arrived).status)
    )


@given(st.permutations([("initiated", 0), ("ringing", 1), ("in-progress", 2)]))
def test_any_order_leads_to_the_same_place(arrived: list[tuple[str, int]]) -> None:
    assert after([Report(*r) for r in arrived]) == Report("in-progress", 2)

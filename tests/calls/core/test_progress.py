from hypothesis import given
from hypothesis import strategies as st

from calls.core.progress import ENDED, TRANSITIONS, may_become, sources
from calls.core.words import CallState

states = st.sampled_from(CallState)


def test_every_state_is_in_the_table() -> None:
    assert set(TRANSITIONS) == set(CallState)


def test_a_closed_call_stays_closed() -> None:
    assert not any(may_become(CallState.CLOSED, to) for to in CallState)


def test_only_a_call_that_is_over_is_closed() -> None:
    assert sources(CallState.CLOSED) == {CallState.OVER}


def test_every_call_that_goes_on_can_end() -> None:
    assert sources(CallState.OVER) == set(CallState) - ENDED


def test_nothing_comes_before_the_offer() -> None:
    assert not sources(CallState.OFFERED)


@given(states, states)
def test_sources_are_the_table_read_backwards(state: CallState, to: CallState) -> None:
    assert (state in sources(to)) is may_become(state, to)


@given(st.lists(states))
def test_no_order_of_events_brings_an_ended_call_back(wanted: list[CallState]) -> None:
    state, ended = CallState.OFFERED, False
    for to in wanted:
        state = to if may_become(state, to) else state
        ended = ended or state in ENDED
        assert ended is (state in ENDED)

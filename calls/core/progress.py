"""Where a call may go from where it stands.

    offered -> live -> handing_off -> with_person -> over -> closed
                  \\-> voicemail ------------------/

Callbacks of one call come late, twice and in any order, so a state is never assigned:
it is advanced, and an advance that this table does not list is not an error but an
old story, and changes nothing. Two edges lead back, and both are things that happen
to the caller, not reports about the past: a hunt list that ends with the agent, and a
contact who took the caller but was never bridged.
"""

from collections.abc import Mapping

from calls.core.words import CallState

TRANSITIONS: Mapping[CallState, frozenset[CallState]] = {
    CallState.OFFERED: frozenset(
        {CallState.LIVE, CallState.HANDING_OFF, CallState.VOICEMAIL, CallState.OVER}
    ),
    CallState.LIVE: frozenset(
        {CallState.HANDING_OFF, CallState.VOICEMAIL, CallState.OVER}
    ),
    CallState.HANDING_OFF: frozenset(
        {CallState.LIVE, CallState.WITH_PERSON, CallState.VOICEMAIL, CallState.OVER}
    ),
    CallState.WITH_PERSON: frozenset({CallState.HANDING_OFF, CallState.OVER}),
    CallState.VOICEMAIL: frozenset({CallState.OVER}),
    CallState.OVER: frozenset({CallState.CLOSED}),
    CallState.CLOSED: frozenset(),
}
ENDED = frozenset({CallState.OVER, CallState.CLOSED})


def may_become(state: CallState, to: CallState) -> bool:
    return to in TRANSITIONS[state]


def sources(to: CallState) -> frozenset[CallState]:
    """The states from which `to` can be reached in one step."""
    return frozenset(state for state, then in TRANSITIONS.items() if to in then)

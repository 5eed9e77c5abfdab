"""Every scenario once, from the first ring to the mail about the call."""

from collections.abc import Mapping

import pytest

from calls.core.words import Disposition
from calls.simulator.scenario import load_all
from tests.end_to_end.outcomes import Outcome
from tests.end_to_end.portal import Portal

DISPOSITIONS: Mapping[str, Disposition] = {
    "angry_caller": Disposition.HANDED_OFF,
    "barge_in": Disposition.RESOLVED,
    "blocked_caller": Disposition.SPAM,
    "emergency": Disposition.HANDED_OFF,
    "hang_up": Disposition.CALLER_HUNG_UP_EARLY,
    "keypad": Disposition.RESOLVED,
    "lead": Disposition.RESOLVED,
    "message": Disposition.MESSAGE_TAKEN,
    "model_down": Disposition.HANDED_OFF,
    "model_error": Disposition.RESOLVED,
    "nobody_answers": Disposition.VOICEMAIL,
    "odd_carrier": Disposition.RESOLVED,
    "silence": Disposition.CALLER_HUNG_UP_EARLY,
    "slow_model": Disposition.RESOLVED,
    "slow_reader": Disposition.RESOLVED,
    "socket_drop": Disposition.RESOLVED,
    "spanish_caller": Disposition.RESOLVED,
    "tool_call": Disposition.RESOLVED,
    "tool_fails": Disposition.RESOLVED,
    "vip_caller": Disposition.HANDED_OFF,
    "withheld_caller": Disposition.RESOLVED,
}
OWED: Mapping[str, list[str]] = {
    "message": ["message"],
    "nobody_answers": ["voicemail"],
    "spanish_caller": ["lead"],
}
NOT_MAILED = {Disposition.SPAM, Disposition.REJECTED}
TURNED_AWAY, DIVERTED, SILENT = {"blocked_caller"}, {"vip_caller"}, {"silence"}
SCENARIOS = sorted(load_all())


def test_it_is_said_of_every_scenario_how_it_ends() -> None:
    assert sorted(DISPOSITIONS) == SCENARIOS


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_caller_gets_what_the_scenario_expects(
    played: Mapping[str, Outcome], name: str
) -> None:
    record = played[name].record
    assert (record.unmet, record.violations) == ([], []), played[name].told


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_call_is_accounted_for(
    portal: Portal, played: Mapping[str, Outcome], name: str
) -> None:
    call = played[name].row
    assert call.disposition == DISPOSITIONS[name]
    assert portal.books.follow_ups(call.carrier_sid) == OWED.get(name, [])
    assert portal.mails()[call.id] == (call.disposition not in NOT_MAILED)


@pytest.mark.parametrize("name", sorted({*SCENARIOS} - TURNED_AWAY))
def test_the_journal_tells_the_call(
    portal: Portal, played: Mapping[str, Outcome], name: str
) -> None:
    sid = played[name].sid
    kinds = portal.books.kinds(sid)
    assert (kinds[0], kinds[-1]) == ("offered", "closed")
    assert portal.books.gaps(sid) == set()
    if name not in DIVERTED:
        assert kinds.count("greeted") == 1
        assert ("caller_said" in kinds) == (name not in SILENT)


def test_the_ledger_adds_up(portal: Portal, played: Mapping[str, Outcome]) -> None:
    assert portal.books.remainder() == 0

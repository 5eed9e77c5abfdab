"""Many calls at once on a bad network, and callbacks twice, late and in any order."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from tests.end_to_end.callers import Wish
from tests.end_to_end.outcomes import Outcome, play
from tests.end_to_end.portal import Portal
from tests.end_to_end.test_scenarios import DISPOSITIONS

MIXED = [
    "angry_caller",
    "barge_in",
    "emergency",
    "hang_up",
    "keypad",
    "lead",
    "message",
    "nobody_answers",
    "socket_drop",
    "tool_call",
]
TIMES = 3
SLOWLY = ["barge_in", "keypad", "message", "emergency"]
ODD_NETWORK = {"duplicate_webhooks": 0.5, "reorder_callbacks": True}
SLOW_NETWORK = {"latency_ms": 150, "slow_reader_ms": 20}
DROPPED = {"dropped_thrice": "handed_off", "dropped_for_good": "voicemail"}


@dataclass(frozen=True)
class Hour:
    busy: list[Outcome]
    slow: list[Outcome]


@pytest.fixture(scope="module")
def hour(portal: Portal) -> Hour:
    busy = [Wish(name, ODD_NETWORK) for name in MIXED * TIMES]
    slow = [Wish(name, SLOW_NETWORK) for name in SLOWLY]
    found = play(portal, [*busy, *slow], at_once=len(busy) + len(slow))
    return Hour(found[: len(busy)], found[len(busy) :])


@pytest.mark.parametrize("name", MIXED)
def test_repeated_and_mixed_up_callbacks_change_nothing(
    portal: Portal, hour: Hour, name: str
) -> None:
    found = [outcome for outcome in hour.busy if outcome.record.scenario == name]
    mails = portal.mails()
    for outcome in found:
        assert outcome.complaints == [], outcome.told
        assert outcome.row.disposition == DISPOSITIONS[name]
        assert mails[outcome.row.id] == 1
    assert len(found) == TIMES


def test_no_call_is_lost_and_the_ledger_adds_up(portal: Portal, hour: Hour) -> None:
    ends = Counter(outcome.row.disposition for outcome in hour.busy)
    assert ends.total() == len(hour.busy)
    assert "lost" not in ends
    assert portal.books.remainder() == 0


def test_every_repeat_was_answered_from_the_inbox(portal: Portal, hour: Hour) -> None:
    (found,) = portal.books.rows(
        "SELECT sum(repeats) AS repeats FROM calls_callback"
        " WHERE call_sid = ANY(%s) AND answer_status = 200",
        [outcome.sid for outcome in hour.busy],
    )
    assert found["repeats"] >= len(hour.busy)


def test_a_slow_network_and_a_slow_reader_lose_no_word(hour: Hour) -> None:
    for outcome in hour.slow:
        assert outcome.complaints == [], outcome.told
        assert outcome.row.disposition == DISPOSITIONS[outcome.record.scenario]


@pytest.mark.parametrize("name", DROPPED)
def test_a_connection_that_breaks_three_times_ends_with_a_person_or_a_message(
    played: Mapping[str, Outcome], name: str
) -> None:
    outcome = played[name]
    assert outcome.complaints == [], outcome.told
    assert outcome.row.disposition == DROPPED[name]
    lost = outcome.books.incidents(outcome.sid)
    assert lost == [("socket_lost", "ours")] * 3
    assert outcome.record.heard.count("automatic assistant") == 1

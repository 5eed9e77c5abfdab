"""Many calls at once on a bad network, and callbacks twice, late and in any order."""

from collections import Counter

import pytest

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
DROPPED = {"dropped_thrice": "handed_off", "dropped_for_good": "voicemail"}


@pytest.fixture(scope="module")
def busy(portal: Portal) -> list[Outcome]:
    everything = MIXED * TIMES
    return play(
        portal,
        everything,
        at_once=len(everything),
        duplicate_webhooks=0.5,
        reorder_callbacks=True,
    )


@pytest.mark.parametrize("name", MIXED)
def test_repeated_and_mixed_up_callbacks_change_nothing(
    portal: Portal, busy: list[Outcome], name: str
) -> None:
    found = [outcome for outcome in busy if outcome.record.scenario == name]
    mails = portal.mails()
    for outcome in found:
        assert outcome.complaints == [], outcome.told
        assert outcome.row.disposition == DISPOSITIONS[name]
        assert mails[outcome.row.id] == 1
    assert len(found) == TIMES


def test_no_call_is_lost_and_the_ledger_adds_up(
    portal: Portal, busy: list[Outcome]
) -> None:
    ends = Counter(outcome.row.disposition for outcome in busy)
    assert ends.total() == len(busy)
    assert "lost" not in ends
    assert portal.books.remainder() == 0


def test_every_repeat_was_answered_from_the_inbox(
    portal: Portal, busy: list[Outcome]
) -> None:
    (found,) = portal.books.rows(
        "SELECT sum(repeats) AS repeats FROM calls_callback"
        " WHERE call_sid = ANY(%s) AND answer_status = 200",
        [outcome.sid for outcome in busy],
    )
    assert found["repeats"] >= len(busy)


def test_a_slow_network_and_a_slow_reader_lose_no_word(portal: Portal) -> None:
    found = play(portal, SLOWLY, at_once=len(SLOWLY), latency_ms=150, slow_reader_ms=20)
    for outcome in found:
        assert outcome.complaints == [], outcome.told
        assert outcome.row.disposition == DISPOSITIONS[outcome.record.scenario]


def test_a_connection_that_breaks_three_times_ends_with_a_person_or_a_message(
    portal: Portal,
) -> None:
    for outcome in play(portal, list(DROPPED), at_once=len(DROPPED)):
        assert outcome.complaints == [], outcome.told
        assert outcome.row.disposition == DROPPED[outcome.record.scenario]
        lost = outcome.books.incidents(outcome.sid)
        assert lost == [("socket_lost", "ours")] * 3
        assert outcome.record.heard.count("automatic assistant") == 1

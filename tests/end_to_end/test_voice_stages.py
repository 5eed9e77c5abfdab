"""The web server dies at those stages of a voice call that last for a moment only.

What stops it there for long enough: a lock on the table into which it writes, an
accept that never arrives, last words that take their time.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import psycopg
import pytest

from tests.end_to_end.books import Books
from tests.end_to_end.callers import holding
from tests.end_to_end.outcomes import Outcome, ends_of
from tests.end_to_end.portal import Portal
from tests.end_to_end.processes import paused
from tests.end_to_end.waiting import until

ARRIVING, UNSENT, UNHEARD = "voice_arriving", "voice_unsent", "voice_unheard"
HANDING_OVER, HANGING_UP = "voice_handing_over", "voice_hanging_up"
ENDINGS = {
    ARRIVING: "resolved",
    UNSENT: "resolved",
    UNHEARD: "resolved",
    HANDING_OVER: "handed_off",
    HANGING_UP: "resolved",
}
WAITING = """
SELECT count(*) AS found FROM pg_stat_activity
WHERE wait_event_type = 'Lock' AND query LIKE %s
"""


@contextmanager
def locked(books: Books, table: str) -> Iterator[None]:
    """Who writes into the table within the block has to wait for its end."""
    with psycopg.connect(books.address) as connection:
        connection.execute(f"LOCK TABLE {table} IN SHARE MODE".encode())
        yield


def kept_waiting(books: Books) -> bool:
    (row,) = books.rows(WAITING, "%INSERT INTO calls_callback%")
    return bool(row["found"])


@pytest.fixture(scope="module")
def ends(portal: Portal) -> Mapping[str, Outcome]:
    world, books = portal.world, portal.books
    asking, unheard = world.gate(), world.gate()
    killed, spare = portal.web, portal.start_web()
    with paused(spare):
        calls = {
            name: world.place(holding(world.scenarios[name], {1: gate}))
            for name, gate in (
                (HANDING_OVER, asking),
                (HANGING_UP, asking),
                (UNHEARD, unheard),
            )
        }
        until(lambda: asking.waiting == 2 and unheard.waiting, "the callers")
        handing_over, hanging_up = calls[HANDING_OVER].sid, calls[HANGING_UP].sid
        asking.open()
        until(lambda: "handoff_asked" in books.kinds(handing_over), HANDING_OVER)
        until(lambda: "tool_answered" in books.kinds(hanging_up), HANGING_UP)
        calls[UNSENT] = world.place(UNSENT)
        until(lambda: state_of_newest(books) == "deciding", UNSENT)
        calls[ARRIVING] = world.place(ARRIVING)
        with locked(books, "calls_callback"):
            until(lambda: kept_waiting(books), ARRIVING)
            killed.kill_at_once()
    unheard.open()
    return ends_of(portal, calls.values())


def state_of_newest(books: Books) -> str:
    sid = books.newest_on_trunk()
    return str(books.session(sid)["state"])


@pytest.mark.parametrize("name", sorted(ENDINGS))
def test_the_caller_gets_to_a_good_end(ends: Mapping[str, Outcome], name: str) -> None:
    outcome = ends[name]
    complaints = [c for c in outcome.complaints if not c.startswith("openai-webhook")]
    assert complaints == [], outcome.told
    assert outcome.row.disposition == ENDINGS[name]


@pytest.mark.parametrize("name", sorted(ENDINGS))
def test_it_is_accepted_once_and_greeted_once(
    ends: Mapping[str, Outcome], name: str
) -> None:
    outcome = ends[name]
    (session,) = outcome.record.voice_sessions
    assert session.decision == "accepted"
    assert outcome.books.kinds(outcome.sid).count("greeted") == 1
    assert outcome.books.gaps(outcome.sid) == set()


def test_what_was_not_stored_is_delivered_and_decided_again(
    ends: Mapping[str, Outcome],
) -> None:
    (session,) = ends[ARRIVING].record.voice_sessions
    assert session.webhooks[0] == 0
    assert session.webhooks[-1] == 200
    assert ends[ARRIVING].books.session(ends[ARRIVING].sid)["claims"] == 1


def test_what_was_decided_and_not_sent_is_sent_by_another(
    ends: Mapping[str, Outcome],
) -> None:
    assert ends[UNSENT].books.session(ends[UNSENT].sid)["claims"] == 2


def test_a_tool_that_was_asked_for_while_nobody_listened_is_answered(
    ends: Mapping[str, Outcome],
) -> None:
    outcome = ends[UNHEARD]
    kinds = outcome.books.kinds(outcome.sid)
    assert kinds.count("tool_asked") == kinds.count("tool_answered") == 1


def test_the_handoff_is_carried_out_once(ends: Mapping[str, Outcome]) -> None:
    outcome = ends[HANDING_OVER]
    assert outcome.books.handoffs(outcome.sid) == [("emergency", "connected")]


def test_the_ledger_adds_up(portal: Portal, ends: Mapping[str, Outcome]) -> None:
    assert portal.books.remainder() == 0

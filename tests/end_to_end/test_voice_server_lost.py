"""The web server dies during voice calls, each at another stage, and is started again.

The provider goes on with a call whatever becomes of us: what counts is that somebody
steers it again, decides nothing twice and answers what was left open.
"""

from collections.abc import Mapping

import pytest

from tests.end_to_end.callers import holding
from tests.end_to_end.outcomes import Outcome, ends_of
from tests.end_to_end.portal import Portal, make_worker
from tests.end_to_end.processes import paused
from tests.end_to_end.waiting import until

DECIDING, ACCEPTED = "voice_deciding", "voice_accepted"
TALKING, ASKING = "voice_talking", "voice_asking"
TRANSFERRING, LEFT = "voice_transferring", "sip_hang_up"
ENDINGS = {
    DECIDING: "resolved",
    ACCEPTED: "resolved",
    TALKING: "handed_off",
    ASKING: "resolved",
    TRANSFERRING: "callback_scheduled",
    LEFT: "caller_hung_up_early",
}


@pytest.fixture(scope="module")
def ends(portal: Portal) -> Mapping[str, Outcome]:
    world, books, gate = portal.world, portal.books, portal.world.gate()
    killed, spare = portal.web, portal.start_web()
    with paused(spare):
        calls = {LEFT: world.place(LEFT)}
        calls[TALKING] = world.place(holding(world.scenarios[TALKING], {4: gate}))
        calls[TRANSFERRING] = world.place(TRANSFERRING)
        gate.reached()
        until(lambda: "contact_ringing" in books.kinds(books.newest_on_trunk()), "it")
        calls[LEFT].over()
        calls[ASKING] = world.place(ASKING)
        asks = calls[ASKING].sid
        until(lambda: "tool_asked" in books.kinds(asks), "a question to a tool")
        early = calls[ACCEPTED], calls[DECIDING] = [
            world.place(name) for name in (ACCEPTED, DECIDING)
        ]
        until(lambda: books.session(early[0].sid)["state"] == "accepted", ACCEPTED)
        until(lambda: books.session(early[1].sid)["state"] == "deciding", DECIDING)
        killed.kill_at_once()
    talks = calls[TALKING].sid
    until(lambda: steered(portal, talks), "the call to be steered again")
    gate.open()
    return ends_of(portal, calls.values())


def steered(portal: Portal, sid: str) -> bool:
    """By the web server that is there now."""
    owner = str(portal.books.session(sid)["lease_owner"])
    return f":{portal.web.running.pid}:" in owner


@pytest.mark.parametrize("name", sorted(ENDINGS))
def test_the_caller_gets_to_a_good_end(ends: Mapping[str, Outcome], name: str) -> None:
    outcome = ends[name]
    # An announcement that had not been answered yet comes again.
    complaints = [c for c in outcome.complaints if not c.startswith("openai-webhook")]
    assert complaints == [], outcome.told
    assert outcome.row.disposition == ENDINGS[name]


@pytest.mark.parametrize("name", sorted(ENDINGS))
def test_it_is_decided_once_and_greeted_once(
    ends: Mapping[str, Outcome], name: str
) -> None:
    outcome = ends[name]
    (session,) = outcome.record.voice_sessions
    assert session.decision == "accepted"
    assert outcome.books.kinds(outcome.sid).count("greeted") == 1
    claims = outcome.books.session(outcome.sid)["claims"]
    assert claims == (2 if name == DECIDING else 1)


@pytest.mark.parametrize("name", sorted(ENDINGS))
def test_the_journal_has_no_gap(ends: Mapping[str, Outcome], name: str) -> None:
    assert ends[name].books.gaps(ends[name].sid) == set()


def test_the_tool_that_was_open_is_answered_once(ends: Mapping[str, Outcome]) -> None:
    outcome = ends[ASKING]
    kinds = outcome.books.kinds(outcome.sid)
    assert kinds.count("tool_answered") == 1


def test_the_transfer_goes_on_with_the_next_contact(
    ends: Mapping[str, Outcome],
) -> None:
    outcome = ends[TRANSFERRING]
    (session,) = outcome.record.voice_sessions
    assert len(session.refers) == len(set(session.refers)) == 3
    assert outcome.books.handoffs(outcome.sid) == [("emergency", "nobody")]


def test_a_call_that_is_over_waits_for_a_worker_that_died(portal: Portal) -> None:
    """The post-call work begins again when another worker is there."""
    portal.worker.kill_at_once()
    call = portal.world.place("sip_hang_up")
    record = call.over()
    until(lambda: (row := portal.books.call(call.sid)) and row.state == "over", "it")
    portal.worker = make_worker(portal.folder, portal.environment)
    portal.worker.start()
    row = portal.books.closed(record.call_sid, within=120.0)
    assert row.disposition == "caller_hung_up_early"
    assert portal.mails()[row.id] == 1


def test_the_ledger_adds_up(portal: Portal, ends: Mapping[str, Outcome]) -> None:
    assert portal.books.remainder() == 0

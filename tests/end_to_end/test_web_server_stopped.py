"""A web server is stopped during a call, with its sockets open; another one is there.

Nobody closes anything, so the carrier sees no fault: the other processes must find out
from the lease. Later the stopped one wakes up and goes on as if nothing had happened.
"""

from dataclasses import dataclass

import pytest

from tests.end_to_end.outcomes import Outcome, outcome_of
from tests.end_to_end.portal import Portal
from tests.end_to_end.processes import paused
from tests.end_to_end.waiting import until

TALKS = "kept_listening"
GREETING = "automatic assistant"


@dataclass(frozen=True)
class Stopped:
    outcome: Outcome
    left_with: int


@pytest.fixture(scope="module")
def stopped(portal: Portal) -> Stopped:
    first = portal.web
    second = portal.start_web()
    with paused(second):
        call = portal.world.place(TALKS)
        call.hears("every single part")
    with paused(first):
        until(lambda: len(call.call.sessions) == 2, "a second session")
    record = call.over()
    first.tell_to_end()
    return Stopped(outcome_of(portal, record), first.running.wait(30))


def test_the_caller_is_brought_back_and_the_conversation_goes_on(
    stopped: Stopped,
) -> None:
    outcome = stopped.outcome
    assert outcome.complaints == [], outcome.told
    assert outcome.record.heard.count(GREETING) == 1
    assert outcome.row.disposition == "resolved"


def test_an_incident_says_what_happened(stopped: Stopped) -> None:
    outcome = stopped.outcome
    assert outcome.books.incidents(outcome.sid) == [("driver_failed", "ours")]


def test_the_one_that_wakes_up_does_no_harm(stopped: Stopped, portal: Portal) -> None:
    outcome = stopped.outcome
    assert stopped.left_with == 0
    assert outcome.row.lease_owner == ""
    assert outcome.books.kinds(outcome.sid).count("closed") == 1
    assert outcome.books.gaps(outcome.sid) == set()
    assert portal.books.remainder() == 0

"""A new web server takes over from one that is told to end, as in a deployment."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from tests.end_to_end.callers import holding
from tests.end_to_end.outcomes import Outcome, ends_of, outcome_of
from tests.end_to_end.over_http import VOICE, Answer, call_back, form, leave
from tests.end_to_end.portal import Portal
from tests.end_to_end.processes import paused

LONG, SHORT = "kept_listening", "leaves_meanwhile"
# More than there are database connections for a web server.
MANY = 30


@dataclass(frozen=True)
class Replaced:
    ends: Mapping[str, Outcome]
    answers: Mapping[str, Answer]
    left_with: int


@pytest.fixture(scope="module")
def replaced(portal: Portal) -> Replaced:
    world, gate = portal.world, portal.world.gate()
    old, new = portal.web, portal.start_web()
    with ThreadPoolExecutor(MANY) as callers:
        with paused(new):
            short = world.place(holding(world.scenarios[SHORT], {3: gate}))
            long = world.place(LONG)
            long.hears("every single part")
            gate.reached()
            old.tell_to_end()
            gate.open()
            left_early = short.over()
            ringing = [callers.submit(ring, portal) for _ in range(MANY)]
        answers = dict(call.result() for call in ringing)
    for sid in answers:
        leave(portal.port, sid)
    ends = {SHORT: outcome_of(portal, left_early), **ends_of(portal, [long])}
    return Replaced(ends, answers, old.running.wait(30))


def ring(portal: Portal) -> tuple[str, Answer]:
    fields = form()
    return fields["CallSid"], call_back(portal.port, VOICE, fields)


def test_a_call_that_ends_in_time_stays_where_it_is(replaced: Replaced) -> None:
    outcome = replaced.ends[SHORT]
    assert outcome.complaints == [], outcome.told
    assert outcome.record.violations == []
    assert outcome.row.disposition == "resolved"


def test_a_longer_call_is_handed_to_the_new_server(replaced: Replaced) -> None:
    outcome = replaced.ends[LONG]
    assert outcome.complaints == [], outcome.told
    assert outcome.record.sessions[0].error_code == "64105"
    assert outcome.row.disposition == "resolved"
    assert outcome.books.gaps(outcome.sid) == set()


def test_many_callers_at_once_are_all_answered_by_a_server_that_is_new(
    portal: Portal, replaced: Replaced
) -> None:
    found = [answer.body for answer in replaced.answers.values()]
    assert all("<ConversationRelay" in body for body in found)
    for sid in replaced.answers:
        assert portal.books.closed(sid).disposition == "caller_hung_up_early"


def test_the_old_server_ends_by_itself(replaced: Replaced) -> None:
    assert replaced.left_with == 0

"""Voice calls are hosted by processes of their own, and one of them dies."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest

from tests.end_to_end.callers import holding
from tests.end_to_end.outcomes import Outcome, ends_of
from tests.end_to_end.portal import Portal, make_host
from tests.end_to_end.processes import Process
from tests.end_to_end.waiting import until

ASKING, TALKING = "voice_asking", "voice_talking"
ENDINGS = {ASKING: "resolved", TALKING: "handed_off"}
# Five are promised: a lease runs out after three and is looked for once a second. The
# rest is for machines that do something else as well.
IN_TIME_SECONDS = 10.0


@dataclass(frozen=True)
class Hosted:
    ends: Mapping[str, Outcome]
    hosts: list[Process]
    after_kill: float
    after_end: float


@pytest.fixture(scope="module")
def hosts(portal: Portal) -> Iterator[list[Process]]:
    """Two of them; the web server leaves sidebands to them meanwhile."""
    usual = portal.environment
    portal.environment = {**usual, "SIDEBAND_HERE": "false"}
    replace_web(portal)
    found = [
        make_host(f"host-{n}", portal.folder, portal.environment) for n in (1, 2, 3)
    ]
    for host in found[:2]:
        start(host)
    yield found
    for host in found:
        host.stop()
    portal.environment = usual
    replace_web(portal)


def replace_web(portal: Portal) -> None:
    old = portal.web
    portal.start_web()
    old.stop()


def start(host: Process) -> None:
    host.start()
    until(lambda: "Running worker" in host.said(), host.name)


def host_of(portal: Portal, hosts: list[Process], sid: str) -> Process | None:
    owner = str(portal.books.session(sid)["lease_owner"])
    running = [host for host in hosts if host.is_running()]
    return next((h for h in running if f":{h.running.pid}:" in owner), None)


@pytest.fixture(scope="module")
def hosted(portal: Portal, hosts: list[Process]) -> Hosted:
    world, books, gate = portal.world, portal.books, portal.world.gate()
    asking = world.place(ASKING)
    until(lambda: "tool_asked" in books.kinds(asking.sid), "a question to a tool")
    first = until(lambda: host_of(portal, hosts, asking.sid), "its host")
    first.kill_at_once()
    killed = time.monotonic()
    until(lambda: host_of(portal, hosts, asking.sid), "another host")
    after_kill = time.monotonic() - killed

    talking = world.place(holding(world.scenarios[TALKING], {4: gate}))
    gate.reached()
    start(hosts[2])
    second = until(lambda: host_of(portal, hosts, talking.sid), "its host")
    asking.over()
    second.tell_to_end()
    second.running.wait(30)
    ended = time.monotonic()
    until(lambda: host_of(portal, hosts, talking.sid), "another host")
    after_end = time.monotonic() - ended
    gate.open()
    ends = ends_of(portal, [asking, talking])
    return Hosted(ends, [first, second], after_kill, after_end)


@pytest.mark.parametrize("name", sorted(ENDINGS))
def test_the_caller_gets_to_a_good_end(hosted: Hosted, name: str) -> None:
    outcome = hosted.ends[name]
    assert outcome.complaints == [], outcome.told
    assert outcome.row.disposition == ENDINGS[name]


@pytest.mark.parametrize("name", sorted(ENDINGS))
def test_another_process_attaches_again_without_a_greeting(
    hosted: Hosted, name: str
) -> None:
    outcome = hosted.ends[name]
    (session,) = outcome.record.voice_sessions
    assert session.sidebands == 2
    assert outcome.books.kinds(outcome.sid).count("greeted") == 1
    assert outcome.books.gaps(outcome.sid) == set()


def test_the_tool_that_was_open_is_answered(hosted: Hosted) -> None:
    outcome = hosted.ends[ASKING]
    kinds = outcome.books.kinds(outcome.sid)
    assert kinds.count("tool_answered") == 1
    assert outcome.books.incidents(outcome.sid) == [("tool_error", "customer_tool")]


def test_a_process_that_was_killed_is_replaced_in_time(hosted: Hosted) -> None:
    assert hosted.after_kill < IN_TIME_SECONDS


def test_a_process_that_is_told_to_end_lets_others_go_on_at_once(
    hosted: Hosted,
) -> None:
    assert hosted.hosts[1].running.returncode == 0
    assert hosted.after_end < IN_TIME_SECONDS

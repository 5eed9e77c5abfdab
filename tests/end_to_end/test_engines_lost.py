"""The database and the broker are restarted during calls."""

from collections.abc import Mapping

import pytest

from phoneops.engines import Engine
from tests.end_to_end.callers import holding
from tests.end_to_end.outcomes import Outcome, ends_of
from tests.end_to_end.portal import Portal
from tests.end_to_end.waiting import until

TALKS, ASKS, NEW = "talks_on", "angry_caller", "withheld_caller"
SAID = [
    "Do you sell pumps?",
    "Do you rent out pumps?",
    "Do you collect old pumps?",
    "My name is Noa Stern.",
]


@pytest.fixture(scope="module")
def ends(portal: Portal) -> Mapping[str, Outcome]:
    world = portal.world
    no_database, no_broker, after = world.gate(), world.gate(), world.gate()
    gates = {3: no_database, 5: no_broker, 7: after}
    talks = world.place(holding(world.scenarios[TALKS], gates))
    asks = world.place(holding(world.scenarios[ASKS], {1: no_database}))
    until(lambda: no_database.waiting == 2, "both callers")

    portal.postgres.stop()
    no_database.open()
    talks.hears("by the day")
    new = world.place(NEW)
    portal.postgres.start()

    crash(portal.valkey)
    no_broker.open()
    talks.hears("every Friday")
    portal.valkey.start()
    after.open()
    return ends_of(portal, [talks, asks, new])


def crash(engine: Engine) -> None:
    engine.kill()
    until(lambda: not engine.is_running(), "a crash")


def test_the_conversation_goes_on_meanwhile(ends: Mapping[str, Outcome]) -> None:
    outcome = ends[TALKS]
    assert outcome.complaints == [], outcome.told
    assert outcome.row.disposition == "resolved"


def test_nothing_is_missing_in_the_journal(ends: Mapping[str, Outcome]) -> None:
    outcome = ends[TALKS]
    journal = outcome.books.journal(outcome.sid)
    assert outcome.books.gaps(outcome.sid) == set()
    assert [e.text for e in journal if e.kind == "caller_said"] == SAID
    heard = " ".join(e.text for e in journal if e.kind == "agent_said")
    for answer in ("pumps of all makes", "by the day", "every Friday", "Noa Stern"):
        assert answer in heard


def test_a_caller_who_wants_a_person_meanwhile_gets_one(
    ends: Mapping[str, Outcome],
) -> None:
    outcome = ends[ASKS]
    assert outcome.complaints == [], outcome.told
    assert outcome.row.disposition == "handed_off"
    assert outcome.books.handoffs(outcome.sid) == [("angry_caller", "connected")]


def test_a_new_caller_is_answered_once_the_database_is_back(
    ends: Mapping[str, Outcome],
) -> None:
    outcome = ends[NEW]
    assert outcome.complaints == [], outcome.told
    assert outcome.row.disposition == "resolved"


def test_an_incident_names_the_database(
    portal: Portal, ends: Mapping[str, Outcome]
) -> None:
    found = portal.books.rows(
        "SELECT cause, detail FROM calls_incident WHERE kind = 'journal_delayed'"
    )
    assert [row["cause"] for row in found] == ["ours"]
    assert "database" in found[0]["detail"]


def test_every_part_works_again(portal: Portal, ends: Mapping[str, Outcome]) -> None:
    until(lambda: portal.get("/readyz").status == 200, "readiness")
    assert portal.ready()["channel layer"] == "delivers"
    assert portal.books.remainder() == 0

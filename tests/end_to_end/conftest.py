"""One portal for all tests of this folder; a test that breaks it mends it again."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from calls.simulator.scenario import load_all
from tests.end_to_end.callers import PLAYED, Wish
from tests.end_to_end.outcomes import Outcome, play
from tests.end_to_end.portal import Portal, portal_in

AT_ONCE = 12
LONG = {"silence", "nobody_answers"}


@pytest.fixture(scope="session")
def portal() -> Iterator[Portal]:
    folder = Path(tempfile.mkdtemp(prefix="phoneops-test-"))
    folder.chmod(0o711)  # the database server's user must pass through
    with portal_in(folder) as portal:
        yield portal
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def played(portal: Portal) -> Mapping[str, Outcome]:
    """Every scenario that needs no help, once. In one go, because most of a call is
    waiting, and the longest first."""
    names = sorted([*load_all(), *PLAYED], key=lambda name: name not in LONG)
    found = play(portal, [Wish(name) for name in names], at_once=AT_ONCE)
    return {outcome.record.scenario: outcome for outcome in found}

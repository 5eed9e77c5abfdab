"""One portal for all tests of this folder; a test that breaks it mends it again."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from calls.simulator.scenario import load_all
from tests.end_to_end.callers import PLAYED, SPOKEN, VOICE, Wish
from tests.end_to_end.outcomes import Outcome, play
from tests.end_to_end.portal import Portal, portal_in

AT_ONCE = 12
LONG = {"silence", "nobody_answers"}
LONG_SPOKEN = {"sip_refer_unseen", "socket_quiet", "sip_silence"}


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
    return all_of(portal, names)


@pytest.fixture(scope="session")
def spoken(portal: Portal) -> Mapping[str, Outcome]:
    """The same of those that are speech to speech."""
    names = sorted([*SPOKEN, *VOICE], key=lambda name: name not in LONG_SPOKEN)
    return all_of(portal, names)


def all_of(portal: Portal, names: Sequence[str]) -> Mapping[str, Outcome]:
    found = play(portal, [Wish(name) for name in names], at_once=AT_ONCE)
    return {outcome.record.scenario: outcome for outcome in found}

"""One portal for all tests of this folder; a test that breaks it mends it again."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.portal import Portal, portal_in


@pytest.fixture(scope="session")
def portal() -> Iterator[Portal]:
    folder = Path(tempfile.mkdtemp(prefix="phoneops-test-"))
    folder.chmod(0o711)  # the database server's user must pass through
    with portal_in(folder) as portal:
        yield portal
    shutil.rmtree(folder)

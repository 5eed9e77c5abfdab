"""What every test stands on: real engines, no network, a browser where there is one.

The engines must be up before Django reads its settings, so Django is set up here and
not by pytest-django, which would be too early with its own option.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import django
import pytest
from django.conf import settings
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper

from tests import network, throw_away

ENGINES = pytest.StashKey[ExitStack]()
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_BROWSER = (
    "No browser was found, so the browser tests did not run. Get one with "
    "`apt-get install chromium` or `.venv/bin/playwright install chromium`."
)


def pytest_configure(config: pytest.Config) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "phoneops.settings")
    config.stash[ENGINES] = ExitStack()
    if "PYTEST_XDIST_WORKER" not in os.environ:
        config.stash[ENGINES].enter_context(throw_away.surroundings())
    network.block()
    django.setup()
    # Logging in is not what the tests are about, and the real one is slow on purpose.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_unconfigure(config: pytest.Config) -> None:
    for connection in connections.all(initialized_only=True):
        if isinstance(connection, DatabaseWrapper):
            connection.close()
            connection.close_pool()  # or its threads would miss their database
    config.stash[ENGINES].close()


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist looks for the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What starts whole portals runs in one process, one after the other.

    The process that gets it begins with it, as the largest of all groups.
    """
    for item in items:
        if "end_to_end" in item.path.parts:
            item.add_marker(pytest.mark.xdist_group("portals"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.getreports("skipped")
    if any(NO_BROWSER in str(report.longrepr) for report in skipped):
        terminalreporter.write_line(NO_BROWSER, yellow=True, bold=True)


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The path of a browser."""
    for browser in browsers():
        return browser
    if os.environ.get("CI") == "true":
        pytest.fail(NO_BROWSER)
    pytest.skip(NO_BROWSER)


def browsers() -> Iterator[Path]:
    for name in BROWSERS:
        if found := shutil.which(name):
            yield Path(found)
    cache = os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "~/.cache/ms-playwright")
    yield from Path(cache).expanduser().glob("chromium-*/chrome-*/chrome")

"""A real browser, logged in to the admin."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's own loop runs in this thread; Django takes that for async code.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(
            executable_path=str(chromium), args=ARGUMENTS
        )
        yield browser
        browser.close()


@pytest.fixture
def page(
    browser: Browser,
    live_server: LiveServer,
    admin_client: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Page]:
    """A page of the admin, logged in. It fails the test when its console complains."""
    monkeypatch.setattr("phoneops.dashboard.REFRESH_SECONDS", 0.5)
    monkeypatch.setattr("calls.admin.call_page.REFRESH_SECONDS", 0.5)
    context = browser.new_context(base_url=live_server.url)
    session = admin_client.cookies["sessionid"].value
    context.add_cookies(
        [{"name": "sessionid", "value": session, "url": live_server.url}]
    )
    page = context.new_page()
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []

"""The first page and the page of a call, in a real browser, wide and narrow."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from calls.core.words import CallState, EventKind
from calls.models import Call, Usage
from tests.browser.widths import DESKTOP, PHONE, overflow
from tests.calls.admin.scene import make_journal, make_rich_call
from tests.makers_calls import make_call


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_first_page_fits(page: Page, width: int, theme: str) -> None:
    make_rich_call(timezone.now())
    make_call(state=CallState.LIVE, offered_at=timezone.now())
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/admin/")
    expect(page.get_by_text("Adds up")).to_be_visible()
    assert overflow(page) == 0


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_the_page_of_a_call_fits_also_with_its_trail_open(
    page: Page, width: int
) -> None:
    call = make_rich_call(timezone.now())
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"/admin/calls/call/{call.pk}/change/")
    page.get_by_text("Technical trail").click()
    expect(page.get_by_text("Callbacks of the carrier")).to_be_visible()
    assert overflow(page) == 0


def test_the_first_page_shows_a_new_call_by_itself(page: Page) -> None:
    page.goto("/admin/")
    expect(page.get_by_text("Nobody is on the phone right now.")).to_be_visible()
    make_call(state=CallState.LIVE, offered_at=timezone.now(), caller_name="Ida Lund")
    expect(page.get_by_text("Ida Lund")).to_be_visible(timeout=20_000)


def test_a_live_call_tells_on_without_closing_what_is_open(page: Page) -> None:
    call = make_call(state=CallState.LIVE, offered_at=timezone.now())
    make_journal(call, [(1, EventKind.CALLER_SAID, {"text": "Good morning"})])
    page.goto(f"/admin/calls/call/{call.pk}/change/")
    page.get_by_text("What the models read and said").click()
    Usage.objects.create(
        call=call, provider="openai", item="a new item", figures={}, at=timezone.now()
    )
    entry = page.get_by_role("cell", name="a new item")
    expect(entry).to_be_visible(timeout=20_000)
    expect(page.get_by_text("Good morning", exact=True)).to_be_visible()


def test_a_call_that_closes_stops_refreshing_and_can_be_reviewed(page: Page) -> None:
    call = make_call(state=CallState.LIVE, offered_at=timezone.now())
    page.goto(f"/admin/calls/call/{call.pk}/change/")
    expect(page.get_by_text("once it is closed")).to_be_visible()
    Call.objects.filter(pk=call.pk).update(
        state=CallState.CLOSED, disposition="resolved", closed_at=timezone.now()
    )
    button = page.get_by_role("button", name="Mark as reviewed")
    expect(button).to_be_visible(timeout=20_000)
    expect(page.locator("[data-refresh]")).to_have_attribute("data-refresh", "0")
    button.click()
    expect(page.get_by_text(re.compile("marked as reviewed"))).to_be_visible()


def test_a_page_that_cannot_refresh_says_so(page: Page) -> None:
    page.goto("/admin/")
    page.context.clear_cookies()
    expect(page.get_by_text("cannot refresh")).to_be_visible(timeout=20_000)

"""How wide a page is, and may be."""

from playwright.sync_api import Page

DESKTOP, PHONE = 1280, 390


def overflow(page: Page) -> int:
    """How many pixels wider than the window the page is."""
    return int(
        page.evaluate(
            "document.documentElement.scrollWidth"
            " - document.documentElement.clientWidth"
        )
    )

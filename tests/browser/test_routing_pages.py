"""The pages of the configuration, wide and narrow, and where findings lead."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse
from playwright.sync_api import Page, expect

from routing.core.lint import Finding
from routing.models import Agent, Contact
from routing.services import linting, releases
from tests import makers_routing as make
from tests.browser.widths import DESKTOP, PHONE, overflow

RELEASE_PAGES = ("publish", "compare", "cover", "import")


def everything() -> None:
    calendar = make.make_calendar((0, "08:00", "18:00"), holidays_of="US")
    number = make.make_number(path="sip", trunk=True)
    make.make_rule(number, hours_match="open", calendar=calendar, action="voicemail")
    make.make_list("+12025550177", name="Nuisance callers who sell by telephone")
    make.make_group(number)
    make.make_agent(make.make_tool())
    make.publish()
    Agent.objects.update(max_cost="0.05")


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_every_page_of_the_configuration_fits(page: Page, width: int) -> None:
    everything()
    page.set_viewport_size({"width": width, "height": 900})
    too_wide = [url for url in addresses() if wide(page, url)]
    assert too_wide == []


def addresses() -> list[str]:
    found = [reverse(f"admin:routing_release_{name}") for name in RELEASE_PAGES]
    for model in apps.get_app_config("routing").get_models():
        if model not in admin.site._registry:
            continue
        start = f"admin:routing_{model._meta.model_name}"
        found.append(reverse(f"{start}_changelist"))
        record = model._default_manager.first()
        if record is not None:
            found.append(reverse(f"{start}_change", args=[record.pk]))
            found.append(reverse(f"{start}_history", args=[record.pk]))
    return found


def wide(page: Page, url: str) -> bool:
    page.goto(url)
    return overflow(page) > 0


def test_a_change_is_read_without_scrolling_on_a_phone(page: Page) -> None:
    make.publish()
    make.make_contact(name="Dana", phone="+12025550151")
    make.publish()
    Contact.objects.update(email="a.rather.long.name@subsidiary.example.com")
    page.set_viewport_size({"width": PHONE, "height": 900})
    page.goto(reverse("admin:routing_release_publish"))
    after = page.locator("td[data-head='After publishing']")
    expect(after).to_have_text("a.rather.long.name@subsidiary.example.com")
    box = after.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE


def test_a_finding_opens_the_field_where_it_is_put_right(page: Page) -> None:
    number = make.make_number()
    make.make_language(number.profile, code="de-DE")
    Agent.objects.update(max_cost="0.05")
    for field in ("max_cost", "languages-1-callback_offer"):
        page.goto(linting.address(finding_about(field)))
        expect(page.locator(f"#id_{field}")).to_be_focused()
        expect(page.locator(f"#id_{field}")).to_be_in_viewport()


def finding_about(field: str) -> Finding:
    found = linting.findings(releases.draft_snapshot())
    return next(one for one in found if one.field == field)

"""What is found before publishing, as the publisher meets it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from routing.core.compile import compile_snapshot
from routing.core.lint import Finding, Level
from routing.core.lint.all_checks import CHECKS, Check
from routing.models import (
    AccountLimits,
    Agent,
    Contact,
    EscalationPolicy,
    Language,
    LanguageProfile,
    ModelLife,
    PhoneNumber,
    Release,
)
from routing.services import linting, releases
from tests import makers_routing as make

RELEASES = "/admin/routing/release/"
PUBLISH = f"{RELEASES}publish/"


def text_of(page: Any) -> str:
    return " ".join(page.content.decode().split())


def seen() -> dict[str, str]:
    draft = releases.draft_snapshot()
    return {"seen": releases.fingerprint(draft), "after": "0"}


def shadowed_rule() -> Any:
    make.make_number()
    make.make_rule(name="Everything", action="reject")
    return make.make_rule(name="Never asked", action="reject")


def test_a_warning_leads_to_the_field_where_it_is_put_right(
    admin_client: Client,
) -> None:
    rule = shadowed_rule()
    text = text_of(admin_client.get(PUBLISH))
    address = f"/admin/routing/routingrule/{rule.pk}/change/?look=name"
    assert f'href="{address}"' in text
    assert "“Everything” stands before it" in text
    form = text_of(admin_client.get(address))
    assert "phoneops/look.js" in form
    assert 'id="id_name"' in form


def test_a_warning_is_accepted_with_a_note_that_the_release_keeps(
    admin_client: Client,
) -> None:
    shadowed_rule()
    page = admin_client.post(PUBLISH, {**seen(), "note": ""})
    assert "Say why the warnings above are accepted." in text_of(page)
    assert not Release.objects.exists()
    admin_client.post(PUBLISH, {**seen(), "note": "It comes back in May."})
    release = Release.objects.get()
    assert any("Never asked" in warning for warning in release.accepted)
    text = text_of(admin_client.get(f"{RELEASES}{release.pk}/change/"))
    assert "Published with these warnings" in text
    assert "It comes back in May." in text


def test_an_error_blocks_and_leads_to_its_field(admin_client: Client) -> None:
    number = make.make_number()
    ModelLife.objects.create(
        model="gpt-6-luna",
        shutdown_date=timezone.localdate() - timedelta(days=1),
        learned_at=timezone.now(),
    )
    text = text_of(admin_client.get(PUBLISH))
    assert "This cannot be published yet." in text
    assert f"/admin/routing/agent/{number.agent_id}/change/?look=model" in text
    admin_client.post(PUBLISH, {**seen(), "note": "please"})
    assert not Release.objects.exists()


@pytest.mark.django_db
def test_a_profile_that_demands_it_is_not_published_without_the_disclosure() -> None:
    make.make_number()
    LanguageProfile.objects.update(must_disclose=True)

    def errors() -> list[str]:
        found = linting.findings(releases.draft_snapshot())
        return [f.problem for f in found if f.level is Level.ERROR]

    assert "but not in which words." in errors()[0]
    Language.objects.update(disclosure="automated assistant\nmachine")
    assert "does not tell callers" in errors()[0]
    Language.objects.update(greeting="Hello, this is the Automated  Assistant.")
    assert errors() == []


@pytest.mark.django_db
def test_a_configuration_that_cannot_be_compiled_is_one_finding() -> None:
    make.make_profile().languages.all().delete()
    (found,) = linting.findings(releases.draft_snapshot())
    assert found.level is Level.ERROR
    assert linting.address(found) == ""


def draft_full_of_faults() -> None:
    """What forms refuse is put in past them, as an older version may have left it."""
    empty, quiet = make.make_list(name="Empty"), make.make_calendar(name="Never")
    dana = make.make_contact(name="Dana", calendar=quiet)
    number = make.make_number(label="Main line", policy=make.make_policy(dana))
    Contact.objects.filter(pk=dana.pk).update(phone=number.e164)
    make.make_rule(name="Over", last_day="2020-01-01")
    make.make_rule(name="Listed", caller_match="listed").caller_lists.add(empty)
    make.make_rule(name="Waits", hours_match="open", calendar=quiet)
    make.make_rule(name="Late", load="number", load_from=9)
    off = make.make_number(label="Off", active=False)
    make.make_rule(off, name="For nobody")
    line = make.make_number(label="Trunk", path="sip", trunk=True)
    make.make_rule(line, name="Recorded", action="voicemail")
    make.make_rule(line, name="Never asked", action="reject")
    PhoneNumber.objects.update(max_calls=5, kept_calls=5)
    AccountLimits.objects.update_or_create(pk=1, defaults={"max_calls": 3})
    make.make_number(label="People", path="person", policy=policy_of_nobody())
    answering = Agent.objects.filter(numbers=number)
    answering.update(max_cost="0.05", warn_seconds=900, filler_after=9, speed=9)
    answering.get().tools.add(make.make_tool(secret_name=""))
    speaking = Agent.objects.filter(numbers=line)
    speaking.update(model="gpt-old", max_seconds=7200, max_calls=9)
    ModelLife.objects.create(
        model="gpt-old", shutdown_date=timezone.localdate(), learned_at=timezone.now()
    )
    make.make_language(number.profile, code="de-DE")
    LanguageProfile.objects.update(must_disclose=True)


def policy_of_nobody() -> EscalationPolicy:
    policy = make.make_policy(name="Nobody")
    policy.steps.all().delete()
    return policy


def findings_of_the_draft() -> list[Finding]:
    return linting.findings(releases.draft_snapshot())


@pytest.mark.django_db
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: str(check.__name__))
def test_every_check_finds_something_in_a_draft_full_of_faults(check: Check) -> None:
    draft_full_of_faults()
    ruleset = compile_snapshot(0, releases.draft_snapshot())
    assert list(check(ruleset, linting.known()))


def test_every_finding_leads_to_the_field_where_it_is_put_right(
    admin_client: Client,
) -> None:
    draft_full_of_faults()
    addresses = {linting.address(found): found for found in findings_of_the_draft()}
    assert len(addresses) > 20
    for address, found in addresses.items():
        page = admin_client.get(address)
        assert page.status_code == 200, found
        text = page.content.decode()
        assert "phoneops/look.js" in text
        # What the script looks for: the field itself, or the rows of that name.
        assert f'id="id_{found.field}"' in text or f'id="{found.field}-' in text, found


def test_the_cover_map_shows_every_hour_of_a_week(admin_client: Client) -> None:
    calendar = make.make_calendar((0, "08:00", "18:00"))
    contact = make.make_contact(calendar=calendar)
    make.make_number(label="Main line", policy=make.make_policy(contact))
    text = text_of(admin_client.get(f"{RELEASES}cover/"))
    assert "Main line" in text
    assert "Nobody can be rung in 158 hours of this week." in text
    assert text.count('<td class="cover ') == 7 * 24
    assert text.count("cover-somebody") == 10 + 1


def test_the_cover_map_of_what_cannot_be_compiled_says_why(
    admin_client: Client,
) -> None:
    make.make_profile().languages.all().delete()
    assert "a profile needs one at least" in text_of(
        admin_client.get(f"{RELEASES}cover/")
    )

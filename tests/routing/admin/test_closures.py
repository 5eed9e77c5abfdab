"""The emergency switch: its page, its bar, and its record."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from routing.models import EmergencyClosure
from routing.services import closures
from routing.services.history import history
from routing.services.openings import opening_words
from tests import makers_routing as make

pytestmark = pytest.mark.django_db
NOW = "2026-11-23T12:00:00Z"
ADD = "admin:routing_emergencyclosure_add"
LIST = "admin:routing_emergencyclosure_changelist"


def switch_on(client: Client, **fields: Any) -> Any:
    data = {"action": "voicemail", "reason": "Fire alarm", "lasts": "0", **fields}
    return client.post(reverse(ADD), data)


def in_role(role: str) -> Client:
    user = User.objects.create(username=role.lower(), is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


def refusals(answer: Any) -> str:
    assert answer.status_code == 200
    return str(answer.context["adminform"].form.errors)


def test_switching_on_closes_every_line_at_once(admin_client: Client) -> None:
    number = make.make_number(label="Main line")
    make.publish()
    assert switch_on(admin_client).status_code == 302
    closure = closures.closure_of(number.e164, timezone.now())
    assert closure is not None
    assert closure.name == "Emergency closure of all numbers"
    assert closure.reason == "Fire alarm"
    assert closure.switched_on.startswith("manager, ")


def test_one_number_can_be_closed_and_the_others_stay_open(
    admin_client: Client,
) -> None:
    closed, other = make.make_number(label="Main line"), make.make_number()
    make.publish()
    switch_on(admin_client, dialled=closed.e164)
    now = timezone.now()
    assert closures.closure_of(closed.e164, now) is not None
    assert closures.closure_of(other.e164, now) is None


def test_what_was_said_of_a_number_comes_before_what_was_said_of_all(
    admin_client: Client,
) -> None:
    number = make.make_number(label="Main line")
    make.publish()
    switch_on(admin_client, dialled=number.e164, reason="The first")
    switch_on(admin_client, reason="The second")
    closure = closures.closure_of(number.e164, timezone.now())
    assert closure is not None
    assert closure.reason == "The first"


def test_a_red_bar_is_on_every_page_while_it_is_on(admin_client: Client) -> None:
    number = make.make_number()
    make.publish()
    pages = [
        reverse("admin:index"),
        reverse("admin:index") + "?part=1",
        reverse("admin:calls_call_changelist"),
        reverse("admin:routing_phonenumber_change", args=[number.pk]),
        reverse("admin:routing_release_publish"),
        reverse("admin:auth_user_changelist"),
    ]
    for page in pages:
        assert b'data-testid="closure"' not in admin_client.get(page).content
    switch_on(admin_client)
    for page in pages:
        told = admin_client.get(page).content.decode()
        assert 'data-testid="closure"' in told, page
        assert "Fire alarm." in told
    (closure,) = EmergencyClosure.objects.all()
    end = reverse("admin:routing_emergencyclosure_end", args=[closure.pk])
    assert admin_client.post(end).status_code == 302
    for page in pages:
        assert b'data-testid="closure"' not in admin_client.get(page).content


def test_nobody_who_is_not_logged_in_reads_it(client: Client) -> None:
    EmergencyClosure.objects.create(line="All numbers", reason="Fire alarm")
    assert b"Fire alarm" not in client.get(reverse("admin:login")).content


def test_ends_by_itself_after_the_time_that_was_chosen(admin_client: Client) -> None:
    make.make_number()
    make.publish()
    with time_machine.travel(NOW, tick=False) as clock:
        switch_on(admin_client, lasts="60")
        clock.shift(timedelta(minutes=59))
        assert closures.closure_of("+12025550100", timezone.now()) is not None
        clock.shift(timedelta(minutes=1))
        assert closures.closure_of("+12025550100", timezone.now()) is None
        told = admin_client.get(reverse(LIST)).content.decode()
        assert "by itself, 23 Nov 2026, 13:00 UTC" in told
        assert "Over" in told
        assert switch_on(admin_client).status_code == 302


def test_who_and_when_stay_on_record(admin_client: Client) -> None:
    make.make_number()
    make.publish()
    switch_on(admin_client, lasts="0")
    (closure,) = EmergencyClosure.objects.all()
    end = reverse("admin:routing_emergencyclosure_end", args=[closure.pk])
    in_role("Supervisor").post(end)
    closure.refresh_from_db()
    assert str(closure.started_by) == "manager"
    assert str(closure.ended_by) == "supervisor"
    assert closure.ended_at is not None
    assert history(EmergencyClosure, closure.pk)[0].who == "supervisor"
    first = closure.ended_at
    admin_client.post(end)
    closure.refresh_from_db()
    assert (closure.ended_at, str(closure.ended_by)) == (first, "supervisor")


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"reason": ""}, "This field is required"),
        ({"action": "message"}, "Write what callers are to hear"),
        ({"action": "divert"}, "Choose who is to be rung"),
        ({"action": "divert", "policy": "999"}, "not one of the available choices"),
        ({"dialled": "+19995550100"}, "not one of the available choices"),
        ({"lasts": "7"}, "not one of the available choices"),
        ({"lasts": "soon"}, "not one of the available choices"),
        ({"action": "explode"}, "not one of the available choices"),
    ],
)
def test_what_makes_no_sense_is_refused(
    admin_client: Client, fields: dict[str, str], told: str
) -> None:
    make.make_number()
    make.publish()
    assert told in refusals(switch_on(admin_client, **fields))
    assert not EmergencyClosure.objects.exists()


def test_a_line_is_closed_once(admin_client: Client) -> None:
    make.make_number()
    make.publish()
    switch_on(admin_client)
    assert "This is closed already" in refusals(switch_on(admin_client))


def test_people_are_those_of_the_release(admin_client: Client) -> None:
    contact = make.make_contact(name="Dana")
    make.make_policy(contact, name="Front desk first")
    make.publish()
    make.make_policy(contact, name="Not yet published")
    page = admin_client.get(reverse(ADD)).content.decode()
    assert "Front desk first (policy)" in page
    assert "Not yet published" not in page
    switch_on(admin_client, action="divert", policy=f"contact:{contact.pk}")
    (closure,) = EmergencyClosure.objects.all()
    assert (closure.policy, closure.policy_name) == (f"contact:{contact.pk}", "Dana")


def test_works_before_anything_was_published(admin_client: Client) -> None:
    assert switch_on(admin_client).status_code == 302


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("Viewer", False),
        ("Supervisor", True),
        ("Manager", True),
        ("Publisher", True),
        ("Administrator", True),
    ],
)
def test_who_may_switch_it_on_and_off(role: str, may: bool) -> None:
    client = in_role(role)
    assert switch_on(client).status_code == (302 if may else 403)
    assert EmergencyClosure.objects.exists() is may
    closure = EmergencyClosure.objects.first() or EmergencyClosure.objects.create(
        line="All numbers", reason="x"
    )
    page = reverse("admin:routing_emergencyclosure_change", args=[closure.pk])
    assert (b"End it now" in client.get(page).content) is may
    end = reverse("admin:routing_emergencyclosure_end", args=[closure.pk])
    assert client.get(end).status_code == (302 if may else 403)
    closure.refresh_from_db()
    assert closure.ended_at is None
    assert client.post(end).status_code == (302 if may else 403)
    closure.refresh_from_db()
    assert (closure.ended_at is not None) is may


def test_the_list_of_numbers_says_that_a_line_is_closed() -> None:
    number = make.make_number()
    EmergencyClosure.objects.create(
        dialled=number.e164, line=number.label, reason="Fire alarm"
    )
    words = opening_words(timezone.now())
    assert words(number.pk) == "closed by the emergency switch: Fire alarm"

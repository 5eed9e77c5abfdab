"""Who changed what, when, from what to what: on the record's page, and after it."""

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from routing.core.readable import Change
from routing.models import Calendar, EscalationPolicy, PhoneNumber, RoutingRule
from routing.services.history import Save, history
from tests import makers_routing as make
from tests.routing.admin.browsing import save

pytestmark = pytest.mark.django_db


def test_a_change_is_told_with_who_did_it_and_in_the_words_of_the_form(
    admin_client: Client,
) -> None:
    number = make.make_number(label="Main line")
    save(admin_client, number, label="Front line", path="person", active=False)
    newest = history(PhoneNumber, number.pk)[0]
    assert newest.who == "manager"
    assert [(c.field, c.old, c.new) for c in newest.changes] == [
        ("Label", "Main line", "Front line"),
        ("Answered by", "Agent (relay)", "People only"),
        ("Active", "yes", "no"),
    ]
    page = admin_client.get(
        reverse("admin:routing_phonenumber_history", args=[number.pk])
    )
    told = page.content.decode()
    assert "Front line" in told
    assert "manager" in told


def test_rows_of_a_record_are_part_of_its_history(admin_client: Client) -> None:
    calendar = make.make_calendar((0, "08:00", "18:00"))
    save(admin_client, calendar, spans__0__opens="09:00")
    (change,) = history(Calendar, calendar.pk)[0].changes
    assert change.record == "Opening “Monday 09:00 to 18:00”"
    assert (change.field, change.old, change.new) == ("Opens", "08:00", "09:00")


def test_a_row_that_is_taken_away_is_told(admin_client: Client) -> None:
    calendar = make.make_calendar((0, "08:00", "18:00"))
    save(admin_client, calendar, spans__0__DELETE="on")
    changes = history(Calendar, calendar.pk)[0].changes
    assert changes[0] == Change("Opening “Monday 08:00 to 18:00”", "", "removed", "")


def test_links_to_other_records_are_told_by_name(admin_client: Client) -> None:
    rule, number = make.make_rule(), make.make_number(label="Main line")
    save(admin_client, rule, numbers=[number.pk])
    changes = history(RoutingRule, rule.pk)[0].changes
    assert [(c.field, c.new) for c in changes] == [("Numbers, added", str(number))]
    save(admin_client, rule, numbers=[])
    changes = history(RoutingRule, rule.pk)[0].changes
    assert [(c.field, c.old) for c in changes] == [("Numbers, taken away", str(number))]


def test_a_record_that_another_one_named_keeps_its_name(admin_client: Client) -> None:
    number, other = make.make_number(), make.make_agent(name="Night desk")
    save(admin_client, number, agent=other.pk)
    save(admin_client, number, agent=make.make_agent(name="Day desk").pk)
    other.delete()
    changes = history(PhoneNumber, number.pk)[0].changes
    assert [(c.field, c.old, c.new) for c in changes] == [
        ("Agent", "Night desk", "Day desk")
    ]


def test_the_history_of_a_deleted_record_is_kept(
    admin_client: Client, manager: User
) -> None:
    policy = make.make_policy(name="Front desk first")
    pk = policy.pk
    admin_client.post(
        reverse("admin:routing_escalationpolicy_delete", args=[pk]), {"post": "yes"}
    )
    assert not EscalationPolicy.objects.exists()
    told = history(EscalationPolicy, pk)[0]
    assert told.who == "manager"
    titles = [change.record for change in told.changes if not change.field]
    assert "Escalation policy “Front desk first”" in titles
    url = reverse("admin:routing_escalationpolicy_history", args=[pk])
    assert b"Front desk first" in admin_client.get(url).content
    deleted = admin_client.get(
        reverse("admin:auditlog_logentry_changelist"), {"action": "2"}
    )
    assert b"Front desk first" in deleted.content
    assert url.encode() in deleted.content


def test_a_person_whose_account_is_gone_is_still_named(admin_client: Client) -> None:
    number = make.make_number()
    User.objects.update(first_name="Dana", last_name="Fox")
    save(admin_client, number, label="Other")
    User.objects.all().delete()
    told = history(PhoneNumber, number.pk)[0]
    assert told.who == "Dana Fox (the account is gone)"


def test_a_command_is_named() -> None:
    call_command("load_demo", verbosity=0)
    number = PhoneNumber.objects.first()
    assert number is not None
    (told,) = history(PhoneNumber, number.pk)
    assert told.who == "the portal itself (load_demo)"


def test_what_nobody_signed_was_the_portal_itself() -> None:
    number = make.make_number()
    assert history(PhoneNumber, number.pk)[0].who == "the portal itself"


def test_what_is_saved_at_once_is_told_at_once(admin_client: Client) -> None:
    calendar = make.make_calendar((0, "08:00", "18:00"), (1, "08:00", "18:00"))
    before = len(history(Calendar, calendar.pk))
    save(
        admin_client,
        calendar,
        name="Sales hours",
        spans__0__opens="09:00",
        spans__1__opens="10:00",
    )
    saves: list[Save] = history(Calendar, calendar.pk)
    assert len(saves) == before + 1
    assert len(saves[0].changes) == 3


def test_history_costs_the_same_however_long_it_is(
    admin_client: Client,
) -> None:
    number = make.make_number()
    url = reverse("admin:routing_phonenumber_history", args=[number.pk])
    costs = []
    for label in ("One", "Two", "Three"):
        save(admin_client, number, label=label)
        with CaptureQueriesContext(connection) as captured:
            admin_client.get(url)
        costs.append(len(captured))
    assert costs[0] == costs[1] == costs[2]


def test_nobody_reads_the_history_of_what_they_may_not_open(client: Client) -> None:
    somebody = User.objects.create(username="viewer", is_staff=True)
    somebody.groups.add(Group.objects.get(name="Viewer"))
    other = User.objects.create(username="secretly-added")
    make.make_number(label="Main line")
    client.force_login(somebody)
    told = client.get(reverse("admin:auditlog_logentry_changelist")).content.decode()
    assert "Main line" in told
    assert "secretly-added" not in told
    refused = client.get(reverse("admin:auth_user_history", args=[other.pk]))
    assert refused.status_code == 403


def test_who_gave_whom_which_role_is_written_down(admin_client: Client) -> None:
    somebody = User.objects.create(username="dana", is_staff=True)
    somebody.groups.add(Group.objects.get(name="Publisher"))
    told = history(User, somebody.pk)[0]
    assert [(c.field, c.new) for c in told.changes] == [("Groups, added", "Publisher")]
    page = admin_client.get(reverse("admin:auth_user_history", args=[somebody.pk]))
    assert b"Publisher" in page.content

"""Who may do what: every role on every page, over real requests."""

from collections.abc import Mapping

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.db.models import Model
from django.test import Client, RequestFactory
from django.urls import URLPattern, reverse

from calls.models import DryRun
from phoneops import roles
from routing.models import (
    Agent,
    CallerEntry,
    EmergencyClosure,
    PhoneNumber,
    Release,
    RoutingRule,
)
from tests import makers_calls
from tests import makers_routing as make

pytestmark = pytest.mark.django_db

ALL = tuple(roles.ROLES)
PAGES = pytest.mark.parametrize(
    "model", admin.site._registry, ids=lambda model: model._meta.label_lower
)
ROLES = pytest.mark.parametrize("role", ALL)


def person(*names: str) -> Client:
    user = User.objects.create(username="-".join(names), is_staff=True)
    user.groups.set(Group.objects.filter(name__in=names))
    client = Client()
    client.force_login(user)
    return client


def page(model: type[Model], kind: str, *args: object) -> str:
    label, name = model._meta.app_label, model._meta.model_name
    return reverse(f"admin:{label}_{name}_{kind}", args=[str(arg) for arg in args])


def may_read(role: str, model: type[Model]) -> bool:
    label = model._meta.label
    return role == "Administrator" or not (
        label.startswith("auth.") or label == "calls.Callback"
    )


@ROLES
@PAGES
def test_who_may_open_a_list(role: str, model: type[Model]) -> None:
    expected = 200 if may_read(role, model) else 403
    assert person(role).get(page(model, "changelist")).status_code == expected


def is_editable(model: type[Model]) -> bool:
    """Whether the page to add one exists at all, which the greatest of all shows."""
    request = RequestFactory().get("/")
    request.user = User(is_superuser=True, is_active=True)
    return admin.site._registry[model].has_add_permission(request)


# Who edits what can be edited. Nobody adds to the past: calls, releases, usage.
EDITORS: Mapping[str, set[str]] = {
    "routing": {"Manager", "Administrator"},
    "billing": {"Administrator"},
    "auth": {"Administrator"},
    "calls": {"Administrator"},
    "calls.DryRun": {"Manager", "Publisher", "Administrator"},
    "billing.Budget": {"Manager", "Administrator"},
    "billing.ExchangeRate": {"Manager", "Administrator"},
    "billing.ReportSubscription": {"Manager", "Administrator"},
    "billing.TestCaller": {"Manager", "Administrator"},
    "routing.CallerEntry": {"Supervisor", "Manager", "Administrator"},
    "routing.EmergencyClosure": set(ALL) - {"Viewer"},
}


@ROLES
@PAGES
def test_who_may_add(role: str, model: type[Model]) -> None:
    opts = model._meta
    editors = EDITORS.get(opts.label) or EDITORS.get(opts.app_label, set())
    editors = editors if is_editable(model) else set()
    expected = 200 if role in editors else 403
    assert person(role).get(page(model, "add")).status_code == expected


@ROLES
def test_who_may_change_and_delete_a_draft(role: str) -> None:
    number = make.make_number(label="Main line")
    client, url = person(role), page(PhoneNumber, "change", number.pk)
    edits = role in EDITORS["routing"]
    opened = client.get(url)
    assert opened.status_code == 200
    assert (b'name="_save"' in opened.content) is edits
    saved = client.post(url, {})
    assert saved.status_code == (200 if edits else 403)
    delete = page(PhoneNumber, "delete", number.pk)
    assert client.post(delete, {"post": "yes"}).status_code == (302 if edits else 403)
    assert PhoneNumber.objects.exists() is not edits


@ROLES
def test_a_list_offers_to_delete_only_to_editors(role: str) -> None:
    agent = make.make_agent()
    action = {"action": "delete_selected", "_selected_action": [agent.pk], "post": "y"}
    person(role).post(page(Agent, "changelist"), action)
    assert Agent.objects.exists() is (role not in EDITORS["routing"])


@ROLES
def test_who_may_publish(role: str) -> None:
    make.make_number()
    client, url = person(role), reverse("admin:routing_release_publish")
    publishes = role in ("Publisher", "Administrator")
    assert client.get(url).status_code == (200 if publishes else 403)
    seen = seen_on(client, url) if publishes else ""
    posted = client.post(url, {"seen": seen, "note": "Go"})
    assert posted.status_code == (302 if publishes else 403)
    assert Release.objects.exists() is publishes


@ROLES
@pytest.mark.parametrize("button", ["_publish", "_draft"])
def test_who_may_go_back_to_a_release(role: str, button: str) -> None:
    """Whoever edits puts it into the draft, whoever publishes makes it the newest."""
    number = make.make_number(label="Then")
    make.publish()
    PhoneNumber.objects.update(label="Now")
    make.publish()
    client, url = person(role), reverse("admin:routing_release_restore", args=[1])
    allowed = {
        "_publish": {"Publisher", "Administrator"},
        "_draft": {"Manager", "Administrator"},
    }
    opens = role in allowed["_publish"] | allowed["_draft"]
    assert client.get(url).status_code == (200 if opens else 403)
    posted = client.post(
        url, {"seen": seen_on(client, url) if opens else "", button: ""}
    )
    number.refresh_from_db()
    if role in allowed[button]:
        assert posted.status_code == 302
        assert number.label == "Then"
    else:
        assert number.label == "Then" if role == "Manager" else "Now"
    assert Release.objects.count() == (3 if may_publish(role, button) else 2)


def may_publish(role: str, button: str) -> bool:
    return button == "_publish" and role in ("Publisher", "Administrator")


@ROLES
def test_who_may_block_a_caller(role: str) -> None:
    call = makers_calls.make_call(caller="+12025550177", caller_kind="number")
    url = reverse("admin:calls_call_block", args=[call.pk])
    blocks = role in EDITORS["routing.CallerEntry"]
    data = {"reason": "Rude", "chosen": "Blocked callers", "lasts": "0"}
    assert person(role).post(url, data).status_code == (302 if blocks else 403)
    assert CallerEntry.objects.exists() is blocks


def seen_on(client: Client, url: str) -> str:
    context = client.get(url).context
    assert context is not None
    return str(context["seen"])


@ROLES
def test_who_may_review_a_call(role: str) -> None:
    call = makers_calls.make_call(
        state="closed", disposition="resolved", closed_at=makers_calls.NOON
    )
    url = reverse("admin:calls_call_review", args=[call.pk])
    reviews = role in ("Supervisor", "Administrator")
    posted = person(role).post(url, {"note": "Well done."})
    assert posted.status_code == (302 if reviews else 403)
    call.refresh_from_db()
    assert (call.reviewed_at is not None) is reviews


@ROLES
@pytest.mark.parametrize("name", ["followup", "incident"])
def test_who_may_finish_what_a_call_left(role: str, name: str) -> None:
    """The list's action is the one that finishes several at once."""
    client = person(role)
    request = client.get(reverse(f"admin:calls_{name}_changelist")).wsgi_request
    model = apps.get_model("calls", name)
    changes = admin.site._registry[model].has_change_permission(request)
    assert changes is (role in ("Supervisor", "Administrator"))


def test_a_person_in_two_roles_may_do_what_both_may() -> None:
    both = person("Manager", "Publisher")
    make.make_number()
    assert both.get(page(PhoneNumber, "add")).status_code == 200
    assert both.get(reverse("admin:routing_release_publish")).status_code == 200


def test_a_person_without_a_role_sees_nothing() -> None:
    nobody = person("Nobody")
    assert nobody.get(page(PhoneNumber, "changelist")).status_code == 403
    assert b"Ask an administrator" in nobody.get(reverse("admin:index")).content


def test_every_name_in_the_table_is_a_permission() -> None:
    assert roles.missing_names() == set()


@ROLES
def test_the_groups_hold_exactly_what_the_table_says(role: str) -> None:
    held = Permission.objects.filter(group__name=role)
    wanted = [
        permission
        for permission in Permission.objects.select_related("content_type")
        if roles.may(role, f"{permission.content_type.app_label}.{permission.codename}")
    ]
    assert set(held) == set(wanted)


def test_a_migration_brings_a_role_back_to_the_table() -> None:
    viewer = Group.objects.get(name="Viewer")
    publish = Permission.objects.get(codename="publish_release")
    viewer.permissions.set([publish])
    Group.objects.get(name="Publisher").delete()
    for label in ("auth", "billing", "calls", "routing"):
        roles.grant(apps.get_app_config(label), apps)
    assert publish not in viewer.permissions.all()
    assert viewer.permissions.filter(codename="view_call").exists()
    assert publish in Group.objects.get(name="Publisher").permissions.all()


def test_a_model_that_comes_later_is_given_out_by_the_next_migration() -> None:
    """As if its permissions had only just been made."""
    Permission.objects.filter(codename="view_agent").delete()
    call_command("migrate", verbosity=0)
    for role in ALL:
        held = Permission.objects.filter(group__name=role, codename="view_agent")
        assert held.exists()


# Every page of ours that Django's admin does not make by itself, and who may open it.
MANAGING, PUBLISHING = {"Manager", "Administrator"}, {"Publisher", "Administrator"}
SUPERVISING = {"Supervisor", "Administrator"}
CUSTOM: Mapping[str, set[str]] = {
    "routing_release_publish": PUBLISHING,
    "routing_release_compare": set(ALL),
    "routing_release_cover": set(ALL),
    "routing_release_import": MANAGING,
    "routing_release_export_draft": set(ALL),
    "routing_release_export": set(ALL),
    "routing_release_restore": MANAGING | PUBLISHING,
    "routing_callerlist_import": MANAGING | SUPERVISING,
    "routing_callerlist_export": set(ALL),
    "routing_emergencyclosure_end": set(ALL) - {"Viewer"},
    "calls_call_try": set(ALL),
    "calls_call_block": MANAGING | SUPERVISING,
    "calls_call_review": SUPERVISING,
    "billing_price_file": {"Administrator"},
    "billing_price_from_file": {"Administrator"},
    "billing_report": set(ALL),
}
# Asked elsewhere: they need a recording, or a mail that was sent.
ELSEWHERE = {"calls_call_audio", "billing_sentreport_again"}
USUAL = {"add", "change", "changelist", "delete", "history", "autocomplete"}


def custom_pages() -> dict[str, URLPattern]:
    """The admin's addresses that no model brings by being registered."""
    found: dict[str, URLPattern] = {}
    for pattern in admin.site.get_urls():
        for one in getattr(pattern, "url_patterns", []):
            if one.name and one.name.rpartition("_")[2] not in USUAL:
                found[one.name] = one
    return found


def test_every_page_of_ours_is_in_the_table() -> None:
    assert custom_pages().keys() - ELSEWHERE == CUSTOM.keys()


def with_its_record(name: str) -> str:
    """The address of a page, with the key of what it is about."""
    route = f"admin:{name}"
    match name:
        case "routing_release_export" | "routing_release_restore":
            make.make_number()
            return reverse(route, args=[make.publish().number])
        case "routing_callerlist_import" | "routing_callerlist_export":
            return reverse(route, args=[make.make_list().pk])
        case "routing_emergencyclosure_end":
            closure = EmergencyClosure.objects.create(line="All", reason="Storm")
            return reverse(route, args=[closure.pk])
        case "calls_call_block" | "calls_call_review":
            call = makers_calls.make_call(caller="+12025550177", caller_kind="number")
            return reverse(route, args=[call.pk])
        case _:
            return reverse(route)


@ROLES
@pytest.mark.parametrize("name", CUSTOM)
def test_who_may_open_a_page_of_ours(role: str, name: str) -> None:
    """Whoever may not is refused, whether they read or send."""
    address, client = with_its_record(name), person(role)
    allowed = role in CUSTOM[name]
    for answer in (client.get(address), client.post(address, {})):
        assert (answer.status_code == 403) is not allowed, answer.status_code
        assert answer.status_code < 500


@ROLES
def test_who_may_move_rules(role: str) -> None:
    first, second = make.make_rule(name="First"), make.make_rule(name="Second")
    order = {"_save": "", "form-TOTAL_FORMS": "2"}
    for place, rule in enumerate((second, first)):
        order |= {f"form-{place}-id": str(rule.pk), f"form-{place}-position": "0"}
    client = person(role)
    answer = client.post(page(RoutingRule, "changelist"), order)
    moves = role in EDITORS["routing"]
    assert answer.status_code == (302 if moves else 403)
    names = list(RoutingRule.objects.values_list("name", flat=True))
    assert (names == ["Second", "First"]) is moves


@ROLES
def test_who_may_ask_for_a_dry_run(role: str) -> None:
    make.make_number()
    answer = person(role).post(page(DryRun, "add"), {})
    assert answer.status_code == (200 if role in EDITORS["calls.DryRun"] else 403)

"""A rule is put anywhere in a long order, not only where it can be dragged."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from routing.models import RoutingRule
from tests import makers_routing as make

PAGE = reverse("admin:routing_routingrule_changelist")

pytestmark = pytest.mark.django_db


def make_rules(count: int) -> list[RoutingRule]:
    return [make.make_rule(name=f"r{n}", position=n) for n in range(count)]


def ask(client: Client, *rules: RoutingRule, **more: Any) -> Any:
    chosen = [str(rule.pk) for rule in rules]
    data = {"action": "move_rules", "_selected_action": chosen, **more}
    return client.post(PAGE, data)


def names() -> str:
    return " ".join(RoutingRule.objects.values_list("name", flat=True))


def test_the_place_is_asked_for_with_the_rules_in_their_order(
    admin_client: Client,
) -> None:
    rules = make_rules(5)
    page = ask(admin_client, rules[3], rules[1])
    assert page.context["rules"] == [(2, rules[1]), (4, rules[3])]
    assert "1 is tried first, 4 last" in page.text
    assert names() == "r0 r1 r2 r3 r4"


@pytest.mark.parametrize(
    ("place", "order"),
    [
        (1, "r1 r3 r0 r2 r4"),
        (2, "r0 r1 r3 r2 r4"),
        (4, "r0 r2 r4 r1 r3"),
        (99, "r0 r2 r4 r1 r3"),
    ],
)
def test_rules_are_moved_together(admin_client: Client, place: int, order: str) -> None:
    rules = make_rules(5)
    answer = ask(admin_client, rules[3], rules[1], place=place)
    assert answer.status_code == 302
    assert names() == order


@pytest.mark.parametrize("place", ["", "0", "-1", "x", "1.5"])
def test_a_place_that_is_none_moves_nothing(admin_client: Client, place: str) -> None:
    rules = make_rules(3)
    page = ask(admin_client, rules[2], place=place)
    assert page.status_code == 200
    assert page.context["form"].errors["place"]
    assert names() == "r0 r1 r2"


def test_afterwards_the_page_with_the_new_place_is_shown(admin_client: Client) -> None:
    rules = make_rules(60)
    answer = ask(admin_client, rules[0], place=55)
    assert answer["Location"] == f"{PAGE}?p=2"
    text = admin_client.get(answer["Location"]).text
    assert "Moved to place 55: r0." in text


def test_a_page_has_fifty_rules_with_their_places(admin_client: Client) -> None:
    make_rules(120)
    shown = admin_client.get(PAGE, {"p": 3}).context["cl"].result_list
    assert [rule.place for rule in shown] == list(range(101, 121))
    found = admin_client.get(PAGE, {"q": "r77"}).context["cl"].result_list
    assert [(rule.name, rule.place) for rule in found] == [("r77", 78)]


def test_rules_of_a_later_page_are_dragged_among_themselves(
    admin_client: Client,
) -> None:
    rules = make_rules(120)
    data = {"_save": "Save", "form-TOTAL_FORMS": "2"}
    for place, rule in ((0, rules[101]), (1, rules[100])):
        data[f"form-{place}-id"] = str(rule.pk)
        data[f"form-{place}-position"] = str(place)
    admin_client.post(f"{PAGE}?p=3", data)
    assert names().split()[99:103] == ["r99", "r101", "r100", "r102"]


def test_only_those_who_may_change_rules_may_move_them(client: Client) -> None:
    rules = make_rules(2)
    client.force_login(User.objects.create(username="reader", is_staff=True))
    assert ask(client, rules[1], place=1).status_code == 403
    assert names() == "r0 r1"


def test_more_rules_take_no_more_queries(admin_client: Client) -> None:
    asked = []
    for count in (50, 200):
        RoutingRule.objects.all().delete()
        make_rules(count)
        admin_client.get(PAGE)
        with CaptureQueriesContext(connection) as captured:
            admin_client.get(PAGE)
        asked.append(len(captured))
    assert asked[0] == asked[1]

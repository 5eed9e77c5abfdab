"""The list of rules: its order by dragging, and what stands around it."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from routing.models import RoutingRule
from routing.services.rule_order import reorder
from tests import makers_routing as make

PAGE = reverse("admin:routing_routingrule_changelist")

pytestmark = pytest.mark.django_db


def names() -> str:
    return " ".join(RoutingRule.objects.values_list("name", flat=True))


def make_rules(text: str) -> dict[str, RoutingRule]:
    return {name: make.make_rule(name=name, position=1000) for name in text.split()}


def drag(client: Client, *rules: RoutingRule, page: str = PAGE) -> Any:
    """The page sends its rows as they were, each with its new place on the page."""
    rows = sorted(rules, key=lambda rule: rule.pk)
    data = {"_save": "Save", "form-TOTAL_FORMS": str(len(rows))}
    for place, rule in enumerate(rows):
        data[f"form-{place}-id"] = str(rule.pk)
        data[f"form-{place}-position"] = str(rules.index(rule))
    return client.post(page, data)


def test_rules_are_put_in_order_by_dragging(admin_client: Client) -> None:
    r = make_rules("a b c")
    answer = drag(admin_client, r["c"], r["a"], r["b"])
    assert answer.status_code == 302
    assert names() == "c a b"
    assert list(RoutingRule.objects.values_list("position", flat=True)) == [0, 1, 2]


def test_rules_that_are_not_shown_keep_their_places(admin_client: Client) -> None:
    r = make_rules("a b c d e")
    drag(admin_client, r["d"], r["b"], page=f"{PAGE}?q=x")
    assert names() == "a d c b e"


def test_nonsense_moves_nothing(admin_client: Client) -> None:
    make_rules("a b")
    data = {
        "_save": "Save",
        "form-TOTAL_FORMS": "9",
        "form-0-id": "999",
        "form-1-id": "x",
        "form-2-position": "-",
    }
    assert admin_client.post(PAGE, data).status_code == 302
    assert names() == "a b"
    assert reorder([]) == 0


def test_only_those_who_may_change_rules_may_order_them(client: Client) -> None:
    r = make_rules("a b")
    reader = User.objects.create(username="reader", is_staff=True)
    client.force_login(reader)
    assert drag(client, r["b"], r["a"]).status_code == 403
    assert names() == "a b"


def test_the_rules_a_number_meets_can_be_listed(admin_client: Client) -> None:
    one, other = make.make_number(), make.make_number()
    make.make_rule(name="everywhere")
    make.make_rule(one, name="own")
    make.make_rule(other, name="elsewhere")
    grouped = make.make_rule(name="grouped")
    grouped.groups.add(make.make_group(one))
    page = admin_client.get(PAGE, {"number": one.pk})
    shown = [rule.name for rule in page.context["cl"].result_list]
    assert shown == ["everywhere", "own", "grouped"]


def test_the_list_says_what_is_done_before_and_after_the_rules(
    admin_client: Client,
) -> None:
    make.make_number(label="Main line")
    make.make_number(label="Desk", path="person", agent=None)
    text = " ".join(admin_client.get(PAGE).text.split())
    assert "Last, and it always holds:" in text
    assert "Main line: answered by Agent" in text
    assert "Desk: put through to Policy" in text


def test_a_rule_is_told_in_one_line(admin_client: Client) -> None:
    vip = make.make_list(name="Friends", kind="vip")
    rule = make.make_rule(
        caller_match="listed",
        countries="US",
        history="again",
        within_minutes=30,
        verification="failed",
        forwarded="forwarded",
        headers="X-Line: sales",
        hours_match="open",
        calendar=make.make_calendar(name="Day"),
        weekdays="0",
        load="number",
        load_from=3,
        budget="spent",
        agent=make.make_agent(name="Ann"),
        second_agent=make.make_agent(),
        second_share=20,
    )
    rule.caller_lists.add(vip)
    rule.more_calendars.add(make.make_calendar(name="Night"))
    text = " ".join(admin_client.get(PAGE).text.split())
    for part in (
        "the caller is on “Friends” or from US",
        "they called in the last 30 minutes",
        "spoof check: the check failed: likely spoofed",
        "the call was forwarded",
        "X-Line is sales",
        "“Day” or “Night” is open",
        "Monday",
        "3 calls or more are going on here",
        "once a budget is spent",
        "Ann, 20 % by another agent",
    ):
        assert part in text


def test_what_a_rule_asks_is_not_folded_away(admin_client: Client) -> None:
    plain, timed = make.make_rule(), make.make_rule(weekdays="0", budget="spent")
    folded = []
    for rule in (plain, timed):
        page = reverse("admin:routing_routingrule_change", args=[rule.pk])
        sets = admin_client.get(page).context["adminform"].fieldsets
        folded.append(["collapse" in options.get("classes", ()) for _, options in sets])
    assert (sum(folded[0]), sum(folded[1])) == (2, 0)

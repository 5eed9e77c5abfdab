"""What people do with what calls leave behind: follow-ups, incidents, handoffs."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from calls.core.words import HandoffReason
from calls.models import Call, FollowUp, Incident
from tests.calls.admin.scene import make_rich_call, make_staff
from tests.makers_calls import NOON, make_call, make_handoff

pytestmark = pytest.mark.django_db


def page(model: str, query: str = "") -> str:
    return reverse(f"admin:calls_{model}_changelist") + query


def shown(client: Client, model: str, query: str) -> list[object]:
    return list(client.get(page(model, query)).context["cl"].result_list)


def test_a_follow_up_is_overdue_in_words(admin_client: Client) -> None:
    make_rich_call(timezone.now() - timedelta(hours=3))
    assert "Overdue by 2 h 0 min" in admin_client.get(page("followup")).text


def test_follow_ups_show_what_is_open_overdue_mine_and_done(
    admin_client: Client, admin_user: User
) -> None:
    now = timezone.now()
    admin_user.groups.add(Group.objects.create(name="Front desk"))
    late = make_follow_up(due_at=now - timedelta(hours=1), owner="Front desk")
    own = make_follow_up(due_at=now + timedelta(hours=1), owner="ADMIN")
    other = make_follow_up(due_at=now + timedelta(hours=2), owner="Sales")
    done = make_follow_up(due_at=now, owner="Front desk", done_at=now)
    for query, wanted in (
        ("", [late, own, other, done]),
        ("?show=open", [late, own, other]),
        ("?show=overdue", [late]),
        ("?show=mine", [late, own]),
        ("?show=done", [done]),
        ("?owner=Sales", [other]),
    ):
        assert shown(admin_client, "followup", query) == wanted


def test_follow_ups_are_ticked_off_and_opened_again(
    admin_client: Client, admin_user: User
) -> None:
    follow_up = make_follow_up()
    chosen = {"_selected_action": [follow_up.pk]}
    admin_client.post(page("followup"), {"action": "mark_done", **chosen})
    follow_up.refresh_from_db()
    assert follow_up.done_by == admin_user
    admin_client.post(page("followup"), {"action": "open_again", **chosen})
    follow_up.refresh_from_db()
    assert follow_up.done_at is None


def test_a_follow_up_is_finished_on_its_page_with_a_note(
    admin_client: Client, admin_user: User
) -> None:
    follow_up = make_follow_up()
    address = reverse("admin:calls_followup_change", args=[follow_up.pk])
    admin_client.post(address, {"note": "Called back", "done": "on"})
    follow_up.refresh_from_db()
    assert (follow_up.done_by, follow_up.note) == (admin_user, "Called back")
    assert "by admin" in admin_client.get(address).text
    admin_client.post(address, {"note": "Not reached after all"})
    follow_up.refresh_from_db()
    assert follow_up.done_at is None


def test_incidents_are_settled_from_the_list_and_on_their_page(
    admin_client: Client, admin_user: User
) -> None:
    incident = make_incident(None)
    address = reverse("admin:calls_incident_change", args=[incident.pk])
    admin_client.post(
        page("incident"), {"action": "settle", "_selected_action": [incident.pk]}
    )
    incident.refresh_from_db()
    assert incident.settled_by == admin_user
    assert shown(admin_client, "incident", "?settled=no") == []
    admin_client.post(address, {"note": "Came back"})
    incident.refresh_from_db()
    assert (incident.settled_at, incident.note) == (None, "Came back")
    admin_client.post(address, {"note": "Solved", "settled": "on"})
    incident.refresh_from_db()
    assert incident.settled_by == admin_user
    assert "UTC by admin" in admin_client.get(address).text


def test_the_reason_of_a_handoff_is_corrected_on_its_page(admin_client: Client) -> None:
    handoff = make_handoff(make_call(), reason=HandoffReason.OTHER)
    address = reverse("admin:calls_handoff_change", args=[handoff.pk])
    form = {"attempts-TOTAL_FORMS": 0, "attempts-INITIAL_FORMS": 0}
    admin_client.post(address, form | {"corrected_reason": "emergency"})
    assert shown(admin_client, "handoff", "?corrected=yes") == [handoff]
    admin_client.post(address, form | {"corrected_reason": ""})
    assert shown(admin_client, "handoff", "?corrected=no") == [handoff]


@pytest.mark.parametrize("model", ["handoff", "followup", "incident"])
def test_who_may_only_look_changes_nothing(client: Client, model: str) -> None:
    call = make_rich_call(NOON)
    client.force_login(make_staff("viewer", f"view_{model}"))
    rows = {
        "handoff": call.handoffs.get().pk,
        "followup": call.follow_ups.get().pk,
        "incident": call.incidents.get().pk,
    }
    address = reverse(f"admin:calls_{model}_change", args=[rows[model]])
    assert client.get(page(model)).status_code == 200
    assert client.get(address).status_code == 200
    changes = {"corrected_reason": "emergency", "done": "on", "settled": "on"}
    assert client.post(address, changes).status_code == 403


def make_incident(call: Call | None) -> Incident:
    return Incident.objects.create(
        call=call, kind="call_lost", cause="ours", key="1", at=NOON
    )


def make_follow_up(**fields: Any) -> FollowUp:
    fields = {"owner": "Front desk", "due_at": NOON, "kind": "callback", **fields}
    return FollowUp.objects.create(call=make_call(), opened_at=NOON, **fields)

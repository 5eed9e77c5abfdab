"""Every page of every model opens, in a number of queries that rows do not change."""

import csv
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from calls.core.words import CallState, Disposition, HandoffReason
from calls.models import Call, Callback, FollowUp, Handoff, Incident, Usage
from tests.calls.admin.scene import make_rich_call, make_staff
from tests.makers_calls import NOON, make_call, make_handoff
from tests.makers_routing import make_agent, make_number

pytestmark = pytest.mark.django_db
MODELS = ["call", "handoff", "followup", "incident", "callback", "usage"]


def page(model: str, query: str = "") -> str:
    return reverse(f"admin:calls_{model}_changelist") + query


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def shown(client: Client, model: str, query: str) -> list[object]:
    return list(client.get(page(model, query)).context["cl"].result_list)


def test_a_list_asks_as_much_for_fifty_rows_as_for_five(admin_client: Client) -> None:
    for _ in range(5):
        make_rich_call(NOON)
    few = {model: queries(admin_client, page(model)) for model in MODELS}
    for _ in range(45):
        make_rich_call(NOON)
    assert {model: queries(admin_client, page(model)) for model in MODELS} == few
    assert few == {
        "call": 9,
        "handoff": 7,
        "followup": 6,
        "incident": 7,
        "callback": 7,
        "usage": 7,
    }


@pytest.mark.parametrize("model", MODELS)
def test_the_page_of_a_row_opens(admin_client: Client, model: str) -> None:
    call = make_rich_call(NOON)
    of_call = {
        "call": call,
        "handoff": Handoff.objects.get(),
        "followup": FollowUp.objects.get(),
        "incident": Incident.objects.get(),
        "callback": Callback.objects.get(),
        "usage": Usage.objects.first(),
    }
    row = of_call[model]
    assert row is not None
    address = reverse(f"admin:calls_{model}_change", args=[row.pk])
    assert queries(admin_client, address) <= 26


@pytest.mark.parametrize("model", MODELS)
def test_nobody_adds_or_deletes_history(admin_client: Client, model: str) -> None:
    make_rich_call(NOON)
    assert admin_client.get(reverse(f"admin:calls_{model}_add")).status_code == 403
    assert b"delete_selected" not in admin_client.get(page(model)).content


def test_a_list_tells_a_call_in_words(admin_client: Client) -> None:
    make_rich_call(NOON)
    text = admin_client.get(page("call")).text.replace("\u00a0", " ")
    for words in (
        "23 Nov 2026, 12:00 EST",
        "Clinic main line",
        "+1 202 555 0199",
        "Front desk",
        "Voicemail",
        "1:39",
        "Other",
        "Not yet",
    ):
        assert words in text


@pytest.mark.parametrize(
    "query",
    [
        "?disposition__exact=lost",
        "?line=%2B12025550123",
        "?standing=closed",
        "?handoff=emergency",
        "?handoff=any",
        "?incident=yes",
        "?reviewed=yes",
        "?day=today",
        "?q=%2B12025550123",
    ],
)
def test_each_filter_keeps_the_calls_it_names(admin_client: Client, query: str) -> None:
    make_number(e164="+12025550123")
    today = timezone.now()
    wanted = make_call(
        state=CallState.CLOSED,
        disposition=Disposition.LOST,
        offered_at=today,
        reviewed_at=today,
        dialled="+12025550123",
        caller="+12025550123",
    )
    make_handoff(
        wanted, reason=HandoffReason.OTHER, corrected_reason=HandoffReason.EMERGENCY
    )
    make_incident(wanted)
    make_call(state=CallState.LIVE, offered_at=today - timedelta(days=2))
    assert shown(admin_client, "call", query) == [wanted]


def test_calls_can_be_narrowed_down_to_an_agent(admin_client: Client) -> None:
    agent = make_agent()
    wanted = make_call(agent_key=str(agent.pk))
    make_call(agent_key="0")
    assert shown(admin_client, "call", f"?agent={agent.pk}") == [wanted]


def test_a_filter_nobody_offers_keeps_everything(admin_client: Client) -> None:
    call = make_call()
    assert shown(admin_client, "call", "?standing=sideways") == [call]


def test_a_big_table_is_not_counted_to_its_end(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("calls.admin.history.COUNTED_AT_MOST", 2)
    for _ in range(4):
        make_call()
    answer = admin_client.get(page("call"))
    assert answer.context["cl"].result_count == 3
    assert "More than 10,000" in answer.text


def test_calls_are_exported_for_a_spreadsheet(admin_client: Client) -> None:
    call = make_rich_call(NOON, summary="=1+1", caller_kind="other", caller="@evil")
    answer = admin_client.post(
        page("call"), {"action": "export_csv", "_selected_action": [call.pk]}
    )
    (row,) = csv.DictReader(answer.text.removeprefix("\ufeff").splitlines())
    assert row["When"] == "2026-11-23 12:00:00"
    assert row["Time zone"] == "America/New_York"
    assert row["How it ended"] == "Voicemail"
    assert row["Seconds"] == "99"
    assert row["Handoff reason"] == "other"
    assert row["Number"] == "+12025550100"
    assert (row["Summary"], row["Caller"]) == ("'=1+1", "'@evil")


@pytest.mark.parametrize("model", MODELS)
def test_who_may_not_look_sees_nothing(client: Client, model: str) -> None:
    client.force_login(make_staff("stranger"))
    assert client.get(page(model)).status_code == 403


def make_incident(call: Call | None) -> Incident:
    return Incident.objects.create(
        call=call, kind="call_lost", cause="ours", key="1", at=NOON
    )

"""Every page of every model opens, and a list costs the same however long it is."""

from collections.abc import Callable

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from routing.models import (
    AccountLimits,
    Agent,
    Calendar,
    CallerEntry,
    CallerList,
    Contact,
    EmergencyClosure,
    EscalationPolicy,
    HttpTool,
    LanguageProfile,
    NumberGroup,
    PhoneNumber,
    Release,
    RoutingRule,
)
from tests import makers_routing as make

MAKERS: dict[type[Model], Callable[[], Model]] = {
    AccountLimits: lambda: AccountLimits.objects.get_or_create()[0],
    Agent: lambda: make.make_agent(make.make_tool()),
    Calendar: lambda: make.make_calendar((0, "08:00", "18:00"), (1, "22:00", "02:00")),
    CallerEntry: lambda: make.make_entry(make.make_list(), "+12025550199"),
    CallerList: lambda: make.make_list("+12025550199", "+1303*"),
    Contact: lambda: make.make_policy().steps.get().contact,
    EmergencyClosure: lambda: EmergencyClosure.objects.create(
        line="All numbers", reason="Fire alarm"
    ),
    EscalationPolicy: lambda: make.make_policy(
        make.make_contact(), make.make_contact()
    ),
    HttpTool: make.make_tool,
    LanguageProfile: lambda: make.make_profile("en-US", "es-US"),
    NumberGroup: lambda: make.make_group(make.make_number()),
    PhoneNumber: make.make_number,
    Release: lambda: make.publish("why"),
    RoutingRule: lambda: make.make_rule(
        make.make_number(),
        hours_match="open",
        calendar=make.make_calendar((0, "08:00", "18:00")),
    ),
}
MODELS = pytest.mark.parametrize("model", MAKERS, ids=lambda model: model.__name__)
CHANGEABLE = pytest.mark.parametrize(
    "model",
    [m for m in MAKERS if m not in (AccountLimits, EmergencyClosure, Release)],
    ids=lambda model: model.__name__,
)


def address(model: type[Model], page: str, *args: object) -> str:
    name = f"admin:routing_{model._meta.model_name}_{page}"
    return reverse(name, args=[str(arg) for arg in args])


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_every_model_of_the_app_with_a_page_is_tried_here() -> None:
    registered = {m for m in admin.site._registry if m._meta.app_label == "routing"}
    assert registered == MAKERS.keys()


@MODELS
def test_a_list_costs_the_same_with_one_row_and_with_six(
    admin_client: Client, model: type[Model]
) -> None:
    MAKERS[model]()
    url = address(model, "changelist")
    first = queries(admin_client, url)
    for _ in range(5):
        MAKERS[model]()
    assert queries(admin_client, url) == first


@MODELS
def test_a_record_opens(admin_client: Client, model: type[Model]) -> None:
    record = MAKERS[model]()
    page = admin_client.get(address(model, "change", record.pk))
    assert page.status_code == 200


@CHANGEABLE
def test_a_new_record_delete_and_history_open(
    admin_client: Client, model: type[Model]
) -> None:
    record = MAKERS[model]()
    for url in (
        address(model, "add"),
        address(model, "delete", record.pk),
        address(model, "history", record.pk),
    ):
        assert admin_client.get(url).status_code == 200


@MODELS
def test_a_search_opens(admin_client: Client, model: type[Model]) -> None:
    MAKERS[model]()
    page = admin_client.get(address(model, "changelist"), {"q": "1"})
    assert page.status_code == 200

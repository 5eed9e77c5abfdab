"""Blocking a caller from the page of a call."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from routing.core.decision import CallerKind
from routing.models import CallerEntry, CallerList
from tests.calls.carrier import Line, verbs
from tests.makers_calls import make_call
from tests.makers_routing import make_list, make_number, publish

pytestmark = pytest.mark.django_db

DATA = {"reason": "Swears at us", "chosen": "Blocked callers", "lasts": "7"}


@pytest.fixture
def manager(client: Client) -> User:
    user = User.objects.create(username="mia", is_staff=True)
    held = Permission.objects.filter(codename__in=["view_call", "add_callerentry"])
    user.user_permissions.set(held)
    client.force_login(user)
    return user


def page(call: object, name: str = "block") -> str:
    return reverse(f"admin:calls_call_{name}", args=[call.pk])  # type: ignore[attr-defined]


def test_a_blocked_caller_is_turned_away_from_the_next_call_on(
    client: Client, manager: User
) -> None:
    number = make_number()
    publish()
    first = Line(number.e164)
    assert verbs(first.ring())[0] == "Connect"
    text = client.get(page(first.call, "change")).text
    assert page(first.call) in text
    assert "On the list" not in text
    assert client.post(page(first.call), DATA).status_code == 302
    entry = CallerEntry.objects.get()
    assert (entry.caller, entry.reason, entry.author) == (
        first.caller,
        "Swears at us",
        manager,
    )
    assert entry.expires_at is not None
    assert verbs(Line(number.e164).ring()) == ["Reject"]
    assert "Swears at us" in client.get(page(first.call, "change")).text


def test_the_first_block_list_is_made_when_it_is_needed(
    client: Client, manager: User
) -> None:
    call = make_call()
    assert "Blocked callers" in client.get(page(call)).text
    assert not CallerList.objects.exists()
    client.post(page(call), {**DATA, "lasts": "0"})
    assert CallerList.objects.get().kind == "block"
    assert CallerEntry.objects.get().expires_at is None


def test_a_block_list_that_is_there_is_used(client: Client, manager: User) -> None:
    make_list(name="Nuisance"), make_list(name="Friends", kind="vip")
    call = make_call()
    refused = client.post(page(call), {**DATA, "chosen": "Friends"})
    assert refused.status_code == 200
    client.post(page(call), {**DATA, "chosen": "Nuisance"})
    assert CallerEntry.objects.get().caller_list.name == "Nuisance"


def test_a_reason_is_needed(client: Client, manager: User) -> None:
    answer = client.post(page(make_call()), {**DATA, "reason": " "})
    assert "This field is required" in answer.text
    assert not CallerEntry.objects.exists()


def test_who_withholds_the_number_cannot_be_blocked(
    client: Client, manager: User
) -> None:
    call = make_call(caller="Withheld number", caller_kind=CallerKind.WITHHELD)
    assert page(call) not in client.get(page(call, "change")).text
    assert client.post(page(call), DATA).status_code == 403


def test_blocking_needs_the_permission(client: Client, manager: User) -> None:
    manager.user_permissions.set(Permission.objects.filter(codename="view_call"))
    call = make_call()
    assert page(call) not in client.get(page(call, "change")).text
    assert client.post(page(call), DATA).status_code == 403

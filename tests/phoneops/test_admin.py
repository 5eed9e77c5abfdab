"""The pages about people who may log in."""

import pytest
from django.test import Client
from django.urls import reverse


@pytest.mark.parametrize(
    "page",
    [
        "admin:index",
        "admin:auth_user_changelist",
        "admin:auth_user_add",
        "admin:auth_group_changelist",
        "admin:auth_group_add",
        "admin:password_change",
    ],
)
def test_an_administrator_can_open_it(admin_client: Client, page: str) -> None:
    response = admin_client.get(reverse(page))
    assert response.status_code == 200
    assert b"PhoneOps" in response.content


@pytest.mark.parametrize("door", ["/", "/admin"])
def test_the_front_doors_lead_to_the_admin(client: Client, door: str) -> None:
    assert client.get(door)["Location"] == "/admin/"


def test_a_stranger_is_asked_to_log_in(client: Client) -> None:
    response = client.get("/admin/")
    assert response["Location"] == "/admin/login/?next=/admin/"

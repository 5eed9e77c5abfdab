"""The admin's sidebar."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser, User
from django.test import RequestFactory

from phoneops import navigation


def titles(user: User | AnonymousUser, rf: RequestFactory) -> list[object]:
    request = rf.get("/admin/")
    request.user = user
    return [group["title"] for group in navigation.sidebar(request)]


def test_every_entry_leads_to_a_list() -> None:
    registered = {model._meta.label for model in admin.site._registry}
    entries = {label for _, items in navigation.GROUPS for _, _, label in items}
    assert entries - {navigation.REPORT} <= registered


def test_an_administrator_sees_all_groups(rf: RequestFactory) -> None:
    groups = [title for title, _ in navigation.GROUPS]
    assert titles(User(is_superuser=True, is_active=True), rf) == groups


@pytest.mark.django_db
def test_who_may_look_at_nothing_sees_nothing(rf: RequestFactory) -> None:
    somebody = User.objects.create_user("somebody", is_staff=True)
    assert titles(somebody, rf) == []

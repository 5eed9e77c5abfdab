"""The first start of a portal."""

import socket
from pathlib import Path

import pytest
from django.contrib.auth import authenticate, get_user_model
from pytest_django import Settings

from phoneops import first_run


@pytest.fixture(autouse=True)
def _own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path


@pytest.mark.django_db
def test_an_administrator_is_made_once_with_a_password_that_is_kept() -> None:
    password = first_run.prepare_admin()
    assert authenticate(username="admin", password=password)
    assert first_run.password_file().stat().st_mode & 0o777 == 0o600
    assert first_run.prepare_admin() == password


@pytest.mark.django_db
def test_a_password_that_was_changed_is_not_shown_any_more() -> None:
    first_run.prepare_admin()
    user = get_user_model().objects.get(username="admin")
    user.set_password("something of their own")
    user.save(update_fields=["password"])
    assert first_run.prepare_admin() == "the one you have set"


@pytest.mark.django_db
def test_an_administrator_of_another_name_is_enough() -> None:
    get_user_model().objects.create_superuser("boss", password="of their own")
    first_run.prepare_admin()
    assert not get_user_model().objects.filter(username="admin").exists()


@pytest.mark.django_db
def test_the_demo_is_published_for_simulated_callers_once() -> None:
    assert first_run.prepare_configuration() == "Release 1"
    assert first_run.prepare_configuration() == "Release 1"


@pytest.mark.django_db
def test_nothing_is_published_for_real_callers(settings: Settings) -> None:
    settings.SIMULATED = False
    assert first_run.prepare_configuration().startswith("none yet")


def test_a_port_that_somebody_listens_on_is_not_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert not first_run.is_free("127.0.0.1", port, patience=0)
    assert first_run.is_free("127.0.0.1", port)

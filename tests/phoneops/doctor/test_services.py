import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from pytest_django import Settings

from phoneops import health
from phoneops.doctor import services
from phoneops.doctor.finding import Finding, Mark
from tests.calls.mail_server import mail_server
from tests.makers_routing import publish


def by_subject() -> dict[str, Finding]:
    return {finding.subject: finding for finding in services.look()}


@pytest.mark.django_db(transaction=True)
def test_everything_it_stands_on_answers() -> None:
    publish()
    found = by_subject()
    assert {finding.mark for finding in found.values()} == {Mark.OK}
    assert list(found) == ["Database", "Broker", "Channel layer", "Release", "Mail"]
    assert found["Release"].says == "release 1 is loaded"


@pytest.mark.django_db(transaction=True)
def test_without_a_release_no_call_is_answered() -> None:
    release = by_subject()["Release"]
    assert release.mark is Mark.FAIL
    assert "publish a release" in release.remedy


async def away() -> str:
    raise ConnectionRefusedError("tcp://secret-host")


def test_without_a_database_nothing_more_is_asked_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(health.PARTS, "database", away)
    monkeypatch.setitem(health.PARTS, "release", away)
    found = by_subject()
    assert found["Database"].mark is found["Release"].mark is Mark.FAIL
    assert "DATABASE_URL" in found["Database"].remedy
    assert found["Release"].says == "unknown without a database"


@pytest.mark.django_db
def test_a_database_of_an_older_version_is_a_failure() -> None:
    assert list(services.look_at_migrations()) == []
    (newest,) = MigrationLoader(connection).graph.leaf_nodes("routing")
    MigrationRecorder(connection).record_unapplied(*newest)
    (finding,) = services.look_at_migrations()
    assert (finding.mark, finding.subject) == (Mark.FAIL, "Database")
    assert "manage.py migrate" in finding.remedy


def smtp(settings: Settings, port: int) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""


def test_a_mail_server_that_opens_is_in_order(settings: Settings) -> None:
    with mail_server() as server:
        smtp(settings, server.port)
        assert services.look_at_mail().mark is Mark.OK


def test_a_mail_server_that_is_away_is_a_failure(settings: Settings) -> None:
    smtp(settings, 9)
    finding = services.look_at_mail()
    assert finding.mark is Mark.FAIL
    assert "EMAIL_URL" in finding.remedy


def test_mails_that_only_become_files_are_fine_while_it_is_simulated(
    settings: Settings, tmp_path: object
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    assert services.look_at_mail().mark is Mark.OK
    settings.SIMULATED = False
    assert services.look_at_mail().mark is Mark.WARN


def test_a_folder_that_cannot_take_mails_is_a_failure(
    settings: Settings, tmp_path: object
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = __file__
    assert services.look_at_mail().mark is Mark.FAIL


def test_made_up_senders_are_pointed_out_in_production(settings: Settings) -> None:
    assert list(services.look_at_senders()) == []
    settings.SIMULATED = False
    assert [finding.remedy for finding in services.look_at_senders()] == [
        "Set DEFAULT_FROM_EMAIL.",
        "Set TEAM_EMAILS.",
    ]

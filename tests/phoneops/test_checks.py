"""What the system checks say of settings that cannot work."""

import pytest
from pytest_django import Settings

from phoneops import checks
from phoneops.checks import check_settings


def ids() -> list[str | None]:
    return [message.id for message in check_settings(None)]


def test_the_simulated_default_is_in_order() -> None:
    assert ids() == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", "phoneops.E003"),
        ("http://phones.example.com", "phoneops.E004"),
        ("phones.example.com", "phoneops.E004"),
        ("https://phones.example.com/", "phoneops.E005"),
        ("https://phones.example.com/portal", "phoneops.E005"),
        ("https://me@phones.example.com", "phoneops.E005"),
    ],
)
def test_the_public_address_must_be_an_https_origin(
    settings: Settings, url: str, expected: str
) -> None:
    settings.PUBLIC_BASE_URL = url
    assert expected in ids()


def test_keys_that_are_partly_set_are_named(settings: Settings) -> None:
    settings.OPENAI_PROJECT_ID = ""
    settings.TWILIO_AUTH_TOKENS = []
    (message,) = check_settings(None)
    assert message.id == "phoneops.E002"
    assert "TWILIO_AUTH_TOKEN, OPENAI_PROJECT_ID" in message.msg
    assert message.hint


def test_a_missing_secret_key_is_reported(settings: Settings) -> None:
    settings.SECRET_KEY = ""
    assert ids() == ["phoneops.E001"]


def test_one_embedded_engine_beside_a_real_one_is_worth_a_warning(
    settings: Settings,
) -> None:
    settings.EMBEDDED_DATABASE, settings.EMBEDDED_REDIS = True, False
    (message,) = check_settings(None)
    assert message.msg == "REDIS_URL is set but DATABASE_URL is not."


def test_another_database_than_postgresql_is_refused() -> None:
    for url in ("sqlite:///phones.db", "mysql://me:secret@host:3306/phones", "phones"):
        (message,) = checks.check_database(url)
        assert message.id == "phoneops.E006"

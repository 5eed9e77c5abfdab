"""Settings, read anew from an environment of each test's own."""

import os
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import environ
import pytest

from phoneops.places import find_places

Read = Callable[..., dict[str, Any]]
KEYS = {
    "TWILIO_ACCOUNT_SID": "AC-of-a-test",
    "TWILIO_AUTH_TOKEN": "present, former",
    "OPENAI_API_KEY": "key-of-a-test",
    "PUBLIC_BASE_URL": "https://phones.example.com",
    "SECRET_KEY": "secret-of-a-test",
}


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Read:
    def read_settings(**values: str) -> dict[str, Any]:
        fresh = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path / "var")}
        fresh |= {"ENV_FILE": str(tmp_path / "env"), **values}
        mapping = environ.fileaware_mapping.FileAwareMapping(fresh)
        monkeypatch.setattr(environ.FileAwareEnv, "ENVIRON", mapping)
        return runpy.run_path("phoneops/settings.py")

    return read_settings


def test_without_keys_everything_is_simulated(read: Read) -> None:
    settings = read(SIMULATOR_PORT="8123")
    assert settings["SIMULATED"]
    assert settings["OPENAI_BASE_URL"] == "http://127.0.0.1:8123/v1"
    assert settings["TWILIO_API_BASE_URL"] == "http://127.0.0.1:8123"
    assert settings["RELAY_URL"] == "wss://phoneops.test/twilio/relay/"
    assert "phoneops.test" in settings["ALLOWED_HOSTS"]


def test_with_keys_the_real_providers_are_called(read: Read) -> None:
    settings = read(**KEYS)
    assert not settings["SIMULATED"]
    assert settings["OPENAI_BASE_URL"] == "https://api.openai.com/v1"
    assert settings["TWILIO_API_BASE_URL"] == "https://api.twilio.com"
    assert settings["RELAY_URL"] == "wss://phones.example.com/twilio/relay/"


def test_one_provider_key_is_enough_to_leave_the_simulation(read: Read) -> None:
    settings = read(OPENAI_API_KEY="key-of-a-test")
    assert not settings["SIMULATED"]
    assert settings["TWILIO_AUTH_TOKENS"] == []
    assert settings["SECRET_KEY"] == ""


def test_a_token_that_is_being_replaced_is_a_list(read: Read) -> None:
    settings = read(**KEYS, OPENAI_WEBHOOK_SECRET="new,old")
    assert settings["TWILIO_AUTH_TOKENS"] == ["present", "former"]
    assert settings["TWILIO_AUTH_TOKEN"] == "present"
    assert settings["OPENAI_WEBHOOK_SECRETS"] == ["new", "old"]


@pytest.mark.parametrize(
    "name", ["SECRET_KEY", "OPENAI_API_KEY", "DATABASE_URL", "REDIS_URL", "SENTRY_DSN"]
)
def test_a_secret_can_come_from_a_file(read: Read, tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_text("postgres://from-a-file\n")
    settings = read(**{**KEYS, name: "", f"{name}_FILE": str(tmp_path / "secret")})
    assert settings[name] == "postgres://from-a-file"


def test_values_can_come_from_an_env_file(read: Read, tmp_path: Path) -> None:
    (tmp_path / "env").write_text("TEAM_EMAILS=desk@example.com,sales@example.com\n")
    settings = read()
    assert settings["TEAM_EMAILS"] == ["desk@example.com", "sales@example.com"]


def test_without_addresses_the_embedded_engines_are_used(
    read: Read, tmp_path: Path
) -> None:
    settings = read()
    places = find_places(tmp_path / "var")
    assert settings["DATABASES"]["default"]["HOST"] == str(places.run)
    assert settings["REDIS_URL"] == places.redis_url
    assert settings["CELERY_BROKER_URL"] == f"redis+socket://{places.valkey_socket}"
    assert settings["EMBEDDED_DATABASE"]
    assert settings["EMBEDDED_REDIS"]


def test_given_addresses_are_used(read: Read) -> None:
    settings = read(
        DATABASE_URL="postgres://me:word@db.example.com:5432/calls",
        REDIS_URL="rediss://broker.example.com:6380/1",
    )
    assert settings["DATABASES"]["default"]["HOST"] == "db.example.com"
    assert settings["CELERY_BROKER_URL"] == "rediss://broker.example.com:6380/1"
    assert not settings["EMBEDDED_DATABASE"]


def test_the_secret_key_is_made_up_once_for_us_alone(
    read: Read, tmp_path: Path
) -> None:
    first = read()["SECRET_KEY"]
    assert read()["SECRET_KEY"] == first
    assert len(first) >= 50
    assert (tmp_path / "var" / "secret-key").stat().st_mode & 0o777 == 0o600


def test_mails_are_written_to_files_until_a_server_is_named(
    read: Read, tmp_path: Path
) -> None:
    assert read()["EMAIL_FILE_PATH"] == str(tmp_path / "var" / "mail")
    named = read(EMAIL_URL="smtp+tls://me:word@mail.example.com:587")
    assert (named["EMAIL_HOST"], named["EMAIL_USE_TLS"]) == ("mail.example.com", True)


def test_cookies_are_for_https_only_with_real_callers(read: Read) -> None:
    assert not read()["SESSION_COOKIE_SECURE"]
    assert read(**KEYS)["SESSION_COOKIE_SECURE"]

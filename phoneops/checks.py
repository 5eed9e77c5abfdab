"""System checks: settings that are missing or contradict each other.

They run at every start, so a deployment fails with the setting's name and a hint
instead of with its first call.
"""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.exceptions import ImproperlyConfigured

PROVIDER_SETTINGS = {
    "TWILIO_ACCOUNT_SID": "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKENS": "TWILIO_AUTH_TOKEN",
    "OPENAI_API_KEY": "OPENAI_API_KEY",
    "OPENAI_PROJECT_ID": "OPENAI_PROJECT_ID",
    "OPENAI_WEBHOOK_SECRETS": "OPENAI_WEBHOOK_SECRET",
}
POSTGRESQL = ("postgres", "postgresql", "psql", "pgsql")


@register()
def check_settings(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    return [
        *check_secret_key(),
        *check_provider_keys(),
        *check_public_base_url(settings.PUBLIC_BASE_URL),
        *check_storage(),
        *check_database(settings.DATABASE_URL),
    ]


def check_secret_key() -> Iterator[CheckMessage]:
    try:
        present = bool(settings.SECRET_KEY)
    except ImproperlyConfigured:  # what the settings object says of an empty key
        present = False
    if not present:
        yield Error(
            "SECRET_KEY is not set.",
            hint="Set SECRET_KEY or SECRET_KEY_FILE to a long random text. It signs "
            "sessions; keep it the same across restarts.",
            id="phoneops.E001",
        )


def check_provider_keys() -> Iterator[CheckMessage]:
    missing = [
        variable
        for setting, variable in PROVIDER_SETTINGS.items()
        if not getattr(settings, setting)
    ]
    if missing:
        yield Error(
            f"Some provider keys are set, but not {', '.join(missing)}.",
            hint="Set all of them (each also as NAME_FILE), or none: without any "
            "keys the portal runs with simulated callers.",
            id="phoneops.E002",
        )


def check_public_base_url(url: str) -> Iterator[CheckMessage]:
    hint = (
        "Set PUBLIC_BASE_URL to the origin that the providers call, exactly, such "
        "as https://phones.example.com. Their signatures are checked against it."
    )
    if not url:
        yield Error("PUBLIC_BASE_URL is not set.", hint=hint, id="phoneops.E003")
        return
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        yield Error(
            "PUBLIC_BASE_URL does not start with https:// and a host name.",
            hint=hint,
            id="phoneops.E004",
        )
    if parts.path or parts.query or parts.fragment or parts.username:
        yield Error(
            "PUBLIC_BASE_URL has more than an origin (a path, a slash at its end, "
            "a query or a user).",
            hint=hint,
            id="phoneops.E005",
        )


def check_storage() -> Iterator[CheckMessage]:
    if settings.EMBEDDED_DATABASE != settings.EMBEDDED_REDIS:
        given, absent = ("REDIS_URL", "DATABASE_URL")
        if settings.EMBEDDED_REDIS:
            given, absent = absent, given
        yield Warning(
            f"{given} is set but {absent} is not.",
            hint=f"The embedded engine serves in its place on this machine only. "
            f"Set {absent} before a second machine takes calls.",
            id="phoneops.W001",
        )


def check_database(url: str) -> Iterator[CheckMessage]:
    if urlsplit(url).scheme not in POSTGRESQL:
        yield Error(
            "DATABASE_URL does not name a PostgreSQL database.",
            hint="Use postgres://user:password@host:5432/name.",
            id="phoneops.E006",
        )

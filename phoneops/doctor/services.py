"""What the portal stands on: its stores, a published release, and mail."""

import asyncio
from collections.abc import Iterator

from asgiref.sync import async_to_sync
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import get_connection
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from phoneops import health
from phoneops.doctor.finding import Finding, fail, ok, warn

DATABASE, RELEASE, MAIL = "Database", "Release", "Mail"
MAIL_SECONDS = 10
MADE_UP = "@phoneops.test"
REMEDIES = {
    "database": "Start the portal with `make run`, or check DATABASE_URL.",
    "broker": "Start the portal with `make run`, or check REDIS_URL.",
    "channel layer": "It uses the broker: check REDIS_URL.",
    "release": "Log in and publish a release; until then no call is answered.",
}


def look() -> Iterator[Finding]:
    works = False
    for part, (in_order, words) in async_to_sync(ask_all)().items():
        subject = part.capitalize()
        if in_order:
            yield ok(subject, words)
        elif part == "release" and not works:
            yield fail(subject, "unknown without a database", REMEDIES["database"])
        else:
            yield fail(subject, words, REMEDIES[part])
        works = works or (part == "database" and in_order)
    if works:
        yield from look_at_migrations()
    yield look_at_mail()
    yield from look_at_senders()


async def ask_all() -> dict[str, tuple[bool, str]]:
    answers = await asyncio.gather(*map(health.ask, health.PARTS.values()))
    return dict(zip(health.PARTS, answers, strict=True))


def look_at_migrations() -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        yield fail(
            DATABASE,
            f"{len(waiting)} change(s) of this version have not been made to it",
            "Run `manage.py migrate`.",
        )


def look_at_mail() -> Finding:
    kept = settings.EMAIL_BACKEND.endswith(".filebased.EmailBackend")
    try:
        server = get_connection(timeout=MAIL_SECONDS)
        if not kept:  # opening would leave an empty file behind
            server.open()
            server.close()
    except (OSError, ImproperlyConfigured) as error:  # SMTP's errors are OSErrors
        return fail(
            MAIL,
            f"the server could not be reached, or refused us ({type(error).__name__})",
            "Check EMAIL_URL: the host, the port, the user and the password.",
        )
    if not kept:
        return ok(MAIL, "the server takes our mail")
    words = f"kept as files in {getattr(settings, 'EMAIL_FILE_PATH', '')}"
    if settings.SIMULATED:
        return ok(MAIL, words)
    remedy = "Set EMAIL_URL, such as smtp+tls://user:password@host:587."
    return warn(MAIL, f"{words} and sent to nobody", remedy)


def look_at_senders() -> Iterator[Finding]:
    named = {
        "DEFAULT_FROM_EMAIL": [settings.DEFAULT_FROM_EMAIL],
        "TEAM_EMAILS": settings.TEAM_EMAILS,
    }
    for name, addresses in named.items():
        made_up = any(address.endswith(MADE_UP) for address in addresses)
        if made_up and not settings.SIMULATED:
            yield warn(MAIL, f"{name} is a made-up address", f"Set {name}.")

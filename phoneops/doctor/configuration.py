"""The settings: what the system checks say, and what only an operator can judge."""

import binascii
import ipaddress
import json
import urllib.request
from base64 import b64decode
from collections.abc import Iterator
from http.client import HTTPException
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import ERROR

from phoneops.checks import check_settings
from phoneops.doctor.finding import Finding, Mark, fail, ok, warn

SETTINGS, ADDRESS, SECRETS = "Settings", "Public address", "OpenAI settings"
PATIENCE_SECONDS = 5.0
OUTSIDE_NAMES = (".local", ".internal", ".localhost", ".lan", ".test", ".invalid")
OPENAI_HOST, PREFIX = "api.openai.com", "whsec_"


def look() -> Iterator[Finding]:
    problems = check_settings(None)
    for problem in problems:
        mark = Mark.FAIL if problem.level >= ERROR else Mark.WARN
        yield Finding(mark, SETTINGS, problem.msg, problem.hint or "")
    if not problems:
        providers = "simulated" if settings.SIMULATED else "with the providers' keys"
        yield ok(SETTINGS, f"complete, {providers}")
    if settings.SIMULATED:
        yield ok(ADDRESS, f"{settings.PUBLIC_BASE_URL}, known to the simulator only")
    else:
        yield from look_at_production()


def look_at_production() -> Iterator[Finding]:
    if settings.DEBUG:
        yield warn(
            SETTINGS,
            "DEBUG is on, so pages of errors show what callers said",
            "Set DEBUG=false.",
        )
    yield from look_at_address(settings.PUBLIC_BASE_URL)
    yield from look_at_secrets(settings.OPENAI_WEBHOOK_SECRETS)
    yield from look_at_project()


def look_at_address(url: str) -> Iterator[Finding]:
    host = urlsplit(url).hostname or ""
    if not is_public(host):
        yield fail(
            ADDRESS,
            f"{url or 'nothing'} is no address that the providers can reach",
            "Set PUBLIC_BASE_URL to the https:// origin of the proxy in front of the "
            "portal, such as https://phones.example.com.",
        )
    elif problem := why_unreachable(url):
        yield warn(
            ADDRESS,
            f"{url} {problem}",
            "Check the proxy, its certificate and its way to the portal. Some "
            "networks cannot reach their own public address: then try from outside.",
        )
    else:
        yield ok(ADDRESS, f"{url} leads to a portal")


def is_public(host: str) -> bool:
    """By its form; whether anybody answers there is another question."""
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith(OUTSIDE_NAMES)


def why_unreachable(url: str) -> str:
    try:
        with urllib.request.urlopen(
            f"{url}/healthz", timeout=PATIENCE_SECONDS
        ) as answer:
            alive = json.loads(answer.read(1000)).get("status") == "alive"
    except (OSError, HTTPException) as error:
        return f"could not be reached from here ({type(error).__name__})"
    except (ValueError, AttributeError):
        alive = False
    return "" if alive else "is answered by something that is not this portal"


def look_at_secrets(secrets: list[str]) -> Iterator[Finding]:
    if all(map(is_signing_secret, secrets)):
        yield ok(SECRETS, f"{len(secrets)} webhook secret(s)")
    else:
        yield warn(
            SECRETS,
            "OPENAI_WEBHOOK_SECRET does not look like the provider's own",
            f"Copy it anew: the signing secret of the webhook begins with {PREFIX}. "
            "With a wrong one every call on the sip path is refused.",
        )


def is_signing_secret(secret: str) -> bool:
    try:
        return bool(b64decode(secret.removeprefix(PREFIX), validate=True)) and (
            secret.startswith(PREFIX)
        )
    except binascii.Error:
        return False


def look_at_project() -> Iterator[Finding]:
    """Calls that enter through one region cannot be answered through another."""
    if not settings.OPENAI_PROJECT_ID.startswith("proj_"):
        yield warn(
            SECRETS,
            "OPENAI_PROJECT_ID does not look like the id of a project",
            "Copy it from the project's general settings: it begins with proj_.",
        )
    rest = urlsplit(settings.OPENAI_BASE_URL).hostname or ""
    sip = settings.OPENAI_SIP_HOST
    if rest.endswith(OPENAI_HOST) and sip != sip_host_of(rest):
        yield warn(
            SECRETS,
            f"calls enter at {sip} and are answered through {rest}",
            f"These are two regions. Set OPENAI_SIP_HOST={sip_host_of(rest)}, or "
            "OPENAI_BASE_URL to the region of that host.",
        )


def sip_host_of(rest_host: str) -> str:
    """eu.api.openai.com goes with sip-eu.api.openai.com."""
    region = rest_host.removesuffix(OPENAI_HOST).rstrip(".")
    return f"sip-{region}.{OPENAI_HOST}" if region else f"sip.{OPENAI_HOST}"

"""OpenAI: does it let us in, offer the models in use, and call us back?"""

from collections.abc import Iterator, Mapping
from datetime import date

from django.conf import settings
from django.utils import timezone

from calls.errors import ProviderError
from calls.providers.openai_realtime.control import Account
from calls.providers.openai_realtime.endpoints import Endpoint, list_endpoints
from calls.providers.openai_realtime.listing import list_models
from calls.services.retiring_models import NOTICE
from phoneops.doctor.finding import Finding, fail, ok, warn, way_out
from routing.core.model_life import (
    TRANSCRIPTION,
    Dates,
    Retiring,
    Use,
    retirement,
    users_of,
)
from routing.core.ruleset import Path, Ruleset

OPENAI, WEBHOOK = "OpenAI", "OpenAI webhook"
INCOMING = "realtime.call.incoming"
REFUSED = ("401", "403")
CHOOSE = "Choose another one at the agent in the admin, and publish."

Listed = Mapping[str, date | None]


def look(ruleset: Ruleset, learned: Dates) -> Iterator[Finding]:
    account = Account(
        settings.OPENAI_API_KEY, settings.OPENAI_BASE_URL, settings.OPENAI_PROJECT_ID
    )
    try:
        listed = list_models(account)
    except ProviderError as problem:
        yield unreachable(problem)
        return
    yield ok(OPENAI, f"answers; {len(listed)} models to choose from")
    dates = {model: day for model, day in listed.items() if day is not None}
    known = {**learned, **dates}
    for use, agents in users_of(ruleset).items():
        yield look_at_model(use, [a.name for a in agents], listed, known)
    yield from look_at_webhook(account, ruleset)


def unreachable(problem: ProviderError) -> Finding:
    if problem.code in REFUSED:
        remedy = (
            "Check OPENAI_API_KEY and OPENAI_PROJECT_ID: the key must belong to the "
            "project and be allowed to list models."
        )
    else:
        remedy = way_out("OPENAI_BASE_URL")
    return fail(OPENAI, str(problem), remedy)


def look_at_model(use: Use, agents: list[str], listed: Listed, known: Dates) -> Finding:
    subject, today = use.purpose.capitalize(), timezone.localdate()
    who = f"used by {', '.join(agents)}"
    day = retirement(use.model, known)
    if day is not None and day <= today + NOTICE:
        words = Retiring(use, day).words(today).removeprefix(f"{use.purpose} ")
        tell = fail if day <= today else warn
        return tell(subject, f"{words}; {who}", CHOOSE)
    if use.model not in listed:
        # There are further ones to fall back on; a call goes on without it, too.
        tell = warn if use.purpose == TRANSCRIPTION else fail
        return tell(subject, f"{use.model} is not offered to us; {who}", CHOOSE)
    end = f" until {day.day} {day:%B %Y}" if day else ""
    return ok(subject, f"{use.model}{end}, {who}")


def look_at_webhook(account: Account, ruleset: Ruleset) -> Iterator[Finding]:
    lines = [n.label for n in ruleset.numbers.values() if n.path is Path.SIP]
    ours = f"{settings.PUBLIC_BASE_URL}/openai/webhook/"
    if settings.SIMULATED or not lines:
        return
    remedy = (
        f"In the OpenAI project's settings, let a webhook for {INCOMING} go to {ours}, "
        "and put its signing secret into OPENAI_WEBHOOK_SECRET."
    )
    try:
        endpoints = list_endpoints(account)
    except ProviderError:
        yield warn(WEBHOOK, "the key may not see where webhooks go", remedy)
        return
    if not any(is_ours(endpoint, ours) for endpoint in endpoints):
        who = ", ".join(lines)
        yield fail(
            WEBHOOK, f"no webhook for calls comes to us; needed by {who}", remedy
        )
    else:
        yield ok(WEBHOOK, f"comes to {ours}")


def is_ours(endpoint: Endpoint, url: str) -> bool:
    return endpoint.url == url and INCOMING in endpoint.events

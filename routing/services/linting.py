"""What is wrong with a configuration, with all that is known here besides it."""

from datetime import date, datetime
from functools import lru_cache

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from routing.core.compile import compile_snapshot
from routing.core.errors import BadSnapshot
from routing.core.lint import Finding, Known, Level, lint
from routing.services import caller_lists, model_life
from routing.services.remembered import Same
from routing.services.snapshot import Snapshot
from routing.services.wording import SECTIONS


def known(now: datetime | None = None) -> Known:
    now = now or timezone.now()
    secrets = frozenset(name for name, value in settings.TOOL_SECRETS.items() if value)
    return Known(now, model_life.learned(), secrets, caller_lists.with_somebody(now))


def findings(snapshot: Snapshot) -> list[Finding]:
    """A snapshot that cannot be compiled has one, which says where."""
    with_it = known(timezone.now().replace(second=0, microsecond=0))
    stops = tuple(sorted(with_it.stops.items()))
    rest = (with_it.secrets, with_it.listed)
    return list(findings_in(Same(snapshot), with_it.now, stops, *rest))


@lru_cache(maxsize=4)
def findings_in(
    draft: Same,
    minute: datetime,
    stops: tuple[tuple[str, date], ...],
    secrets: frozenset[str],
    listed: frozenset[str],
) -> tuple[Finding, ...]:
    try:
        ruleset = compile_snapshot(0, draft.snapshot)
    except BadSnapshot as problem:
        return (broken(str(problem)),)
    return tuple(lint(ruleset, Known(minute, dict(stops), secrets, listed)))


def broken(problem: str) -> Finding:
    """Of the configuration as a whole."""
    return Finding(Level.ERROR, "", "", "", "Configuration", f"{problem}.", "")


def address(finding: Finding) -> str:
    """The field where it is put right; empty for what is about no record."""
    model = SECTIONS.get(finding.section)
    if model is None:
        return ""
    name = f"admin:routing_{model._meta.model_name}_change"
    return f"{reverse(name, args=[finding.key])}?look={finding.field}"

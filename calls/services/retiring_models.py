"""Telling managers in time that a model which calls need will stop."""

from datetime import datetime, timedelta

from calls.core.words import CauseOwner, IncidentKind
from calls.services import incidents
from routing.core.model_life import Retiring, retiring_in
from routing.core.ruleset import Ruleset
from routing.services import model_life

NOTICE = timedelta(days=60)


def report(ruleset: Ruleset, now: datetime) -> int:
    """How many stop soon. Each is reported once, and once more when it has stopped."""
    ending = retiring_in(ruleset, model_life.learned(), before=(now + NOTICE).date())
    for one in ending:
        has_stopped = one.stops <= now.date()
        incidents.report(
            IncidentKind.MODEL_RETIRING,
            CauseOwner.CONFIGURATION,
            key=f"{one.use.purpose} {one.use.model}: "
            + ("stopped" if has_stopped else f"stops {one.stops}"),
            now=now,
            detail=f"The {one.words(now.date())}. {who(one)}",
        )
    return len(ending)


def who(one: Retiring) -> str:
    names = ", ".join(f"“{name}”" for name in one.agents)
    noun, verb = ("Agent", "uses") if len(one.agents) == 1 else ("Agents", "use")
    return f"{noun} {names} {verb} it: choose another one there, and publish."

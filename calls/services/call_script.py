"""What a call was decided under: its release, its sentences, its policy."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from calls.core.script import Script
from calls.models import Call
from routing.core.ruleset import Ruleset
from routing.errors import NoRelease, UnknownRelease
from routing.services import live

NO_RELEASE = Ruleset(number=0)
TRIED: ContextVar[Ruleset | None] = ContextVar("ruleset that is tried", default=None)


@contextmanager
def under(ruleset: Ruleset) -> Iterator[None]:
    """Calls within are decided and run under this one: for calls that are made up."""
    token = TRIED.set(ruleset)
    try:
        yield
    finally:
        TRIED.reset(token)


def ruleset_of(call: Call) -> Ruleset:
    """A later release never changes a call in progress."""
    tried = TRIED.get()
    if tried is not None:
        return tried
    if not call.release_number:
        return NO_RELEASE
    try:
        return live.ruleset(call.release_number)
    except UnknownRelease:
        # A restored database may lack it; the caller is on the line nevertheless.
        return NO_RELEASE


def newest() -> Ruleset:
    try:
        return live.current()
    except NoRelease:
        return NO_RELEASE


def script_of(call: Call) -> Script:
    profile = ruleset_of(call).profiles.get(call.profile_key)
    usable = profile if profile and profile.languages else None
    return Script(usable, call.language)

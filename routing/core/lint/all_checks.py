from collections.abc import Callable, Iterator

from routing.core.lint.callers import kept_for_nobody, nobody_on_the_list
from routing.core.lint.cover import uncovered
from routing.core.lint.finding import Finding, Known, Level
from routing.core.lint.limits import limits_that_cannot_hold
from routing.core.lint.models import models_that_stop
from routing.core.lint.people import unreachable_people
from routing.core.lint.reach import unreachable_rules
from routing.core.lint.sentences import foreign_sentences
from routing.core.lint.speech import failing_speech
from routing.core.lint.targets import missing_targets
from routing.core.lint.tools import tools_without_secret
from routing.core.lint.trunks import what_trunks_cannot
from routing.core.ruleset import Ruleset

Check = Callable[[Ruleset, Known], Iterator[Finding]]

CHECKS: tuple[Check, ...] = (
    missing_targets,
    failing_speech,
    foreign_sentences,
    unreachable_people,
    unreachable_rules,
    nobody_on_the_list,
    what_trunks_cannot,
    uncovered,
    models_that_stop,
    limits_that_cannot_hold,
    kept_for_nobody,
    tools_without_secret,
)


def lint(ruleset: Ruleset, known: Known) -> list[Finding]:
    """Errors first, else in the order in which a manager thinks of things."""
    found = [finding for check in CHECKS for finding in check(ruleset, known)]
    return sorted(found, key=lambda finding: finding.level is not Level.ERROR)

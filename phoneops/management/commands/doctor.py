"""Looks at everything a call depends on, and says what to do where something is wrong.

Ends with 1 if a call would fail. Looking changes nothing.
"""

import logging
import sys
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand

from phoneops.doctor import carrier, configuration, models, services
from phoneops.doctor.finding import MARK_WIDTH, Finding, Mark, summary
from routing.core.ruleset import Ruleset
from routing.errors import NoRelease
from routing.services import live, model_life


class Command(BaseCommand):
    help = "Check this installation: settings, stores, providers, numbers and models."
    # What they find is part of the table.
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        logging.disable(logging.WARNING)  # the table says it better
        try:
            marks = [self.tell(finding) for finding in look()]
        finally:
            logging.disable(logging.NOTSET)
        self.stdout.write(f"\n{summary(marks)}")
        if Mark.FAIL in marks:
            sys.exit(1)

    def tell(self, finding: Finding) -> Mark:
        """At once: looking takes a while where something does not answer."""
        styles = {
            Mark.OK: self.style.SUCCESS,
            Mark.WARN: self.style.WARNING,
            Mark.FAIL: self.style.ERROR,
        }
        first, *rest = finding.lines()
        self.stdout.write(styles[finding.mark](first[:MARK_WIDTH]) + first[MARK_WIDTH:])
        for line in rest:
            self.stdout.write(line)
        self.stdout.flush()
        return finding.mark


def look() -> Iterator[Finding]:
    yield from configuration.look()
    readable = True
    for finding in services.look():
        readable = readable and not is_unreadable(finding)
        yield finding
    ruleset = published() if readable else Ruleset(0)
    yield from carrier.look(ruleset.numbers.values())
    yield from models.look(ruleset, model_life.learned() if readable else {})


def is_unreadable(finding: Finding) -> bool:
    return finding.subject == services.DATABASE and finding.mark is Mark.FAIL


def published() -> Ruleset:
    try:
        return live.current()
    except NoRelease:
        return Ruleset(0)

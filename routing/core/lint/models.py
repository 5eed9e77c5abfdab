"""Models that will have stopped before anybody thinks of them."""

from collections.abc import Iterator
from datetime import timedelta

from routing.core.lint.finding import Finding, Known, error, warning
from routing.core.model_life import TEXT, VOICE, Retiring, retirement, users_of
from routing.core.ruleset import Ruleset

SOON = timedelta(days=90)
FIELDS = {TEXT: "model", VOICE: "voice_model"}


def models_that_stop(ruleset: Ruleset, known: Known) -> Iterator[Finding]:
    for use, agents in users_of(ruleset).items():
        stops = retirement(use.model, known.stops)
        if stops is None or stops > known.today + SOON:
            continue
        make = error if stops <= known.today else warning
        words = Retiring(use, stops).words(known.today)
        for agent in agents:
            yield make(
                "agents",
                agent.key,
                FIELDS.get(use.purpose, "transcription_models"),
                f"Agent “{agent.name}”",
                f"The {words}.",
                "Choose another.",
            )

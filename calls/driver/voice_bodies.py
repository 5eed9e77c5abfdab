"""The bodies to accept a call with, the best one first.

A body that is refused is no reason to lose the call: the transcript goes before the
tools do, and the smallest body is known to work.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from calls.core.prompt import instructions_for
from calls.core.tools import definitions_for
from calls.providers.openai_realtime.session_body import (
    KNOWN_GOOD_MODEL,
    BadSession,
    session_body,
    smallest_body,
)
from calls.services.engine_claims import Accept
from routing.core.ruleset import Ruleset


@dataclass(frozen=True, slots=True)
class Body:
    """`lacks` says in a manager's words what was left out, or nothing."""

    content: Mapping[str, object]
    model: str
    transcription_model: str = ""
    lacks: str = ""

    @property
    def whole(self) -> bool:
        """Everything but, perhaps, the transcript."""
        return "tools" in self.content


def bodies(accept: Accept, ruleset: Ruleset) -> list[Body]:
    """Raises KeyError if the release lacks the call's agent or profile."""
    agent = ruleset.agents[accept.agent]
    languages = [entry.code for entry in ruleset.profiles[accept.profile].languages]
    instructions = instructions_for(
        agent, number_label=accept.number_label, languages=languages
    )
    voice = agent.voice
    found: list[Body] = []
    for transcription, lacks in choices(voice.transcription_models):
        try:
            content = session_body(
                voice,
                instructions=instructions,
                tools=definitions_for(agent, languages=languages),
                languages=languages,
                transcription_model=transcription or None,
            )
        except BadSession:
            break  # whatever it is, it is the same in all of them
        found.append(Body(content, voice.model, transcription, lacks))
    lacks = "The voice settings were refused, so the agent spoke without its tools."
    return [*found, Body(smallest_body(instructions), KNOWN_GOOD_MODEL, lacks=lacks)]


def choices(models: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for place, model in enumerate(models):
        instead = f"The transcript was made by {model}, the first choice was refused."
        yield model, instead if place else ""
    yield "", "The call has no transcript of the caller." if models else ""

"""When the provider's models stop.

The table is what was announced when this was written; the sources are
https://developers.openai.com/api/docs/deprecations and, for the voice models,
https://docs.retellai.com/deprecation-notice/2027/01-19_model_replacements, both as of
2026-11-22. What the provider's own list of models has said since is passed in as
`learned` and comes first. A model in neither has no announced end.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from routing.core.ruleset import Agent, Path, Ruleset, VoiceSettings

Dates = Mapping[str, date]
NOTHING_LEARNED: Dates = MappingProxyType({})

ANNOUNCED: Mapping[date, tuple[str, ...]] = {
    date(2026, 12, 11): ("gpt-5", "gpt-5-mini", "gpt-5-nano", "gpt-5-pro", "o3"),
    date(2027, 1, 6): ("tts-1", "tts-1-hd", "gpt-4o-mini-tts"),
    date(2027, 1, 14): ("gpt-4o", "gpt-4o-mini", "gpt-4.1", "gpt-4.1-mini"),
    date(2027, 1, 20): ("gpt-realtime", "gpt-realtime-mini", "gpt-audio-mini"),
    date(2027, 2, 26): (
        "whisper-1",
        "gpt-4o-transcribe",
        "gpt-4o-mini-transcribe",
        "gpt-4o-transcribe-diarize",
    ),
    date(2027, 4, 1): ("gpt-5.1", "gpt-5.4-nano"),
}
STOPS: Dates = {model: day for day, models in ANNOUNCED.items() for model in models}
# gpt-realtime-2025-08-28 is gpt-realtime as it was on that day, and stops with it.
SNAPSHOT = re.compile(r"(?P<model>.+)-\d{4}-\d{2}-\d{2}")

TEXT, VOICE, TRANSCRIPTION = "language model", "voice model", "transcription model"


def retirement(model: str, learned: Dates = NOTHING_LEARNED) -> date | None:
    snapshot = SNAPSHOT.fullmatch(model)
    for name in (model, snapshot["model"]) if snapshot else (model,):
        if day := learned.get(name) or STOPS.get(name):
            return day
    return None


@dataclass(frozen=True, slots=True)
class Use:
    model: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Retiring:
    """A model in use that stops. `agents` are the names of those who use it."""

    use: Use
    stops: date
    agents: tuple[str, ...] = ()

    def words(self, today: date) -> str:
        """ "voice model gpt-realtime stops on 20 January 2027" """
        verb = "stops" if today < self.stops else "stopped"
        day = f"{self.stops.day} {self.stops:%B %Y}"
        return f"{self.use.purpose} {self.use.model} {verb} on {day}"


def uses(model: str, voice: VoiceSettings) -> list[Use]:
    return [
        Use(model, TEXT),
        Use(voice.model, VOICE),
        *(Use(name, TRANSCRIPTION) for name in voice.transcription_models),
    ]


def retiring(found: Iterable[Use], learned: Dates) -> list[Retiring]:
    """Those of them that stop, the first to stop first."""
    dated = [(use, retirement(use.model, learned)) for use in found]
    ending = [Retiring(use, day) for use, day in dated if day is not None]
    return sorted(ending, key=lambda one: one.stops)


def retiring_in(ruleset: Ruleset, learned: Dates, *, before: date) -> list[Retiring]:
    """What calls of this release need and will not have. Of voices only where a line

    is answered speech to speech.
    """
    users = users_of(ruleset)
    return [
        Retiring(one.use, one.stops, tuple(agent.name for agent in users[one.use]))
        for one in retiring(users, learned)
        if one.stops <= before
    ]


def users_of(ruleset: Ruleset) -> dict[Use, list[Agent]]:
    speaks = any(n.active and n.path is Path.SIP for n in ruleset.numbers.values())
    users: dict[Use, list[Agent]] = {}
    for agent in ruleset.agents.values():
        for use in uses(agent.model, agent.voice):
            if speaks or use.purpose == TEXT:
                users.setdefault(use, []).append(agent)
    return users

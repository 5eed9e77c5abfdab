"""What a told call is made of, and how journal values are put into words."""

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from calls.core.tools import (
    COLLECT_FIELD,
    END_CALL,
    SWITCH_LANGUAGE,
    TAKE_MESSAGE,
    TRANSFER_TO_PERSON,
)
from calls.core.words import AttemptResult, Ending


class Look(StrEnum):
    """What sort of line it is: who speaks, or what happened."""

    CALLER = "caller"
    AGENT = "agent"
    PRODUCT = "product"
    TOOL = "tool"
    FIELD = "field"
    HANDOFF = "handoff"
    CONTACT = "contact"
    VOICEMAIL = "voicemail"
    CONNECTION = "connection"
    WARNING = "warning"
    NOTE = "note"


class Tone(StrEnum):
    PLAIN = "plain"
    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the journal."""

    at: datetime
    stream: int
    seq: int
    kind: str
    data: Mapping[str, object]

    def text(self, key: str) -> str:
        return as_text(self.data.get(key, ""))

    def words(self, key: str) -> str:
        return in_words(self.text(key))

    def seconds(self, key: str, per_second: int = 1) -> str:
        """ "2 s", "1.4 s", or nothing when there is no number."""
        value = self.data.get(key)
        if isinstance(value, int | float):
            return f"{round(value / per_second, 1):g} s"
        return ""


@dataclass(frozen=True, slots=True)
class Fact:
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Line:
    """`offset` is in whole seconds since the offer.

    `text` is what was said, and of a cut utterance what the caller heard of it;
    `unheard` is the rest. `asked` and `answer` belong to a tool.
    """

    offset: int
    look: Look
    title: str
    text: str = ""
    note: str = ""
    language: str = ""
    tone: Tone = Tone.PLAIN
    cut: bool = False
    unheard: str = ""
    asked: tuple[Fact, ...] = ()
    answer: tuple[Fact, ...] = ()


@dataclass(slots=True)
class Story:
    """The lines so far, and which of them a later entry may complete."""

    offered_at: datetime
    turns: set[str]
    lines: list[Line] = field(default_factory=list)
    told: dict[tuple[Look, str], int] = field(default_factory=dict)
    cuts: dict[str, Entry] = field(default_factory=dict)
    language: str = ""

    def offset(self, entry: Entry) -> int:
        return max(0, int((entry.at - self.offered_at).total_seconds()))

    def put(self, entry: Entry, look: Look, title: str, text: str = "") -> int:
        self.lines.append(Line(self.offset(entry), look, title, text))
        return len(self.lines) - 1

    def note(self, note: str) -> None:
        self.lines[-1] = replace(self.lines[-1], note=note)

    def speak(self, language: str) -> None:
        self.language = language
        self.lines[-1] = replace(self.lines[-1], language=language)


def in_words(name: str) -> str:
    """ "caller_asked" reads "Caller asked"."""
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def as_text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(as_text(v) for v in value)
        case dict():
            return ", ".join(
                f"{in_words(str(k))}: {as_text(v)}" for k, v in value.items()
            )
    return str(value)


def facts_of(value: object) -> tuple[Fact, ...]:
    """What a tool was asked or gave back, as name and value; it may be JSON text."""
    if isinstance(value, str):
        with contextlib.suppress(ValueError):  # plain words are an answer, too
            value = json.loads(value)
    if isinstance(value, Mapping):
        return tuple(Fact(in_words(str(k)), as_text(v)) for k, v in value.items())
    text = as_text(value)
    return (Fact("", text),) if text else ()


def same_language(code: str, other: str) -> bool:
    """ "es" is the same as "es-US"; the carrier writes the one, profiles the other."""
    return code.split("-")[0].lower() == other.split("-")[0].lower()


def bare(word: str) -> str:
    return "".join(c for c in word.lower() if c.isalnum())


def split_heard(said: str, heard: str) -> tuple[str, str]:
    """What of `said` was heard, and the rest; with nothing in common, all of both."""
    words, count = said.split(), words_in_common(said, heard)
    if count == 0:
        return heard, said
    return " ".join(words[:count]), " ".join(words[count:])


def words_in_common(said: str, heard: str) -> int:
    """How many words at the beginning of `said` are the end of `heard`.

    `heard` may begin with something said earlier in the same talk cycle (a filler).
    """
    said_bare = [bare(w) for w in said.split()]
    heard_bare = [bare(w) for w in heard.split()]
    for count in range(min(len(said_bare), len(heard_bare)), 0, -1):
        if heard_bare[-count:] == said_bare[:count]:
            return count
    return 0


# What the conversation says of itself by rule, by its reason in the journal.
ANNOUNCEMENTS = {
    "filler": "Waiting line",
    "waiting for a tool": "Waiting line",
    "silence": "After a silence",
    "limit": "About the limit",
    "handoff": "Before the handoff",
    "resumed": "After the reconnection",
    "closing": "Goodbye",
}

# What the conversation answers itself; other lines tell what came of it, so these
# are told only when they are refused.
OWN_TOOLS = {
    COLLECT_FIELD: "write down an answer",
    TRANSFER_TO_PERSON: "hand over to a person",
    TAKE_MESSAGE: "take a message",
    END_CALL: "end the call",
    SWITCH_LANGUAGE: "change the language",
}

RINGING_ENDED: Mapping[str, tuple[str, Tone]] = {
    AttemptResult.ACCEPTED: ("took the call", Tone.GOOD),
    AttemptResult.DECLINED: ("did not take the call", Tone.BAD),
    AttemptResult.NO_ANSWER: ("no answer", Tone.BAD),
    AttemptResult.BUSY: ("busy", Tone.BAD),
    AttemptResult.FAILED: ("could not be reached", Tone.BAD),
    AttemptResult.CALLER_LEFT: ("the caller hung up meanwhile", Tone.BAD),
}

ENDINGS: Mapping[str, str] = {
    Ending.AGENT_ENDED: "The agent ended the conversation",
    Ending.SILENCE: "Ended because the caller stayed silent",
    Ending.LIMIT: "Ended at the limit",
    Ending.HANDED_OFF: "The agent gave the caller to a person",
    Ending.CALLER_LEFT: "The caller hung up",
    Ending.TRANSPORT_LOST: "The connection was lost",
}

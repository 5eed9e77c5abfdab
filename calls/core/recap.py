"""A call in a few sentences: who called, what came of it, how it ended.

Written from what is on record, not by a model: it must be the same each time, and
true.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from calls.core.lines import as_text, in_words
from calls.core.words import Disposition, EventKind

CALLER_EVENTS = frozenset({EventKind.CALLER_SAID, EventKind.CALLER_KEYED})
Event = tuple[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Message:
    """Everything that was taken down for the staff; `number` where it was given."""

    text: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """What the journal says of a call, in the order in which it was written."""

    answered: bool = False
    voicemail_offered: bool = False
    message: Message = Message()
    collected: Mapping[str, str] = field(default_factory=dict)


def read_record(events: Iterable[Event]) -> Record:
    """`answered`: the agent spoke after the caller had said or keyed something, and
    the caller did not hang up in the middle of the only answer there was.
    """
    heard = offered = False
    answers: set[str] = set()
    messages: list[Message] = []
    collected: dict[str, str] = {}
    for kind, data in events:
        if kind in CALLER_EVENTS:
            heard = True
        elif kind == EventKind.AGENT_SAID:
            answers |= {as_text(data.get("turn"))} if heard else set()
        elif kind == EventKind.AGENT_CUT and data.get("left"):
            answers.discard(as_text(data.get("turn")))
        elif kind == EventKind.VOICEMAIL_OFFERED:
            offered = True
        elif kind == EventKind.MESSAGE_TAKEN:
            messages.append(
                Message(
                    as_text(data.get("message")), as_text(data.get("callback_number"))
                )
            )
        elif kind == EventKind.FIELD_COLLECTED:
            collected[as_text(data.get("name"))] = as_text(data.get("value"))
    return Record(bool(answers), offered, joined(messages), collected)


def joined(messages: Sequence[Message]) -> Message:
    numbers = [m.number for m in messages if m.number]
    texts = [m.text for m in messages if m.text]
    return Message("\n".join(texts), numbers[-1] if numbers else "")


@dataclass(frozen=True, slots=True)
class Rung:
    contact: str
    result: str


@dataclass(frozen=True, slots=True)
class Recap:
    """`offered` is the moment in the line's time zone, with the zone named."""

    caller: str
    line: str
    offered: str
    disposition: Disposition
    agent: str = ""
    seconds: int = 0
    collected: Mapping[str, str] = field(default_factory=dict)
    message: str = ""
    handoff_reason: str = ""
    handoff_summary: str = ""
    rung: Sequence[Rung] = ()
    voicemail_seconds: int = 0


def sentences(recap: Recap) -> list[str]:
    found = [
        f"{recap.caller} called {recap.line} on {recap.offered}.",
        spoke(recap),
        collected(recap),
        f"Message: {recap.message}" if recap.message else "",
        handoff(recap),
        rung(recap),
        f"Left a voicemail of {recap.voicemail_seconds} s."
        if recap.voicemail_seconds
        else "",
        f"How it ended: {in_words(recap.disposition).lower()}.",
    ]
    return [sentence for sentence in found if sentence]


def spoke(recap: Recap) -> str:
    if not recap.agent:
        return ""
    minutes, seconds = divmod(recap.seconds, 60)
    length = f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
    return f"{recap.agent} took the call; it lasted {length}."


def collected(recap: Recap) -> str:
    given = [f"{in_words(name)}: {value}" for name, value in recap.collected.items()]
    return f"Collected: {'; '.join(given)}." if given else ""


def handoff(recap: Recap) -> str:
    if not recap.handoff_reason:
        return ""
    asked = f"To be handed to a person: {in_words(recap.handoff_reason).lower()}."
    return f"{asked} {recap.handoff_summary}".strip()


def rung(recap: Recap) -> str:
    tried = [f"{r.contact} ({in_words(r.result).lower()})" for r in recap.rung]
    return f"Rung: {', '.join(tried)}." if tried else ""

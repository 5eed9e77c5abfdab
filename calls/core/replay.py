"""From the journal of an interrupted call back to where its conversation stood."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from calls.core.actions import (
    AgentTurn,
    HandOff,
    HistoryItem,
    NoticeTurn,
    ToolTurn,
)
from calls.core.conversation import Past
from calls.core.history import History
from calls.core.words import EventKind, HandoffReason

BROKE_OFF = (
    "The connection broke while you were speaking; the caller heard no more than this "
    "of your answer. It is back now: go on with it."
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A journal row, as far as a resume needs it."""

    kind: str
    data: Mapping[str, object]


@dataclass(slots=True)
class _Story:
    history: History = field(default_factory=History)
    collected: dict[str, str] = field(default_factory=dict)
    asked: dict[str, tuple[str, str]] = field(default_factory=dict)
    turn: int = 0
    handoff: HandOff | None = None


def past_of(entries: Iterable[Entry], *, elapsed: float) -> Past:
    """`entries` in the order of their happening; `elapsed` in seconds."""
    story = _Story()
    for entry in entries:
        _tell(story, entry.kind, entry.data)
    items: tuple[HistoryItem, ...] = story.history.items()
    return Past(items, story.collected, elapsed, story.turn, story.handoff)


def _tell(story: _Story, kind: str, data: Mapping[str, object]) -> None:
    def text(key: str) -> str:
        return str(data.get(key) or "")

    match kind:
        case EventKind.GREETED:
            story.history.add(AgentTurn(text("text")))
        case EventKind.CALLER_SAID:
            story.history.hear(text("text"))
        case EventKind.CALLER_KEYED:
            story.history.hear(f"(keyed on the keypad: {text('digits')})")
        case EventKind.AGENT_SAID:
            story.history.settle(leaving=int(text("waiting") or 0))
            story.history.add(AgentTurn(text("text")))
            story.turn = max(story.turn, int(text("turn") or 0))
        case EventKind.AGENT_CUT if "kept" in data:
            story.history.cut(text("kept"))
            if data.get("lost"):
                story.history.add(NoticeTurn(BROKE_OFF))
        case EventKind.TOOL_ASKED:
            story.asked[text("tool_call")] = (text("name"), text("arguments"))
        case EventKind.TOOL_ANSWERED if text("tool_call") in story.asked:
            story.history.settle()
            name, arguments = story.asked.pop(text("tool_call"))
            turn = ToolTurn(text("tool_call"), name, arguments, text("output"))
            story.history.add(turn)
        case EventKind.FIELD_COLLECTED:
            story.collected[text("name")] = text("value")
        case EventKind.HANDOFF_ASKED:
            reason = HandoffReason(text("reason"))
            story.handoff = HandOff(reason, text("summary"), {}, text("asked_by"))
        case EventKind.CONTACT_RINGING:
            story.handoff = None  # carried out, whatever came of it
        case EventKind.RECONNECTED if text("why") == "nobody_free":
            story.handoff = None  # tried, and given back to the agent

"""From the journal of a voice call back to what a new attachment has to know.

The provider keeps the conversation itself; what is ours, and would be lost with the
process that held it, are the fields, the tools nobody has answered, the language and
the wish to hand over.
"""

from collections.abc import Iterable

from calls.core.actions import HandOff
from calls.core.replay import Entry
from calls.core.voice.events import ToolWish
from calls.core.voice.state import VoicePast
from calls.core.words import EventKind, HandoffReason


def voice_past_of(
    entries: Iterable[Entry], *, elapsed: float, being_handed_over: bool = False
) -> VoicePast:
    """`entries` in the order of their happening; `elapsed` in seconds.

    `being_handed_over`: a person was rung, and what came of it is not known yet.
    """
    collected: dict[str, str] = {}
    open_tools: dict[str, ToolWish] = {}
    spoke, turn, language = False, 0, ""
    handoff: HandOff | None = None
    for entry in entries:
        data = {key: str(value) for key, value in entry.data.items()}
        match entry.kind:
            case EventKind.FIELD_COLLECTED:
                collected[data["name"]] = data["value"]
            case EventKind.TOOL_ASKED:
                call = data["tool_call"]
                open_tools[call] = ToolWish(call, data["name"], data["arguments"])
            case EventKind.TOOL_ANSWERED:
                open_tools.pop(data["tool_call"], None)
            case EventKind.CALLER_SAID | EventKind.CALLER_KEYED:
                spoke = True
            case EventKind.AGENT_SAID:
                turn = max(turn, int(data.get("turn") or 0))
            case EventKind.LANGUAGE_CHANGED:
                language = data["language"]
            case EventKind.HANDOFF_ASKED:
                reason = HandoffReason(data["reason"])
                handoff = HandOff(reason, data["summary"], {}, data["asked_by"])
            case EventKind.CONTACT_RINGING if being_handed_over:
                pass  # whoever watched it is gone
            case EventKind.CONTACT_RINGING | EventKind.RECONNECTED:
                handoff = None  # carried out, whatever came of it
    return VoicePast(
        collected,
        tuple(open_tools.values()),
        spoke,
        elapsed,
        handoff,
        turn,
        language,
    )

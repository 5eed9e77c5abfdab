"""From the journal of a voice call back to what a new attachment has to know.

The provider keeps the conversation itself; what is ours, and would be lost with the
process that held it, are the fields, the tools nobody has answered, the language and
the wish to hand over.
"""

import json
from collections.abc import Iterable, Mapping

from calls.core.actions import HandOff
from calls.core.replay import Entry
from calls.core.tools import END_CALL
from calls.core.voice.events import ToolWish
from calls.core.voice.state import Leaving, VoicePast
from calls.core.words import Ending, EventKind, HandoffReason

OURS = frozenset({Ending.AGENT_ENDED, Ending.SILENCE, Ending.LIMIT})


def voice_past_of(
    entries: Iterable[Entry], *, elapsed: float, being_handed_over: bool = False
) -> VoicePast:
    """`entries` in the order of their happening; `elapsed` in seconds.

    `being_handed_over`: a person was rung, and what came of it is not known yet.
    """
    collected: dict[str, str] = {}
    open_tools: dict[str, ToolWish] = {}
    outputs: dict[str, str] = {}
    spoke, turn, language = False, 0, ""
    handoff: HandOff | None = None
    ending = _Ending()
    for entry in entries:
        data = {key: str(value) for key, value in entry.data.items()}
        ending.learn(entry.kind, data)
        match entry.kind:
            case EventKind.FIELD_COLLECTED:
                collected[data["name"]] = data["value"]
            case EventKind.TOOL_ASKED:
                call = data["tool_call"]
                open_tools[call] = ToolWish(call, data["name"], data["arguments"])
            case EventKind.TOOL_ANSWERED:
                open_tools.pop(data["tool_call"], None)
                outputs[data["tool_call"]] = data["output"]
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
        collected=collected,
        open_tools=tuple(open_tools.values()),
        outputs=outputs,
        ending=ending.found,
        caller_spoke=spoke,
        elapsed=elapsed,
        handoff=handoff,
        turn=turn,
        language=language,
    )


class _Ending:
    """Whether the call was about to be hung up, with the rules of the live call: a

    caller who speaks up keeps it, and so does a tool that failed.
    """

    def __init__(self) -> None:
        self.found: Leaving | None = None
        self._outcomes: dict[str, str] = {}
        self._failed = False

    def learn(self, kind: str, data: Mapping[str, str]) -> None:
        match kind:
            case EventKind.CALLER_SAID | EventKind.CALLER_KEYED:
                self.found, self._failed = None, False
            case EventKind.TOOL_ASKED if data["name"] == END_CALL:
                self._outcomes[data["tool_call"]] = _outcome(data["arguments"])
            case EventKind.TOOL_ANSWERED if data.get("ok") == "False":
                self.found, self._failed = None, True
            case EventKind.TOOL_ANSWERED if data["tool_call"] in self._outcomes:
                if not self._failed:
                    outcome = self._outcomes[data["tool_call"]]
                    self.found = Leaving(Ending.AGENT_ENDED, outcome)
            case EventKind.ENDING if data["why"] in OURS:
                why = Ending(data["why"])
                self.found = Leaving(why, data["outcome"], settled=True)


def _outcome(arguments: str) -> str:
    try:
        return str(json.loads(arguments).get("outcome") or "")
    except (ValueError, AttributeError):
        return ""

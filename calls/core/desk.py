"""The tools of a conversation: those answered here at once, and those that run.

Fields, handing over, ending and the language are matters of the conversation
itself, so they are answered here without leaving the core. Everything else is run
by the driver.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from calls.core import tools
from calls.core.actions import ToolTurn
from calls.core.fields import FieldMistake, accept_value
from calls.core.words import HandoffReason
from routing.core.ruleset import Agent

URGENT = frozenset({HandoffReason.EMERGENCY, HandoffReason.ANGRY_CALLER})


class WishKind(Enum):
    HAND_OFF = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Wish:
    """What the model asked to happen once its words are spoken."""

    kind: WishKind
    reason: HandoffReason = HandoffReason.OTHER
    summary: str = ""
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The desk's own answer to a tool call."""

    output: str
    ok: bool = True
    collected: Mapping[str, str] = field(default_factory=dict)
    message: Mapping[str, str] = field(default_factory=dict)
    language: str = ""


@dataclass(slots=True)
class _Asked:
    name: str
    arguments: str
    output: str | None = None


class ToolDesk:
    def __init__(
        self, agent: Agent, languages: Sequence[str], collected: Mapping[str, str]
    ) -> None:
        self.collected = dict(collected)
        self.wish: Wish | None = None
        self.rounds = 0
        self._fields = {f.name: f for f in agent.fields}
        self._waiting_lines = {t.name: t.waiting_line for t in agent.tools}
        self._definitions = {
            d.name: d for d in tools.definitions_for(agent, languages=languages)
        }
        self._open: dict[str, _Asked] = {}
        self._any = False
        self._sent_back = False

    def begin_answer(self) -> None:
        if self._any:
            self.rounds += 1
        self._any = False
        self.wish = None

    def new_utterance(self) -> None:
        self.rounds = 0

    def asked(self) -> bool:
        """True if the current answer of the model asked for any tool."""
        return self._any

    def busy(self) -> bool:
        return any(asked.output is None for asked in self._open.values())

    def waiting_line(self) -> str:
        """What to say while the first running tool that has a line is running."""
        running = (a.name for a in self._open.values() if a.output is None)
        lines = (self._waiting_lines.get(name, "") for name in running)
        return next((line for line in lines if line), "")

    def ask(self, tool_call: str, name: str, arguments: str) -> Answer | None:
        """The answer, or None when the driver has to run the tool."""
        self._any = True
        asked = self._open.setdefault(tool_call, _Asked(name, arguments))
        answer = self._own_answer(name, arguments)
        if answer is not None:
            asked.output = answer.output
        return answer

    def answer(self, tool_call: str, output: str) -> str | None:
        """Keep a tool's output; returns its name, None if nobody waits for it."""
        asked = self._open.get(tool_call)
        if asked is None or asked.output is not None:
            return None
        asked.output = output
        return asked.name

    def take_answered(self) -> list[ToolTurn]:
        done = {k: a for k, a in self._open.items() if a.output is not None}
        for key in done:
            del self._open[key]
        return [
            ToolTurn(key, a.name, a.arguments, a.output or "")
            for key, a in done.items()
        ]

    def _own_answer(self, name: str, arguments: str) -> Answer | None:
        definition = self._definitions.get(name)
        if definition is None:
            return Answer(f"There is no tool named {name}.", ok=False)
        parsed = tools.parse_arguments(definition, arguments)
        if isinstance(parsed, tools.ToolMistake):
            return Answer(parsed.message, ok=False)
        match name:
            case tools.COLLECT_FIELD:
                return self._collect(str(parsed["name"]), str(parsed["value"]))
            case tools.TRANSFER_TO_PERSON:
                return self._transfer(str(parsed["reason"]), str(parsed["summary"]))
            case tools.END_CALL:
                self.wish = Wish(WishKind.END, outcome=str(parsed["outcome"]))
                return Answer("The call ends when you have finished speaking.")
            case tools.TAKE_MESSAGE:
                taken = {k: str(v) for k, v in parsed.items()}
                return Answer("The message is saved.", message=taken)
            case tools.SWITCH_LANGUAGE:
                code = str(parsed["language"])
                return Answer(f"Now speaking {code}.", language=code)
        return None

    def _collect(self, name: str, value: str) -> Answer:
        accepted = accept_value(self._fields[name], value)
        if isinstance(accepted, FieldMistake):
            return Answer(accepted.message, ok=False)
        self.collected[name] = accepted
        missing = [f for f in self._fields if f not in self.collected]
        rest = f" Still missing: {', '.join(missing)}." if missing else ""
        return Answer(f"Saved {name}: {accepted}.{rest}", collected={name: accepted})

    def _transfer(self, reason: str, summary: str) -> Answer:
        why = HandoffReason(reason)
        missing = [
            f.name
            for f in self._fields.values()
            if f.required_before_handoff and f.name not in self.collected
        ]
        if missing and why not in URGENT and not self._sent_back:
            self._sent_back = True
            return Answer(
                f"Before handing over, ask for: {', '.join(missing)}. If the caller "
                "will not say, call this tool again and it will go through.",
                ok=False,
            )
        self.wish = Wish(WishKind.HAND_OFF, reason=why, summary=summary)
        return Answer("The caller is handed over when you have finished speaking.")

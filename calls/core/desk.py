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
        self._any_ran = False
        self._any_failed = False
        self._sent_back = False

    def begin_answer(self) -> None:
        if self._any:
            self.rounds += 1
        self._any = self._any_ran = self._any_failed = False
        self.wish = None

    def new_utterance(self) -> None:
        self.rounds = 0

    def asked(self) -> bool:
        """True if the current answer of the model asked for any tool."""
        return self._any

    def ran(self) -> bool:
        """True if the current answer asked for a tool that is not answered here."""
        return self._any_ran

    @property
    def transfer(self) -> Wish | None:
        """The handover that the current answer asked for."""
        hands_off = self.wish is not None and self.wish.kind is WishKind.HAND_OFF
        return self.wish if hands_off else None

    def may_end(self) -> bool:
        """Ending waits until everything else that was asked with it is done well."""
        return self._wishes_end() and not self._any_failed

    def stay(self) -> None:
        """The caller speaks up: an end that was asked for is off."""
        if self._wishes_end():
            self.wish = None

    def _wishes_end(self) -> bool:
        return self.wish is not None and self.wish.kind is WishKind.END

    def busy(self) -> bool:
        return any(asked.output is None for asked in self._open.values())

    def waiting_line(self) -> str:
        """What to say while the first running tool that has a line is running."""
        running = (a.name for a in self._open.values() if a.output is None)
        lines = (self._waiting_lines.get(name, "") for name in running)
        return next((line for line in lines if line), "")

    def knows(self, tool_call: str) -> bool:
        """True for a call that was asked already and is not told to the model yet."""
        return tool_call in self._open

    def ask(self, tool_call: str, name: str, arguments: str) -> Answer | None:
        """The answer, or None when the driver has to run the tool."""
        answer = self._own_answer(name, arguments)
        output = None if answer is None else answer.output
        self._open[tool_call] = _Asked(name, arguments, output)
        self._any = True
        self._any_ran |= answer is None
        self._any_failed |= answer is not None and not answer.ok
        return answer

    def answer(self, tool_call: str, output: str, *, ok: bool = True) -> str | None:
        """Keep a tool's output; returns its name, None if nobody waits for it."""
        asked = self._open.get(tool_call)
        if asked is None or asked.output is not None:
            return None
        asked.output = output
        self._any_failed |= not ok
        return asked.name

    def take_answered(self) -> list[ToolTurn]:
        turns = [
            ToolTurn(tool_call, asked.name, asked.arguments, asked.output)
            for tool_call, asked in self._open.items()
            if asked.output is not None
        ]
        for turn in turns:
            del self._open[turn.tool_call]
        return turns

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
                return self._end(str(parsed["outcome"]))
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

    def _end(self, outcome: str) -> Answer:
        """A transfer asked for in the same answer goes before it."""
        if self.wish is None:
            self.wish = Wish(WishKind.END, outcome=outcome)
        return Answer(
            "The call ends when you have finished speaking, unless the caller speaks "
            "up or another tool fails."
        )

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

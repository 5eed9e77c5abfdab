"""The tools an agent may use, as the model sees them.

The built-in ones are answered by the conversation or by a service of ours; the rest
are the agent's own HTTP tools. Definitions are the same bytes for the same agent, in
the same order, because they stand in the prefix that the provider caches. Calls share
the built-in ones, or they would be most of what a call takes of memory.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from typing import Final

from calls.core.fields import HOW_TO_WRITE
from calls.core.words import HandoffReason
from routing.core.ruleset import Agent, AgentField, HttpTool

COLLECT_FIELD: Final = "collect_field"
SWITCH_LANGUAGE: Final = "switch_language"
LOOK_UP_CALLER: Final = "look_up_caller"
TRANSFER_TO_PERSON: Final = "transfer_to_person"
TAKE_MESSAGE: Final = "take_message"
END_CALL: Final = "end_call"
# With fields or languages of their own.
AGENTS: Final = 256
BUILT_IN = frozenset(
    {
        COLLECT_FIELD,
        SWITCH_LANGUAGE,
        LOOK_UP_CALLER,
        TRANSFER_TO_PERSON,
        TAKE_MESSAGE,
        END_CALL,
    }
)

# The language code that stands for automatic detection; nobody can switch to it.
DETECTED: Final = "multi"


class Outcome(StrEnum):
    """How the agent says a call went when it ends it."""

    RESOLVED = "resolved"
    LEAD_CAPTURED = "lead_captured"
    APPOINTMENT_REQUESTED = "appointment_requested"
    CALLER_GOODBYE = "caller_goodbye"
    WRONG_NUMBER = "wrong_number"
    SPAM = "spam"
    OTHER = "other"


# The other reasons are the server's to give.
AGENT_REASONS = (
    HandoffReason.CALLER_ASKED,
    HandoffReason.ANGRY_CALLER,
    HandoffReason.EMERGENCY,
    HandoffReason.OUT_OF_SCOPE,
    HandoffReason.CANNOT_HELP,
    HandoffReason.TOOL_FAILED,
    HandoffReason.OTHER,
)


@dataclass(frozen=True, slots=True)
class ToolDefinition:
    """`parameters` is a JSON Schema object."""

    name: str
    description: str
    parameters: Mapping[str, object]


def definitions_for(
    agent: Agent, *, languages: Sequence[str] = ()
) -> tuple[ToolDefinition, ...]:
    """All tools of an agent in a fixed order. A built-in keeps its name.

    `languages` are the codes of the profile; with one there is nothing to switch.
    """
    codes = list(dict.fromkeys(code for code in languages if code != DETECTED))
    built_in = [
        *([collect_field(agent.fields)] if agent.fields else []),
        *([switch_language(tuple(codes))] if len(codes) > 1 else []),
        look_up_caller(),
        transfer_to_person(),
        take_message(),
        end_call(),
    ]
    own = {tool.name: tool for tool in agent.tools if tool.name not in BUILT_IN}
    return (*built_in, *(http_definition(own[name]) for name in sorted(own)))


@lru_cache(AGENTS)
def collect_field(fields: tuple[AgentField, ...]) -> ToolDefinition:
    listed = "; ".join(f"{f.name} is {HOW_TO_WRITE[f.kind]}" for f in fields)
    return ToolDefinition(
        COLLECT_FIELD,
        "Store one piece of information the caller has given. Use it as soon as you "
        "have it, and again with the new value if the caller corrects it. Never store "
        f"a guess. {listed}.",
        parameters_of(
            name=one_of([f.name for f in fields], "Which field this is."),
            value=words("The value, in the form given for its field."),
        ),
    )


@lru_cache(AGENTS)
def switch_language(codes: tuple[str, ...]) -> ToolDefinition:
    return ToolDefinition(
        SWITCH_LANGUAGE,
        "Change the language you speak and listen in. Use it when the caller speaks "
        "another of your languages or asks for it, before you answer in it.",
        parameters_of(language=one_of(codes, "The language to change to.")),
    )


@cache
def look_up_caller() -> ToolDefinition:
    return ToolDefinition(
        LOOK_UP_CALLER,
        "Find out what is known about the caller from earlier calls: name, last call, "
        "open follow-ups. Use it when earlier contact matters to what they ask.",
        parameters_of(),
    )


@cache
def transfer_to_person() -> ToolDefinition:
    return ToolDefinition(
        TRANSFER_TO_PERSON,
        "Connect the caller to a person. Use it when the caller asks for one, in an "
        "emergency, or when you cannot help. Before it, tell the caller in one short "
        "sentence that you are connecting them.",
        parameters_of(
            reason=one_of([*AGENT_REASONS], "Why the caller needs a person."),
            summary=words(
                "For the person who takes over: who is calling, what they want, what "
                "was said so far. Two or three sentences, facts only."
            ),
        ),
    )


@cache
def take_message() -> ToolDefinition:
    return ToolDefinition(
        TAKE_MESSAGE,
        "Take down a message for the staff, who will see it with the call. Read the "
        "message back to the caller first.",
        parameters_of(
            message=words("The message, complete enough to act on."),
            callback_number={
                "type": "string",
                "description": "Where to call back, in digits. Leave it out if it is "
                "the number the caller is calling from.",
            },
            optional=["callback_number"],
        ),
    )


@cache
def end_call() -> ToolDefinition:
    return ToolDefinition(
        END_CALL,
        "Hang up. Use it only when the caller is done and you have said goodbye, or "
        "when the call is a wrong number or spam.",
        parameters_of(outcome=one_of([*Outcome], "How the call went.")),
    )


def http_definition(tool: HttpTool) -> ToolDefinition:
    schema = {"type": "object", "properties": {}, **tool.schema}
    return ToolDefinition(tool.name, tool.description, in_order(schema))


def parameters_of(
    *, optional: Sequence[str] = (), **properties: Mapping[str, object]
) -> Mapping[str, object]:
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


def words(description: str) -> Mapping[str, object]:
    return {"type": "string", "minLength": 1, "description": description}


def one_of(values: Sequence[str], description: str) -> Mapping[str, object]:
    listed = [str(value) for value in values]
    return {"type": "string", "enum": listed, "description": description}


def in_order(schema: Mapping[str, object]) -> dict[str, object]:
    """With sorted keys at every depth: a database may give them in any order."""
    return {key: ordered(schema[key]) for key in sorted(schema)}


def ordered(value: object) -> object:
    if isinstance(value, Mapping):
        return in_order(value)
    if isinstance(value, list | tuple):
        return [ordered(item) for item in value]
    return value

from calls.core.tools.arguments import ToolMistake, parse_arguments
from calls.core.tools.definitions import (
    AGENT_REASONS,
    BUILT_IN,
    COLLECT_FIELD,
    DETECTED,
    END_CALL,
    LOOK_UP_CALLER,
    SWITCH_LANGUAGE,
    TAKE_MESSAGE,
    TRANSFER_TO_PERSON,
    Outcome,
    ToolDefinition,
    definitions_for,
)

__all__ = [
    "AGENT_REASONS",
    "BUILT_IN",
    "COLLECT_FIELD",
    "DETECTED",
    "END_CALL",
    "LOOK_UP_CALLER",
    "SWITCH_LANGUAGE",
    "TAKE_MESSAGE",
    "TRANSFER_TO_PERSON",
    "Outcome",
    "ToolDefinition",
    "ToolMistake",
    "definitions_for",
    "parse_arguments",
]

"""The agents, what they collect and use, and how far they may go."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from routing.core.matches import UNLIMITED, Capacity


class Objective(StrEnum):
    LEAD_CAPTURE = "lead_capture"
    TRIAGE = "triage"
    AFTER_HOURS = "after_hours"
    APPOINTMENT = "appointment"
    SIMPLE_ROUTING = "simple_routing"


class FieldKind(StrEnum):
    """What a collected field must look like; see `calls.core.fields`."""

    TEXT = "text"
    NAME = "name"
    PHONE = "phone"
    EMAIL = "email"
    NUMBER = "number"
    DATE = "date"
    YES_NO = "yes_no"


class AtLimit(StrEnum):
    """What the agent does when a limit is reached or the caller stays silent."""

    GOODBYE = "goodbye"
    HAND_OFF = "hand_off"


@dataclass(frozen=True, slots=True)
class AgentField:
    """A piece of information the agent collects from the caller."""

    name: str
    description: str
    kind: FieldKind = FieldKind.TEXT
    required_before_handoff: bool = False


@dataclass(frozen=True, slots=True)
class HttpTool:
    """A tool that an engineer defined in the admin.

    `schema` is a JSON Schema object for the arguments. `secret_name` names an
    environment variable whose value is sent as a bearer token; the value itself is
    never stored. `timeout` is in seconds.
    """

    key: str
    name: str
    description: str
    method: str
    url: str
    schema: Mapping[str, object]
    secret_name: str
    timeout: float
    waiting_line: str
    allow_private: bool


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds unless the name says otherwise. `max_cost` is in US dollars."""

    max_seconds: int = 900
    warn_seconds: int = 60
    max_cost: Decimal = Decimal("2.00")
    silence_seconds: int = 8
    silence_prompts: int = 2
    at_silence: AtLimit = AtLimit.GOODBYE
    at_limit: AtLimit = AtLimit.HAND_OFF
    filler_after: float = 2.0
    first_token_seconds: float = 8.0
    max_tool_rounds: int = 6


class TurnDetection(StrEnum):
    """How the voice model decides that the caller has finished."""

    SILENCE = "server_vad"
    MEANING = "semantic_vad"


@dataclass(frozen=True, slots=True)
class VoiceSettings:
    """How the agent speaks and listens on the sip path (OpenAI Realtime).

    `vad_threshold` and what ends in `_ms` hold for silence detection, `eagerness` for
    detection by meaning. `idle_timeout_ms` 0 leaves asking again to us.
    `transcription_models` are tried in their order.
    """

    model: str = "gpt-realtime-2.1"
    voice: str = "marin"
    speed: float = 1.0
    noise_reduction: str = "near_field"
    turn_detection: TurnDetection = TurnDetection.SILENCE
    vad_threshold: float = 0.5
    prefix_padding_ms: int = 300
    silence_duration_ms: int = 500
    idle_timeout_ms: int = 0
    eagerness: str = "auto"
    transcription_models: tuple[str, ...] = ("gpt-live-transcribe", "gpt-transcribe")
    max_output_tokens: int = 1024
    reasoning_effort: str = "low"
    retention_ratio: float = 0.8
    post_instructions_tokens: int = 8000
    dead_air_seconds: float = 7.0
    ghost_seconds: float = 25.0


@dataclass(frozen=True, slots=True)
class Agent:
    key: str
    name: str
    objective: Objective
    instructions: str
    model: str
    reasoning_effort: str
    max_output_tokens: int
    fields: tuple[AgentField, ...] = ()
    tools: tuple[HttpTool, ...] = ()
    limits: Limits = Limits()
    policy: str = ""
    zero_reaches_person: bool = True
    voice: VoiceSettings = VoiceSettings()
    capacity: Capacity = UNLIMITED

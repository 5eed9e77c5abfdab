"""An agent and its tools, out of a release's snapshot."""

from collections.abc import Mapping

from routing.core.compile_rules import read_capacity
from routing.core.entries import Entry
from routing.core.errors import BadSnapshot
from routing.core.ruleset import (
    Agent,
    AgentField,
    AtLimit,
    FieldKind,
    HttpTool,
    Limits,
    Objective,
    TurnDetection,
    VoiceSettings,
)


def read_tool(entry: Entry) -> HttpTool:
    return HttpTool(
        key=entry.text("key"),
        name=entry.text("name"),
        description=entry.text("description"),
        method=entry.text("method"),
        url=entry.text("url"),
        schema=entry.mapping("schema"),
        secret_name=entry.text("secret_name"),
        timeout=entry.real("timeout"),
        waiting_line=entry.text("waiting_line"),
        allow_private=entry.flag("allow_private"),
    )


def read_agent(entry: Entry, tools: Mapping[str, HttpTool]) -> Agent:
    for key in entry.texts("tools"):
        if key not in tools:
            raise BadSnapshot(f"{entry.at('tools')}: there is no tool {key}")
    return Agent(
        key=entry.text("key"),
        name=entry.text("name"),
        objective=entry.choice("objective", Objective),
        instructions=entry.text("instructions"),
        model=entry.text("model"),
        reasoning_effort=entry.text("reasoning_effort"),
        max_output_tokens=entry.whole("max_output_tokens"),
        fields=tuple(map(read_field, entry.entries("fields"))),
        tools=tuple(tools[key] for key in entry.texts("tools")),
        limits=read_limits(entry.entry("limits")),
        policy=entry.text("policy", ""),
        zero_reaches_person=entry.flag("zero_reaches_person", True),
        voice=read_voice(entry.entry("voice")),
        capacity=read_capacity(entry),
    )


def read_field(entry: Entry) -> AgentField:
    return AgentField(
        name=entry.text("name"),
        description=entry.text("description"),
        kind=entry.choice("kind", FieldKind),
        required_before_handoff=entry.flag("required_before_handoff"),
    )


def read_limits(entry: Entry) -> Limits:
    usual = Limits()
    return Limits(
        max_seconds=entry.whole("max_seconds", usual.max_seconds),
        warn_seconds=entry.whole("warn_seconds", usual.warn_seconds),
        max_cost=entry.decimal("max_cost", usual.max_cost),
        silence_seconds=entry.whole("silence_seconds", usual.silence_seconds),
        silence_prompts=entry.whole("silence_prompts", usual.silence_prompts),
        at_silence=entry.choice("at_silence", AtLimit, usual.at_silence),
        at_limit=entry.choice("at_limit", AtLimit, usual.at_limit),
        filler_after=entry.real("filler_after", usual.filler_after),
        first_token_seconds=entry.real(
            "first_token_seconds", usual.first_token_seconds
        ),
        max_tool_rounds=entry.whole("max_tool_rounds", usual.max_tool_rounds),
    )


def read_voice(entry: Entry) -> VoiceSettings:
    usual = VoiceSettings()
    return VoiceSettings(
        model=entry.text("model", usual.model),
        voice=entry.text("voice", usual.voice),
        speed=entry.real("speed", usual.speed),
        noise_reduction=entry.text("noise_reduction", usual.noise_reduction),
        turn_detection=entry.choice(
            "turn_detection", TurnDetection, usual.turn_detection
        ),
        vad_threshold=entry.real("vad_threshold", usual.vad_threshold),
        prefix_padding_ms=entry.whole("prefix_padding_ms", usual.prefix_padding_ms),
        silence_duration_ms=entry.whole(
            "silence_duration_ms", usual.silence_duration_ms
        ),
        idle_timeout_ms=entry.whole("idle_timeout_ms", usual.idle_timeout_ms),
        eagerness=entry.text("eagerness", usual.eagerness),
        transcription_models=entry.texts("transcription_models")
        or usual.transcription_models,
        max_output_tokens=entry.whole("max_output_tokens", usual.max_output_tokens),
        reasoning_effort=entry.text("reasoning_effort", usual.reasoning_effort),
        retention_ratio=entry.real("retention_ratio", usual.retention_ratio),
        post_instructions_tokens=entry.whole(
            "post_instructions_tokens", usual.post_instructions_tokens
        ),
        dead_air_seconds=entry.real("dead_air_seconds", usual.dead_air_seconds),
        ghost_seconds=entry.real("ghost_seconds", usual.ghost_seconds),
    )

"""What a voice driver needs to know of a call, from the call's own release."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from calls.core.conversation import Setting
from calls.core.tools import ToolDefinition
from calls.core.voice import Engine, VoicePast
from calls.core.voice.replay import voice_past_of
from calls.driver.briefing import brief
from calls.services.engine_sessions import OpenedVoiceSession
from routing.core.ruleset import HttpTool, Ruleset, TurnDetection, VoiceSettings


@dataclass(frozen=True, slots=True)
class VoiceBriefing:
    session: OpenedVoiceSession
    setting: Setting
    engine: Engine
    past: VoicePast
    instructions: str
    tools: tuple[ToolDefinition, ...]
    http_tools: Mapping[str, HttpTool]

    @property
    def call(self) -> int:
        return self.session.call

    @property
    def voice(self) -> VoiceSettings:
        return self.setting.agent.voice


def brief_voice(
    session: OpenedVoiceSession, ruleset: Ruleset, *, now: datetime
) -> VoiceBriefing:
    """Raises KeyError if the release lacks the call's agent or profile."""
    common = brief(session, ruleset, now=now)
    voice = common.agent.voice
    elapsed = max((now - session.answered_at).total_seconds(), 0.0)
    return VoiceBriefing(
        session=session,
        setting=common.setting,
        engine=Engine(
            idle_prompts=bool(voice.idle_timeout_ms)
            and voice.turn_detection is TurnDetection.SILENCE,
            dead_air_seconds=voice.dead_air_seconds,
            ghost_seconds=voice.ghost_seconds,
        ),
        past=voice_past_of(
            session.past,
            elapsed=elapsed,
            being_handed_over=session.being_handed_over,
        ),
        instructions=common.instructions,
        tools=common.tools,
        http_tools=common.http_tools,
    )

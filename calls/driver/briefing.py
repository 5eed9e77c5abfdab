"""What a driver needs to know of a call before it begins, from its own release."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from calls.core.conversation import Past, Setting
from calls.core.prompt import instructions_for, opening_notice
from calls.core.replay import past_of
from calls.core.tools import ToolDefinition, definitions_for
from calls.services.sessions import OpenedSession
from routing.core.budget import shortened
from routing.core.decision import CallerKind
from routing.core.ruleset import Agent, HttpTool, Ruleset


@dataclass(frozen=True, slots=True)
class Briefing:
    """`instructions` and `tools` are the same for every call of the agent under one
    release, which `cache_key` names: the provider's prompt cache depends on it.
    """

    session: OpenedSession
    setting: Setting
    past: Past
    instructions: str
    tools: tuple[ToolDefinition, ...]
    http_tools: Mapping[str, HttpTool]
    cache_key: str
    safety_identifier: str

    @property
    def call(self) -> int:
        return self.session.call

    @property
    def agent(self) -> Agent:
        return self.setting.agent


def brief(session: OpenedSession, ruleset: Ruleset, *, now: datetime) -> Briefing:
    """Raises KeyError if the release lacks the call's agent or profile."""
    agent = shortened(ruleset.agents[session.agent], session.most_seconds)
    profile = ruleset.profiles[session.profile]
    codes = [language.code for language in profile.languages]
    start = profile.language(session.language or codes[0])
    return Briefing(
        session=session,
        setting=Setting(
            agent=agent,
            profile=profile,
            language=start.code,
            notice=_notice(session),
            greeting=start.greeting,
        ),
        past=_past(session, now),
        instructions=instructions_for(
            agent, number_label=session.number_label, languages=codes
        ),
        tools=definitions_for(agent, languages=codes),
        http_tools={tool.name: tool for tool in agent.tools},
        cache_key=f"phoneops-{session.release}-{session.agent}-{session.profile}",
        safety_identifier=hashlib.sha256(session.caller.encode()).hexdigest(),
    )


def _past(session: OpenedSession, now: datetime) -> Past:
    elapsed = (now - session.answered_at).total_seconds()
    return past_of(session.past, elapsed=max(elapsed, 0.0))


def _notice(session: OpenedSession) -> str:
    is_number = session.caller_kind == CallerKind.NUMBER
    return opening_notice(
        session.answered_at.astimezone(ZoneInfo(session.time_zone)),
        caller_known=session.known_caller,
        number_ends=session.caller[-4:] if is_number else "",
    )

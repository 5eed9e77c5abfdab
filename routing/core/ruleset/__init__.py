"""A release, compiled: the plain frozen values that calls are decided and run from.

Nothing here touches the database. A `Ruleset` is built once per release from its
snapshot and then shared by every call that was decided under it, so that a later
release never changes a call in progress. References between records are by `key`,
the record's primary key in the draft at the time of publishing, as text.
"""

from routing.core.ruleset.agents import (
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
from routing.core.ruleset.calendars import Calendar, DatedHours, Span
from routing.core.ruleset.languages import Language, LanguageProfile, Phrases
from routing.core.ruleset.numbers import Number, NumberGroup, Path
from routing.core.ruleset.people import (
    CONTACT,
    Contact,
    EscalationPolicy,
    HuntStep,
    PolicyEnd,
)
from routing.core.ruleset.release import Ruleset
from routing.core.ruleset.rules import (
    CallerList,
    CallerMatch,
    HoursMatch,
    Rule,
    RuleAction,
)

__all__ = [
    "CONTACT",
    "Agent",
    "AgentField",
    "AtLimit",
    "Calendar",
    "CallerList",
    "CallerMatch",
    "Contact",
    "DatedHours",
    "EscalationPolicy",
    "FieldKind",
    "HoursMatch",
    "HttpTool",
    "HuntStep",
    "Language",
    "LanguageProfile",
    "Limits",
    "Number",
    "NumberGroup",
    "Objective",
    "Path",
    "Phrases",
    "PolicyEnd",
    "Rule",
    "RuleAction",
    "Ruleset",
    "Span",
    "TurnDetection",
    "VoiceSettings",
]

from routing.models.account import AccountLimits
from routing.models.agents import Agent, AgentField
from routing.models.caller_lists import CallerEntry, CallerList
from routing.models.closures import EmergencyClosure
from routing.models.escalation import Contact, EscalationPolicy, PolicyStep
from routing.models.groups import NumberGroup
from routing.models.hours import Calendar, CalendarException, CalendarSpan
from routing.models.languages import Language
from routing.models.model_life import ModelLife
from routing.models.numbers import PhoneNumber
from routing.models.profiles import LanguageProfile
from routing.models.releases import Release
from routing.models.rules import RoutingRule
from routing.models.tools import HttpTool

__all__ = [
    "AccountLimits",
    "Agent",
    "AgentField",
    "Calendar",
    "CalendarException",
    "CalendarSpan",
    "CallerEntry",
    "CallerList",
    "Contact",
    "EmergencyClosure",
    "EscalationPolicy",
    "HttpTool",
    "Language",
    "LanguageProfile",
    "ModelLife",
    "NumberGroup",
    "PhoneNumber",
    "PolicyStep",
    "Release",
    "RoutingRule",
]

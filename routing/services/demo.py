"""A made-up company to try the portal with: four lines, agents and colleagues.

Loading it again brings every record of it back to what is written here and touches
nothing else. A manager's own records are told apart by their names.
"""

from datetime import time
from typing import Any

from django.db import transaction

from routing.core.decision import ListKind
from routing.core.matches import LoadScope
from routing.core.ruleset import CallerMatch, HoursMatch, Path, PolicyEnd, RuleAction
from routing.models import (
    Agent,
    AgentField,
    Calendar,
    CalendarSpan,
    CallerEntry,
    CallerList,
    Contact,
    EscalationPolicy,
    HttpTool,
    Language,
    LanguageProfile,
    PhoneNumber,
    PolicyStep,
    Release,
    RoutingRule,
)
from routing.services import releases
from routing.services.demo_agents import AGENTS, FIELDS
from routing.services.demo_languages import PROFILES

MAIN_LINE, SECOND_LINE = "+12025550100", "+12025550101"
VOICE_LINE, TRUNK_LINE = "+12025550102", "+12025550103"
BLOCKED, VIP = "+12025550199", "+12025550111"
ZONE = "America/New_York"
POLICY = "Front desk first"
HOURS = "Office hours"
BLOCK_LIST, VIP_LIST = "Blocked callers", "Important customers"
# High enough to be met only by those who try it out with many calls at a time.
MANY_CALLS = 1000
COLLEAGUES = (
    ("Dana at the front desk", "+12025550151", "dana@example.com"),
    ("Robin in sales", "+12025550152", "robin@example.com"),
    ("Sam on call", "+12025550153", "sam@example.com"),
)


def load_demo(*, simulator_port: int) -> Release | None:
    """The release it published, or None if there was nothing new to publish."""
    with transaction.atomic():
        policy = load_people()
        calendar = load_hours()
        tool = load_tool(f"http://127.0.0.1:{simulator_port}/tools/opening-slots")
        agents = load_agents(policy, tool)
        profiles = load_profiles()
        load_numbers(agents, profiles, policy)
        load_lists()
        load_rules(agents, calendar, policy)
        if not releases.unpublished_changes():
            return None
        return releases.publish(author=None, note="Demo configuration")


def load_people() -> EscalationPolicy:
    policy, _ = EscalationPolicy.objects.update_or_create(
        name=POLICY,
        defaults={
            "end": PolicyEnd.VOICEMAIL,
            "follow_up_owner": "Front desk",
            "follow_up_minutes": 240,
        },
    )
    policy.steps.all().delete()
    for position, (name, phone, email) in enumerate(COLLEAGUES):
        contact, _ = Contact.objects.update_or_create(
            name=name, defaults={"phone": phone, "email": email, "calendar": None}
        )
        PolicyStep.objects.create(
            policy=policy, contact=contact, position=position, ring_seconds=20
        )
    return policy


def load_hours() -> Calendar:
    calendar, _ = Calendar.objects.update_or_create(
        name=HOURS, defaults={"time_zone": ZONE}
    )
    calendar.spans.all().delete()
    for weekday in range(5):
        CalendarSpan.objects.create(
            calendar=calendar, weekday=weekday, opens=time(8), closes=time(18)
        )
    return calendar


def load_tool(url: str) -> HttpTool:
    day = {
        "type": "string",
        "format": "date",
        "description": "The day the caller asks for, as YYYY-MM-DD.",
    }
    tool, _ = HttpTool.objects.update_or_create(
        name="check_opening_slots",
        defaults={
            "description": "Tells which appointments are free on a day. Use it before "
            "you offer a time. Offer only times it returns.",
            "method": "POST",
            "url": url,
            "allow_private": True,
            "schema": {
                "type": "object",
                "properties": {"date": day},
                "required": ["date"],
                "additionalProperties": False,
            },
            "secret_name": "",
            "timeout": 5.0,
            "waiting_line": "Let me look at the calendar.",
        },
    )
    return tool


def load_agents(policy: EscalationPolicy, tool: HttpTool) -> dict[str, Agent]:
    agents = {}
    for name, values in AGENTS.items():
        agent, _ = Agent.objects.update_or_create(
            name=name, defaults={**values, "policy": policy}
        )
        agent.tools.set([tool])
        agent.fields.all().delete()
        for position, (field, description, kind, required) in enumerate(FIELDS[name]):
            AgentField.objects.create(
                agent=agent,
                position=position,
                name=field,
                description=description,
                kind=kind,
                required_before_handoff=required,
            )
        agents[name] = agent
    return agents


def load_profiles() -> dict[str, LanguageProfile]:
    profiles = {}
    for name, languages in PROFILES.items():
        profile, _ = LanguageProfile.objects.get_or_create(name=name)
        profile.languages.all().delete()
        for position, values in enumerate(languages):
            Language.objects.create(profile=profile, position=position, **values)
        profiles[name] = profile
    return profiles


def load_numbers(
    agents: dict[str, Agent],
    profiles: dict[str, LanguageProfile],
    policy: EscalationPolicy,
) -> None:
    lines = (
        (MAIN_LINE, "Main line", Path.RELAY, "English", "Front desk"),
        (SECOND_LINE, "Second line", Path.RELAY, "Automatic detection", "Sales lead"),
        (VOICE_LINE, "Voice line", Path.SIP, "English", "Front desk"),
        (TRUNK_LINE, "Trunk line", Path.SIP, "English", "Front desk"),
    )
    for e164, label, path, profile, agent in lines:
        PhoneNumber.objects.update_or_create(
            e164=e164,
            defaults={
                "label": label,
                "time_zone": ZONE,
                "path": path,
                "trunk": e164 == TRUNK_LINE,
                "active": True,
                "profile": profiles[profile],
                "agent": agents[agent],
                "policy": policy,
            },
        )


def load_rules(
    agents: dict[str, Agent], calendar: Calendar, policy: EscalationPolicy
) -> None:
    important = {
        "caller_match": CallerMatch.LISTED,
        "action": RuleAction.DIVERT,
        "policy": policy,
    }
    after_hours = {
        "hours_match": HoursMatch.CLOSED,
        "calendar": calendar,
        "action": RuleAction.ACCEPT,
        "agent": agents["After hours"],
    }
    busy = {
        "load": LoadScope.NUMBER,
        "load_from": MANY_CALLS,
        "action": RuleAction.CALLBACK,
    }
    rules: dict[str, dict[str, Any]] = {
        "Important customers": important,
        "Too many calls at once": busy,
        "After hours": after_hours,
    }
    for position, (name, values) in enumerate(rules.items()):
        RoutingRule.objects.update_or_create(
            name=name, defaults={"position": position, **values}
        )
    lines = [MAIN_LINE, VOICE_LINE, TRUNK_LINE]
    desks = PhoneNumber.objects.filter(e164__in=lines)
    RoutingRule.objects.get(name="After hours").numbers.set(desks)
    second = PhoneNumber.objects.filter(e164=SECOND_LINE)
    RoutingRule.objects.get(name="Too many calls at once").numbers.set(second)
    vip = CallerList.objects.filter(name=VIP_LIST)
    RoutingRule.objects.get(name="Important customers").caller_lists.set(vip)


def load_lists() -> None:
    lists = (
        (BLOCK_LIST, ListKind.BLOCK, BLOCKED, "Calls to sell us something."),
        (VIP_LIST, ListKind.VIP, VIP, "Our largest customer."),
    )
    for name, kind, caller, reason in lists:
        chosen, _ = CallerList.objects.update_or_create(
            name=name, defaults={"kind": kind}
        )
        CallerEntry.objects.update_or_create(
            caller_list=chosen,
            caller=caller,
            defaults={"reason": reason, "expires_at": None},
        )

"""Rows of the routing app for tests. Each maker fills in what its test does not name.

`publish` makes what was made the release that calls are decided from.
"""

from datetime import time
from itertools import count
from typing import Any

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
    NumberGroup,
    PhoneNumber,
    PolicyStep,
    Release,
    RoutingRule,
)
from routing.services import live, releases

SERIAL = count(1)


def unique(word: str) -> str:
    return f"{word} {next(SERIAL)}"


def make_calendar(*spans: tuple[int, str, str], **fields: Any) -> Calendar:
    """Spans as (0, "08:00", "18:00") for Monday; none is a calendar always closed."""
    fields.setdefault("name", unique("Office hours"))
    calendar = Calendar.objects.create(**fields)
    for weekday, opens, closes in spans:
        CalendarSpan.objects.create(
            calendar=calendar,
            weekday=weekday,
            opens=time.fromisoformat(opens),
            closes=time.fromisoformat(closes),
        )
    return calendar


def make_contact(**fields: Any) -> Contact:
    fields.setdefault("name", unique("Contact"))
    fields.setdefault("phone", "+12025550151")
    fields.setdefault("email", "contact@example.com")
    return Contact.objects.create(**fields)


def make_policy(*contacts: Contact, **fields: Any) -> EscalationPolicy:
    """Rings the contacts in their order, or one made for it when none is given."""
    fields.setdefault("name", unique("Policy"))
    policy = EscalationPolicy.objects.create(**fields)
    for position, contact in enumerate(contacts or (make_contact(),)):
        PolicyStep.objects.create(policy=policy, contact=contact, position=position)
    return policy


def make_language(profile: LanguageProfile, **fields: Any) -> Language:
    fields.setdefault("position", profile.languages.count())
    fields.setdefault("greeting", "Thank you for calling. How can I help?")
    return Language.objects.create(profile=profile, **fields)


def make_profile(*codes: str, **fields: Any) -> LanguageProfile:
    """In English unless codes such as "en-US" and "es-US" are given."""
    fields.setdefault("name", unique("Profile"))
    profile = LanguageProfile.objects.create(**fields)
    for code in codes or ("en-US",):
        make_language(profile, code=code, voice=f"{code}-Chirp3-HD-Aoede")
    return profile


def make_tool(**fields: Any) -> HttpTool:
    fields.setdefault("name", f"tool_{next(SERIAL)}")
    fields.setdefault("description", "Looks something up.")
    fields.setdefault("url", "https://tools.example.com/look-up")
    return HttpTool.objects.create(**fields)


def make_agent(*tools: HttpTool, **fields: Any) -> Agent:
    fields.setdefault("name", unique("Agent"))
    fields.setdefault("instructions", "You answer the phone.")
    agent = Agent.objects.create(**fields)
    agent.tools.set(tools)
    return agent


def make_field(agent: Agent, name: str, **fields: Any) -> AgentField:
    fields.setdefault("position", agent.fields.count())
    fields.setdefault("description", f"the {name.replace('_', ' ')}")
    return AgentField.objects.create(agent=agent, name=name, **fields)


def make_number(**fields: Any) -> PhoneNumber:
    # Contacts and callers have the lower ones.
    fields.setdefault("e164", f"+1202555{1000 + next(SERIAL)}")
    fields.setdefault("label", unique("Line"))
    for name, make in (
        ("profile", make_profile),
        ("agent", make_agent),
        ("policy", make_policy),
    ):
        if name not in fields:
            fields[name] = make()
    return PhoneNumber.objects.create(**fields)


def make_rule(*numbers: PhoneNumber, **fields: Any) -> RoutingRule:
    """For the numbers given, or for all. Rules made later come later."""
    fields.setdefault("name", unique("Rule"))
    fields.setdefault("position", RoutingRule.objects.count())
    rule = RoutingRule.objects.create(**fields)
    rule.numbers.set(numbers)
    return rule


def make_list(*callers: str, **fields: Any) -> CallerList:
    """A block list, unless its kind is given, with these callers on it."""
    fields.setdefault("name", unique("Callers"))
    fields.setdefault("kind", "block")
    chosen = CallerList.objects.create(**fields)
    for caller in callers:
        make_entry(chosen, caller)
    return chosen


def make_entry(chosen: CallerList, caller: str, **fields: Any) -> CallerEntry:
    fields.setdefault("reason", "A reason.")
    return CallerEntry.objects.create(caller_list=chosen, caller=caller, **fields)


def make_group(*numbers: PhoneNumber, **fields: Any) -> NumberGroup:
    fields.setdefault("name", unique("Group"))
    group = NumberGroup.objects.create(**fields)
    group.numbers.set(numbers)
    return group


def publish(note: str = "") -> Release:
    release = releases.publish(author=None, note=note)
    live.refresh()
    return release

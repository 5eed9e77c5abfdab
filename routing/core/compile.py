"""From a release's snapshot (JSON) to the frozen values that calls run from.

Checked here is what would make a ruleset unusable: shape, types, and that every
reference leads somewhere. Whether the values are wise was checked before publishing;
refusing an old release for a rule that was added later would end its calls.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import TypeVar

from routing.core.compile_agents import read_agent, read_tool
from routing.core.compile_rules import (
    read_account,
    read_caller_list,
    read_capacity,
    read_group,
    read_rule,
)
from routing.core.entries import Entry
from routing.core.errors import BadSnapshot
from routing.core.hours import zone
from routing.core.phrases import phrases_for
from routing.core.ruleset import (
    Agent,
    Calendar,
    CallerList,
    Contact,
    DatedHours,
    EscalationPolicy,
    HttpTool,
    HuntStep,
    Language,
    LanguageProfile,
    Number,
    NumberGroup,
    Path,
    Phrases,
    PolicyEnd,
    RuleAction,
    Ruleset,
    Span,
)

FORMAT = 1
Record = TypeVar(
    "Record",
    Agent,
    Calendar,
    CallerList,
    Contact,
    EscalationPolicy,
    HttpTool,
    LanguageProfile,
    Number,
    NumberGroup,
)


def compile_snapshot(number: int, snapshot: Mapping[str, object]) -> Ruleset:
    top = Entry("", snapshot)
    if top.whole("format", FORMAT) != FORMAT:
        raise BadSnapshot("format: this release was made by a newer version")
    tools = keyed("tools", map(read_tool, top.entries("tools")))
    ruleset = Ruleset(
        number=number,
        numbers=keyed("numbers", map(read_number, top.entries("numbers"))),
        profiles=keyed("profiles", map(read_profile, top.entries("profiles"))),
        agents=keyed("agents", (read_agent(e, tools) for e in top.entries("agents"))),
        policies=keyed("policies", map(read_policy, top.entries("policies"))),
        contacts=keyed("contacts", map(read_contact, top.entries("contacts"))),
        calendars=keyed("calendars", map(read_calendar, top.entries("calendars"))),
        rules=tuple(map(read_rule, top.entries("rules"))),
        groups=keyed("groups", map(read_group, top.entries("groups"))),
        caller_lists=keyed(
            "caller_lists", map(read_caller_list, top.entries("caller_lists"))
        ),
        capacity=read_account(top),
    )
    check_references(ruleset)
    return ruleset


def keyed(kind: str, records: Iterable[Record]) -> dict[str, Record]:
    result: dict[str, Record] = {}
    for record in records:
        if record.key in result:
            raise BadSnapshot(f"{kind}: two have the key {record.key}")
        result[record.key] = record
    return result


def read_number(entry: Entry) -> Number:
    return Number(
        key=entry.text("key"),
        e164=entry.text("e164"),
        label=entry.text("label"),
        time_zone=read_zone(entry),
        path=entry.choice("path", Path),
        active=entry.flag("active"),
        profile=entry.text("profile"),
        agent=entry.text("agent"),
        policy=entry.text("policy"),
        trunk=entry.flag("trunk", False),
        capacity=read_capacity(entry),
        overflow=entry.choice("overflow", RuleAction, RuleAction.VOICEMAIL),
        overflow_message=entry.text("overflow_message", ""),
    )


def read_zone(entry: Entry) -> str:
    name = entry.text("time_zone")
    if zone(name) is None:
        raise BadSnapshot(f"{entry.at('time_zone')}: {name} is not a known time zone")
    return name


def read_profile(entry: Entry) -> LanguageProfile:
    attributes = entry.entry("attributes")
    languages = tuple(map(read_language, entry.entries("languages")))
    if not languages:
        raise BadSnapshot(f"{entry.at('languages')}: a profile needs one at least")
    return LanguageProfile(
        key=entry.text("key"),
        name=entry.text("name"),
        languages=languages,
        attributes={name: attributes.text(name) for name in attributes.values},
        merge_window_ms=entry.whole("merge_window_ms", 450),
        inter_digit_ms=entry.whole("inter_digit_ms", 2500),
        digit_terminator=entry.text("digit_terminator", "#"),
        must_disclose=entry.flag("must_disclose", False),
    )


def read_language(entry: Entry) -> Language:
    code, phrases = entry.text("code"), entry.entry("phrases")
    usual = asdict(phrases_for(code))
    return Language(
        code=code,
        transcription_provider=entry.text("transcription_provider"),
        speech_model=entry.text("speech_model"),
        tts_provider=entry.text("tts_provider"),
        voice=entry.text("voice"),
        greeting=entry.text("greeting"),
        hints=entry.text("hints"),
        phrases=Phrases(**{name: phrases.text(name, usual[name]) for name in usual}),
        disclosure=entry.text("disclosure", ""),
    )


def read_contact(entry: Entry) -> Contact:
    return Contact(
        key=entry.text("key"),
        name=entry.text("name"),
        phone=entry.text("phone"),
        email=entry.text("email"),
        calendar=entry.text("calendar", ""),
    )


def read_policy(entry: Entry) -> EscalationPolicy:
    return EscalationPolicy(
        key=entry.text("key"),
        name=entry.text("name"),
        steps=tuple(
            HuntStep(step.text("contact"), step.whole("ring_seconds"))
            for step in entry.entries("steps")
        ),
        end=entry.choice("end", PolicyEnd),
        follow_up_owner=entry.text("follow_up_owner", ""),
        follow_up_minutes=entry.whole("follow_up_minutes", 240),
    )


def read_calendar(entry: Entry) -> Calendar:
    return Calendar(
        key=entry.text("key"),
        name=entry.text("name"),
        time_zone=read_zone(entry),
        spans=tuple(map(read_span, entry.entries("spans"))),
        exceptions=tuple(map(read_dated_hours, entry.entries("exceptions"))),
        holidays_of=entry.text("holidays_of", ""),
        open_on=frozenset(entry.days("open_on")),
    )


def read_dated_hours(entry: Entry) -> DatedHours:
    first, last = entry.day("first"), entry.day("last")
    if last < first:
        raise BadSnapshot(f"{entry.at('last')}: it ends before it begins")
    hours = DatedHours(entry.text("name"), first, last)
    if not entry.text("opens", ""):
        return hours
    return replace(hours, opens=entry.clock("opens"), closes=entry.clock("closes"))


def read_span(entry: Entry) -> Span:
    weekday = entry.whole("weekday")
    if weekday not in range(7):
        raise BadSnapshot(f"{entry.at('weekday')}: expected 0 (Monday) to 6 (Sunday)")
    return Span(weekday, entry.clock("opens"), entry.clock("closes"))


def check_references(ruleset: Ruleset) -> None:
    for owner, kind, key, known in references(ruleset):
        if key and key not in known:
            raise BadSnapshot(f"{owner}: there is no {kind} {key}")


def references(
    ruleset: Ruleset,
) -> Iterable[tuple[str, str, str, Mapping[str, object]]]:
    """Every reference as (who refers, to what kind, its key, the records of it)."""
    r = ruleset
    for number in r.numbers.values():
        owner = f"number {number.label}"
        yield owner, "profile", number.profile, r.profiles
        yield owner, "agent", number.agent, r.agents
        yield owner, "policy", number.policy, r.policies
    for agent in r.agents.values():
        yield f"agent {agent.name}", "policy", agent.policy, r.policies
    for contact in r.contacts.values():
        yield f"contact {contact.name}", "calendar", contact.calendar, r.calendars
    for policy in r.policies.values():
        for step in policy.steps:
            yield f"policy {policy.name}", "contact", step.contact, r.contacts
    for rule in r.rules:
        owner = f"rule {rule.name}"
        yield owner, "contact", rule.contact, r.contacts
        for key in (rule.calendar, *rule.more_calendars):
            yield owner, "calendar", key, r.calendars
        for key in (rule.agent, rule.second_agent):
            yield owner, "agent", key, r.agents
        yield owner, "profile", rule.profile, r.profiles
        yield owner, "policy", rule.policy, r.policies
        for key in rule.caller_lists:
            yield owner, "caller list", key, r.caller_lists
        for key in rule.groups:
            yield owner, "group of numbers", key, r.groups
        for key in rule.numbers:
            yield owner, "number", key, r.numbers
    for group in r.groups.values():
        for key in group.numbers:
            yield f"group {group.name}", "number", key, r.numbers

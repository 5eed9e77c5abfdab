"""A snapshot in the words of the admin: the labels of its forms, names instead of keys.

Labels are the model fields' own, so what is compared before publishing reads like the
page on which it was changed. Lists within a record become one text of several lines.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from django.db.models import BooleanField, Model

from routing.core.attribute_table import PROFILE_ATTRIBUTES
from routing.core.callers import spaced
from routing.core.compile import read_dated_hours
from routing.core.entries import Entry
from routing.core.hour_rules import day_words, exception_words
from routing.core.phrases import phrases_for
from routing.core.public_holidays import places
from routing.core.readable import Record
from routing.core.ruleset import RuleAction, VoiceSettings
from routing.models import (
    AccountLimits,
    Agent,
    AgentField,
    Calendar,
    CalendarSpan,
    CallerList,
    Contact,
    EscalationPolicy,
    HttpTool,
    Language,
    LanguageProfile,
    NumberGroup,
    PhoneNumber,
    RoutingRule,
)
from routing.models.voice import SETTINGS
from routing.services import rule_wording
from routing.services.labels import field_of, label

Values = Mapping[str, Any]
Names = Mapping[tuple[str, str], str]
Rows = Iterator[tuple[str, str]]

# The sections of a snapshot in the order in which a manager thinks of them.
SECTIONS: Mapping[str, type[Model]] = {
    "numbers": PhoneNumber,
    "rules": RoutingRule,
    "agents": Agent,
    "profiles": LanguageProfile,
    "policies": EscalationPolicy,
    "contacts": Contact,
    "calendars": Calendar,
    "tools": HttpTool,
    "groups": NumberGroup,
    "caller_lists": CallerList,
    "account": AccountLimits,
}
# What older releases do not hold is what calls take it for, and so no change.
USUAL_VOICE = asdict(VoiceSettings())
LATER_ADDED: Mapping[str, Values] = {
    "agents": {"voice": {}, "max_calls": 0, "kept_calls": 0},
    "calendars": {"exceptions": [], "holidays_of": "", "open_on": []},
    "numbers": {
        "trunk": False,
        "max_calls": 0,
        "kept_calls": 0,
        "overflow": "voicemail",
        "overflow_message": "",
    },
    "profiles": {"must_disclose": False},
    "rules": rule_wording.UNASKED,
}
REFERENCES: Mapping[str, str] = {
    "profile": "profiles",
    "agent": "agents",
    "policy": "policies",
    "calendar": "calendars",
    "second_agent": "agents",
    "contact": "contacts",
}


def readable(snapshot: Values, later: Values | None = None) -> list[Record]:
    """With `later`, records go by the names they have there: when an agent is renamed,

    the numbers it answers have not changed.
    """
    names = {**all_names(snapshot), **all_names(later or {})}
    records = []
    for section, model in SECTIONS.items():
        for values in snapshot.get(section, []):
            values = {**LATER_ADDED.get(section, {}), **values}
            name, rows = names[section, values["key"]], rows_of(model, values, names)
            records.append(record(model, values["key"], name, rows))
        if model is LanguageProfile:
            records += language_records(snapshot, names)
    return records


def record(model: type[Model], key: str, name: str, rows: Rows) -> Record:
    kind = str(model._meta.verbose_name).capitalize()
    return Record(kind=kind, key=key, name=name, rows=dict(rows))


def language_records(snapshot: Values, names: Names) -> Iterator[Record]:
    """By themselves, so that one that is added is one change and not twenty."""
    for profile in snapshot.get("profiles", []):
        name = names["profiles", profile["key"]]
        for language in profile["languages"]:
            key = f"{profile['key']} {language['code']}"
            title = f"{name}: {language['code']}"
            yield record(Language, key, title, language_rows(language))


def all_names(snapshot: Values) -> Names:
    return {
        (section, values["key"]): values.get("name") or values.get("label") or ""
        for section in SECTIONS
        for values in snapshot.get(section, [])
    }


def rows_of(model: type[Model], values: Values, names: Names) -> Rows:
    for name, value in in_form_order(model, values):
        if not is_asked(model, name, value):
            continue
        if name in SPECIAL:
            yield from SPECIAL[name](value, names)
        elif name in REFERENCES:
            yield label(model, name), names.get((REFERENCES[name], value), "")
        elif name != "key" and is_shown(values, name):
            yield label(model, name), words(model, name, value)


def in_form_order(model: type[Model], values: Values) -> list[tuple[str, Any]]:
    """The database keeps no order of keys; lists of other records come last."""
    order = [field.name for field in model._meta.fields]
    order[2:2] = ["numbers", "groups"]
    known = {name: place for place, name in enumerate(order)}
    return sorted(values.items(), key=lambda pair: known.get(pair[0], len(known)))


def is_shown(values: Values, name: str) -> bool:
    """What a rejected caller is told says nothing about a rule that rejects nobody."""
    if name not in ("sip_status", "because"):
        return True
    return values.get("action") in (RuleAction.REJECT, RuleAction.MESSAGE)


def is_asked(model: type[Model], name: str, value: Any) -> bool:
    if model is not RoutingRule or name not in rule_wording.UNASKED:
        return True
    return bool(value != rule_wording.UNASKED[name])


def words(model: type[Model], name: str, value: Any) -> str:
    field = field_of(model, name)
    if isinstance(field, BooleanField):
        return "yes" if value in (True, "true") else "no"
    if field.flatchoices:
        return str(dict(field.flatchoices).get(value, value))
    if name in ("e164", "phone"):
        return spaced(value)
    return str(value)


def attribute_rows(attributes: Values, names: Names) -> Rows:
    for attribute in PROFILE_ATTRIBUTES:
        if attribute.name in attributes:
            text = words(LanguageProfile, attribute.field, attributes[attribute.name])
            yield label(LanguageProfile, attribute.field), text


def language_list(languages: list[Values], names: Names) -> Rows:
    yield "Languages", ", ".join(language["code"] for language in languages)


def language_rows(language: Values) -> Rows:
    """A sentence that an older release does not hold is said in our own words."""
    usual = asdict(phrases_for(language["code"]))
    values = {"disclosure": "", **language, **usual, **language["phrases"]}
    for name, value in in_form_order(Language, values):
        if name not in ("code", "phrases"):
            yield label(Language, name), words(Language, name, value)


def limit_rows(limits: Values, names: Names) -> Rows:
    for name, value in in_form_order(Agent, limits):
        yield label(Agent, name), words(Agent, name, value)


def voice_rows(voice: Values, names: Names) -> Rows:
    for name, value in {**USUAL_VOICE, **voice}.items():
        text = "\n".join(value) if name == "transcription_models" else value
        yield label(Agent, SETTINGS[name]), words(Agent, SETTINGS[name], text)


def field_rows(fields: list[Values], names: Names) -> Rows:
    yield "Fields to collect", "\n".join(map(field_line, fields))


def field_line(field: Values) -> str:
    kind = words(AgentField, "kind", field["kind"]).lower()
    needed = ", needed before a person takes over"
    end = needed if field["required_before_handoff"] else ""
    return f"{field['name']}: {field['description']} ({kind}{end})"


def tool_rows(keys: list[str], names: Names) -> Rows:
    yield "Tools", ", ".join(names.get(("tools", key), key) for key in keys)


def step_rows(steps: list[Values], names: Names) -> Rows:
    yield (
        "Contacts to ring",
        "\n".join(
            f"{place}. {names.get(('contacts', step['contact']), '')}, "
            f"{step['ring_seconds']} seconds"
            for place, step in enumerate(steps, 1)
        ),
    )


def span_rows(spans: list[Values], names: Names) -> Rows:
    yield (
        "Openings",
        "\n".join(
            f"{words(CalendarSpan, 'weekday', span['weekday'])} "
            f"{span['opens']} to {span['closes']}"
            for span in spans
        ),
    )


def exception_rows(exceptions: list[Values], names: Names) -> Rows:
    yield "Dated exceptions", "\n".join(map(exception_line, exceptions))


def exception_line(exception: Values) -> str:
    hours = read_dated_hours(Entry("", exception))
    return f"{hours.name}: {exception_words(hours)}"


def place_rows(place: str, names: Names) -> Rows:
    yield label(Calendar, "holidays_of"), places().get(place, place)


def open_day_rows(days: list[str], names: Names) -> Rows:
    text = "\n".join(day_words(date.fromisoformat(day)) for day in days)
    yield label(Calendar, "open_on"), text


def number_rows(keys: list[str], names: Names) -> Rows:
    yield (
        "Numbers",
        ", ".join(names.get(("numbers", key), key) for key in keys) or "all",
    )


def schema_rows(schema: Values, names: Names) -> Rows:
    lines = [
        f"{name}: {kind}{', required' if required else ''}. {meaning}".rstrip(". ")
        for name, kind, required, meaning in HttpTool(schema=dict(schema)).arguments()
    ]
    yield label(HttpTool, "schema"), "\n".join(lines) or "none"


SPECIAL: Mapping[str, Callable[[Any, Names], Rows]] = {
    "attributes": attribute_rows,
    "languages": language_list,
    "limits": limit_rows,
    "voice": voice_rows,
    "fields": field_rows,
    "tools": tool_rows,
    "steps": step_rows,
    "spans": span_rows,
    "exceptions": exception_rows,
    "holidays_of": place_rows,
    "open_on": open_day_rows,
    "numbers": number_rows,
    "schema": schema_rows,
    **rule_wording.SPECIAL,
}

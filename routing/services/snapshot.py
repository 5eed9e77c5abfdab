"""The draft, written down: the JSON that a release is made of.

What it holds is read back by `routing.core.compile`. Keys are primary keys as text.
A record's values have the names of its model's fields, which is where the words come
from when two snapshots are compared; `voice` says how it differs.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import ManyToManyField, Model

from routing.core.compile import FORMAT
from routing.models import (
    AccountLimits,
    Agent,
    Calendar,
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

Snapshot = dict[str, Any]

LIMITS = (
    "max_seconds",
    "warn_seconds",
    "at_limit",
    "silence_seconds",
    "silence_prompts",
    "at_silence",
    "filler_after",
    "first_token_seconds",
    "max_tool_rounds",
)

LINKS = ("numbers", "groups", "caller_lists", "more_calendars")

CONDITIONS = (
    "verification",
    "forwarded",
    "history",
    "within_minutes",
    "load",
    "load_from",
    "budget",
)


def draft_snapshot() -> Snapshot:
    """Always in the same order, so that equal drafts are equal snapshots."""
    profiles = LanguageProfile.objects.order_by("pk").prefetch_related("languages")
    agents = Agent.objects.order_by("pk").prefetch_related("fields", "tools")
    policies = EscalationPolicy.objects.order_by("pk").prefetch_related("steps")
    calendars = Calendar.objects.order_by("pk").prefetch_related("spans", "exceptions")
    named = {name: linked(RoutingRule, name) for name in LINKS}
    members = linked(NumberGroup, "numbers")
    return {
        "format": FORMAT,
        "numbers": [number(n) for n in PhoneNumber.objects.order_by("pk")],
        "rules": [rule(r, named) for r in RoutingRule.objects.all()],
        "profiles": [profile(p) for p in profiles],
        "agents": [agent(a) for a in agents],
        "tools": [tool(t) for t in HttpTool.objects.order_by("pk")],
        "policies": [policy(p) for p in policies],
        "contacts": [contact(c) for c in Contact.objects.order_by("pk")],
        "calendars": [calendar(c) for c in calendars],
        "groups": [
            group(g, members.get(g.pk, [])) for g in NumberGroup.objects.order_by("pk")
        ],
        "caller_lists": [caller_list(c) for c in CallerList.objects.order_by("pk")],
        "account": account(),
    }


def key(pk: int | None) -> str:
    return "" if pk is None else str(pk)


def keys(records: Iterable[Model]) -> list[str]:
    return sorted((key(record.pk) for record in records), key=int)


def linked(model: type[Model], name: str) -> Mapping[int, list[str]]:
    """The keys that each record names, by its own; the records are not read for it:

    five hundred rules name thousands, and this is asked for every page of the admin.
    """
    field = model._meta.get_field(name)
    assert isinstance(field, ManyToManyField)
    assert field.remote_field.through is not None
    own, other = field.m2m_column_name(), field.m2m_reverse_name()
    found: dict[int, list[str]] = {}
    links = field.remote_field.through._default_manager.order_by(other)
    for pk, named in links.values_list(own, other):
        found.setdefault(pk, []).append(key(named))
    return found


def plain(record: Model, *names: str) -> Snapshot:
    values = {name: tidy(getattr(record, name)) for name in names}
    return {"key": key(record.pk), **values}


def tidy(value: Any) -> Any:
    """Browsers end lines their own way, which is no change and no other prompt."""
    if not isinstance(value, str):
        return value
    return "\n".join(line.rstrip() for line in value.splitlines()).strip()


def number(n: PhoneNumber) -> Snapshot:
    return {
        **plain(n, "e164", "label", "time_zone", "path", "active", "trunk"),
        **plain(n, "max_calls", "kept_calls", "overflow", "overflow_message"),
        "profile": key(n.profile_id),
        "agent": key(n.agent_id),
        "policy": key(n.policy_id),
    }


def profile(p: LanguageProfile) -> Snapshot:
    return {
        **plain(p, "name", "merge_window_ms", "inter_digit_ms", "digit_terminator"),
        "must_disclose": p.must_disclose,
        "attributes": p.attributes(),
        "languages": [language(entry) for entry in p.languages.all()],
    }


def language(entry: Language) -> Snapshot:
    compiled = entry.compiled()
    return {
        "code": compiled.code,
        "transcription_provider": compiled.transcription_provider,
        "speech_model": compiled.speech_model,
        "tts_provider": compiled.tts_provider,
        "voice": compiled.voice,
        "greeting": compiled.greeting,
        "hints": compiled.hints,
        "phrases": entry.phrases(),
        "disclosure": tidy(compiled.disclosure),
    }


def agent(a: Agent) -> Snapshot:
    limits = {name: getattr(a, name) for name in LIMITS}
    return {
        **plain(a, "name", "objective", "instructions", "model", "reasoning_effort"),
        **plain(a, "max_output_tokens", "max_calls", "kept_calls"),
        "fields": [
            {
                "name": field.name,
                "description": field.description,
                "kind": field.kind,
                "required_before_handoff": field.required_before_handoff,
            }
            for field in a.fields.all()
        ],
        "tools": keys(a.tools.all()),
        "policy": key(a.policy_id),
        "zero_reaches_person": a.zero_reaches_person,
        "limits": {**limits, "max_cost": f"{a.max_cost:.2f}"},
        "voice": voice(a),
    }


def voice(a: Agent) -> Snapshot:
    """By the names of the settings, which the agent's fields cannot all have."""
    values = {name: tidy(getattr(a, field)) for name, field in SETTINGS.items()}
    return {**values, "transcription_models": list(a.transcription_list())}


def tool(t: HttpTool) -> Snapshot:
    return plain(
        t,
        "name",
        "description",
        "method",
        "url",
        "allow_private",
        "schema",
        "secret_name",
        "timeout",
        "waiting_line",
    )


def policy(p: EscalationPolicy) -> Snapshot:
    return {
        **plain(p, "name", "end", "follow_up_owner", "follow_up_minutes"),
        "steps": [
            {"contact": key(step.contact_id), "ring_seconds": step.ring_seconds}
            for step in p.steps.all()
        ],
    }


def contact(c: Contact) -> Snapshot:
    return {**plain(c, "name", "phone", "email"), "calendar": key(c.calendar_id)}


def calendar(c: Calendar) -> Snapshot:
    return {
        **plain(c, "name", "time_zone", "holidays_of"),
        "open_on": sorted(c.open_on.split()),
        "exceptions": [
            {
                "name": row.name,
                "first": f"{row.first}",
                "last": f"{row.last or row.first}",
                "opens": f"{row.opens:%H:%M}" if row.opens else "",
                "closes": f"{row.closes:%H:%M}" if row.closes else "",
            }
            for row in c.exceptions.all()
        ],
        "spans": [
            {
                "weekday": span.weekday,
                "opens": f"{span.opens:%H:%M}",
                "closes": f"{span.closes:%H:%M}",
            }
            for span in c.spans.all()
        ],
    }


def rule(r: RoutingRule, named: Mapping[str, Mapping[int, list[str]]]) -> Snapshot:
    return {
        **plain(r, "name", "caller_match", "hours_match", "action"),
        **plain(r, "message", "because", "sip_status", "second_share"),
        **plain(r, *CONDITIONS),
        **{name: links.get(r.pk, []) for name, links in named.items()},
        "callers": r.caller_list(),
        "countries": r.country_list(),
        "forwarded_from": r.forwarded_list(),
        "headers": [{"name": name, "value": value} for name, value in r.header_list()],
        "calendar": key(r.calendar_id),
        **moments(r),
        "agent": key(r.agent_id),
        "second_agent": key(r.second_agent_id),
        "profile": key(r.profile_id),
        "policy": key(r.policy_id),
        "contact": key(r.contact_id),
    }


def moments(r: RoutingRule) -> Snapshot:
    return {
        "weekdays": [str(day) for day in r.weekday_list()],
        "since": f"{r.since:%H:%M}" if r.since else "",
        "until": f"{r.until:%H:%M}" if r.until else "",
        "first_day": f"{r.first_day:%Y-%m-%d}" if r.first_day else "",
        "last_day": f"{r.last_day:%Y-%m-%d}" if r.last_day else "",
    }


def group(g: NumberGroup, numbers: list[str]) -> Snapshot:
    return {**plain(g, "name"), "numbers": numbers}


def caller_list(c: CallerList) -> Snapshot:
    """Not who is on it: that holds at once, whatever is published."""
    return plain(c, "name", "kind")


def account() -> list[Snapshot]:
    """None where there is no limit, which is how every account begins."""
    found = AccountLimits.objects.filter(max_calls__gt=0)
    return [plain(limits, "name", "max_calls", "kept_calls") for limits in found]

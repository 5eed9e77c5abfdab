"""The draft, written down: the JSON that a release is made of.

What it holds is read back by `routing.core.compile`. Keys are primary keys as text.
A record's values have the names of its model's fields, which is where the words come
from when two snapshots are compared; `voice` says how it differs.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model

from routing.core.compile import FORMAT
from routing.models import (
    Agent,
    Calendar,
    Contact,
    EscalationPolicy,
    HttpTool,
    Language,
    LanguageProfile,
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


def draft_snapshot() -> Snapshot:
    """Always in the same order, so that equal drafts are equal snapshots."""
    profiles = LanguageProfile.objects.order_by("pk").prefetch_related("languages")
    agents = Agent.objects.order_by("pk").prefetch_related("fields", "tools")
    policies = EscalationPolicy.objects.order_by("pk").prefetch_related("steps")
    calendars = Calendar.objects.order_by("pk").prefetch_related("spans", "exceptions")
    rules = RoutingRule.objects.prefetch_related("numbers")
    return {
        "format": FORMAT,
        "numbers": [number(n) for n in PhoneNumber.objects.order_by("pk")],
        "rules": [rule(r) for r in rules],
        "profiles": [profile(p) for p in profiles],
        "agents": [agent(a) for a in agents],
        "tools": [tool(t) for t in HttpTool.objects.order_by("pk")],
        "policies": [policy(p) for p in policies],
        "contacts": [contact(c) for c in Contact.objects.order_by("pk")],
        "calendars": [calendar(c) for c in calendars],
    }


def key(pk: int | None) -> str:
    return "" if pk is None else str(pk)


def keys(records: Iterable[Model]) -> list[str]:
    return sorted((key(record.pk) for record in records), key=int)


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
        "profile": key(n.profile_id),
        "agent": key(n.agent_id),
        "policy": key(n.policy_id),
    }


def profile(p: LanguageProfile) -> Snapshot:
    return {
        **plain(p, "name", "merge_window_ms", "inter_digit_ms", "digit_terminator"),
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
    }


def agent(a: Agent) -> Snapshot:
    limits = {name: getattr(a, name) for name in LIMITS}
    return {
        **plain(a, "name", "objective", "instructions", "model", "reasoning_effort"),
        "max_output_tokens": a.max_output_tokens,
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


def rule(r: RoutingRule) -> Snapshot:
    return {
        **plain(r, "name", "caller_match", "hours_match", "action"),
        **plain(r, "message", "because"),
        "numbers": keys(r.numbers.all()),
        "callers": r.caller_list(),
        "calendar": key(r.calendar_id),
        "agent": key(r.agent_id),
        "profile": key(r.profile_id),
        "policy": key(r.policy_id),
        "sip_status": r.sip_status,
    }

"""The tester: what would happen to a call, under the draft or any release."""

import json
from typing import Any
from xml.etree import ElementTree as ET

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.template.response import TemplateResponse

from calls.admin.history import ModelAdmin
from calls.admin.trial_form import TrialForm
from calls.carrier_place import place
from calls.core.instructions import ConnectVoice
from calls.driver.voice_bodies import bodies
from calls.errors import Unrenderable
from calls.models import Call
from calls.providers.twilio.twiml import render
from calls.services.engine_claims import Accept
from calls.services.trying import Tried, try_call
from routing.core.compile import compile_snapshot
from routing.core.decision import CallerKind, Verdict
from routing.core.ruleset import Ruleset
from routing.core.trunk import trunk_words
from routing.errors import BadSnapshot, UnknownRelease
from routing.models import Release
from routing.services import releases

DRAFT = "draft"
MOST_RELEASES = 100
PERMISSIONS = ("calls.view_call", "routing.view_routingrule")


def show(request: HttpRequest, site: ModelAdmin) -> TemplateResponse:
    if not request.user.has_perms(PERMISSIONS):
        raise PermissionDenied
    which = request.GET.get("release", DRAFT)
    context: dict[str, Any] = {
        **site.admin_site.each_context(request),
        "title": "Try a call",
        "opts": site.opts,
        "which": which,
        "releases": release_names(),
    }
    try:
        ruleset = ruleset_named(which)
    except (BadSnapshot, UnknownRelease) as problem:
        context["problem"] = f"{str(problem).rstrip('.')}."
    else:
        context |= answered(request, ruleset)
    return TemplateResponse(request, "calls/trial.html", context)


def release_names() -> list[tuple[str, str]]:
    numbers = Release.objects.values_list("number", flat=True)[:MOST_RELEASES]
    draft = (DRAFT, "The draft, as it is in the admin now")
    return [draft, *((str(number), f"Release {number}") for number in numbers)]


def ruleset_named(which: str) -> Ruleset:
    """Raises BadSnapshot and UnknownRelease. The draft counts as the next release."""
    if which == DRAFT:
        number = releases.newest_number() + 1
        return compile_snapshot(number, releases.draft_snapshot())
    if not which.isdecimal() or len(which) > 9:
        raise UnknownRelease(f"There is no release “{which}”.")
    return compile_snapshot(int(which), releases.snapshot_of(int(which)))


def answered(request: HttpRequest, ruleset: Ruleset) -> dict[str, Any]:
    asked = "number" in request.GET
    form = TrialForm(request.GET if asked else None, ruleset=ruleset)
    if not asked or not form.is_valid():
        return {"form": form}
    now = form.moment()
    tried = try_call(ruleset, form.facts(), form.cleaned_data["caller"], now)
    documented = documents(tried, ruleset)
    if request.GET.get("release", DRAFT) == DRAFT:
        tried.call.release_number = 0  # the draft has none yet
    return {
        "form": form,
        "story": tried,
        "call": tried.call,
        "now": now,
        **named(tried, ruleset),
        **documented,
        "open_rules": True,
    }


def named(tried: Tried, ruleset: Ruleset) -> dict[str, str]:
    agent = ruleset.agents.get(tried.decision.agent)
    profile = ruleset.profiles.get(tried.decision.profile)
    policy = ruleset.policy_for(tried.decision.policy)
    return {
        "agent": agent.name if agent else "",
        "profile": profile.name if profile else "",
        "policy": policy.name if policy else "",
    }


def documents(tried: Tried, ruleset: Ruleset) -> dict[str, str]:
    """What the carrier, and the voice model, would be told."""
    number = ruleset.number_for(tried.call.dialled)
    if number is not None and number.trunk:
        return over_the_trunk(tried, ruleset)
    try:
        twiml = pretty(render(tried.instruction, place()))
    except Unrenderable as problem:
        return {"unrenderable": str(problem)}
    if not isinstance(tried.instruction, ConnectVoice):
        return {"twiml": twiml}
    return {"twiml": twiml, **session(tried, ruleset)}


def over_the_trunk(tried: Tried, ruleset: Ruleset) -> dict[str, str]:
    """The carrier does not ask; the voice model alone is told anything."""
    has_number = tried.call.caller_kind == CallerKind.NUMBER
    words = {"trunk": trunk_words(tried.decision, has_number=has_number)}
    accepted = tried.decision.verdict is Verdict.ACCEPT
    return {**words, **session(tried, ruleset)} if accepted else words


def session(tried: Tried, ruleset: Ruleset) -> dict[str, str]:
    body = bodies(acceptance(tried.call, ruleset), ruleset)[0]
    shown = json.dumps(body.content, indent=2, ensure_ascii=False)
    return {"session": shown, "lacks": body.lacks}


def acceptance(call: Call, ruleset: Ruleset) -> Accept:
    return Accept(
        session=0,
        call=0,
        engine="",
        provider_call="",
        release=ruleset.number,
        agent=call.agent_key,
        profile=call.profile_key,
        number_label=call.number_label,
        again=False,
    )


def pretty(document: str) -> str:
    tree = ET.fromstring(document)
    ET.indent(tree)
    return ET.tostring(tree, encoding="unicode")

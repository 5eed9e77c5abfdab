"""A form refuses what would fail on a live call, and says what to change."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from routing.models import (
    Agent,
    Calendar,
    Contact,
    EscalationPolicy,
    HttpTool,
    LanguageProfile,
    PhoneNumber,
    RoutingRule,
)
from tests import makers_routing as make
from tests.routing.admin.posting import errors, submit


def inline(prefix: str, index: int, **values: Any) -> dict[str, Any]:
    """The fields of one more row of an inline; `index` is how many there were."""
    values = {"position": 1000, **values}
    row = {f"{prefix}-{index}-{name}": value for name, value in values.items()}
    return {f"{prefix}-TOTAL_FORMS": index + 1, **row}


def test_a_number_is_kept_in_one_form_however_it_was_written(
    manager: User,
) -> None:
    number = make.make_number()
    assert errors(submit(manager, number, e164="+1 (202) 555-0142")) == ""
    assert PhoneNumber.objects.get().e164 == "+12025550142"


@pytest.mark.parametrize(
    ("changes", "remedy"),
    [
        ({"e164": "555 0100"}, "with its country code"),
        ({"e164": "+1 202"}, "too short or too long"),
        ({"time_zone": "Mars/Olympus"}, "Choose a time zone from the list"),
        ({"agent": ""}, "Choose the agent who answers this number"),
        ({"policy": ""}, "This field is required"),
    ],
)
def test_a_number_that_could_not_be_answered_is_refused(
    manager: User, changes: dict[str, str], remedy: str
) -> None:
    assert remedy in errors(submit(manager, make.make_number(), **changes))


def test_a_number_that_people_answer_needs_no_agent(manager: User) -> None:
    number = make.make_number()
    assert errors(submit(manager, number, path="person", agent="")) == ""


@pytest.mark.parametrize(
    ("changes", "remedy"),
    [
        ({"speech_timeout": "300"}, "Write auto or a number from 600 to 5000."),
        ({"eager_eot_threshold": "0.2"}, "from 0.3 to 0.9"),
        ({"events": []}, "This field is required"),
        ({"eot_threshold": "0.8"}, "choose flux as the speech model"),
        ({"merge_window_ms": "9000"}, "less than or equal to 3000"),
        ({"customer_name": "4111 1111 1111 1111"}, "take it out"),
        ({"languages__0__code": "english"}, "Write a language code such as en-US"),
        ({"languages__0__code": "multi"}, "choose ElevenLabs and one of its voices"),
        (
            {"languages__0__speech_model": "telephony"},
            "Deepgram has no model telephony",
        ),
        ({"languages__0__voice": "es-US-Journey-O"}, "begins with en-US"),
        ({"languages__0__tts_provider": "Amazon"}, "such as Joanna-Neural"),
        ({"languages__0__greeting": ""}, "write a greeting"),
        ({"languages__0__hints": "4111111111111111"}, "card number"),
        ({"languages__0__DELETE": "on"}, "add at least one"),
    ],
)
def test_a_profile_that_would_end_the_call_is_refused(
    manager: User, changes: dict[str, Any], remedy: str
) -> None:
    assert remedy in errors(submit(manager, make.make_profile(), **changes))


def test_flux_may_have_thresholds_but_the_eager_one_is_lower(
    manager: User,
) -> None:
    profile = make.make_profile()
    flux = {"languages__0__speech_model": "flux", "eot_threshold": "0.7"}
    assert errors(submit(manager, profile, **flux)) == ""
    refused = errors(submit(manager, profile, eager_eot_threshold="0.8"))
    assert "“Certainty to begin preparing an answer”" in refused
    assert "lower it" in refused


def test_a_language_we_have_no_sentences_in_asks_for_them(manager: User) -> None:
    german = {"languages__0__code": "de-DE", "languages__0__voice": "de-DE-Journey-O"}
    refused = errors(submit(manager, make.make_profile(), **german))
    assert refused.count("Write this sentence in de-DE") == 13


def test_ticks_are_kept_as_a_list_of_words(manager: User) -> None:
    profile = make.make_profile()
    ticked = {"events": ["tokens-played", "config-updated"], "debug": ["debugging"]}
    assert errors(submit(manager, profile, **ticked)) == ""
    profile.refresh_from_db()
    assert profile.events == "tokens-played config-updated"
    assert profile.debug == "debugging"


@pytest.mark.parametrize(
    ("changes", "remedy"),
    [
        ({"model": "gpt-6.1-sol", "reasoning_effort": "none"}, "choose low"),
        ({"max_seconds": "60", "warn_seconds": "60"}, "Warn later"),
        ({"filler_after": "9"}, "Make this shorter"),
        ({"max_output_tokens": "10"}, "greater than or equal to 50"),
        ({"max_cost": "0"}, "greater than or equal to 0.05"),
        ({"instructions": " "}, "This field is required"),
    ],
)
def test_an_agent_that_could_not_talk_is_refused(
    manager: User, changes: dict[str, str], remedy: str
) -> None:
    assert remedy in errors(submit(manager, make.make_agent(), **changes))


@pytest.mark.parametrize(
    ("changes", "remedy"),
    [
        ({"speed": "1.6"}, "less than or equal to 1.5"),
        ({"speed": "0.2"}, "greater than or equal to 0.25"),
        ({"vad_threshold": "1.1"}, "less than or equal to 1"),
        ({"prefix_padding_ms": "5001"}, "less than or equal to 5000"),
        ({"silence_duration_ms": "99"}, "greater than or equal to 100"),
        ({"idle_timeout_ms": "4000"}, "from 5000 to 30000"),
        (
            {"idle_timeout_ms": "8000", "turn_detection": "semantic_vad"},
            "choose “By silence” above",
        ),
        ({"eagerness": "low"}, "choose “By meaning” above"),
        ({"voice_max_output_tokens": "4097"}, "less than or equal to 4096"),
        ({"voice_reasoning_effort": "none"}, "not one of the available"),
        ({"retention_ratio": "1.5"}, "less than or equal to 1"),
        ({"post_instructions_tokens": "499"}, "greater than or equal to 500"),
        ({"voice": "Marin please"}, "such as marin"),
        ({"voice_model": "gpt realtime"}, "such as gpt-realtime-2.1"),
        ({"transcription_models": "whisper-1\nwhisper-1"}, "remove one"),
        ({"transcription_models": " "}, "This field is required"),
        ({"turn_detection": "guesswork"}, "not one of the available"),
    ],
)
def test_a_voice_that_would_fail_on_a_call_is_refused(
    manager: User, changes: dict[str, str], remedy: str
) -> None:
    assert remedy in errors(submit(manager, make.make_agent(), **changes))


def test_a_voice_is_kept_with_its_transcription_models_in_order(manager: User) -> None:
    agent = make.make_agent()
    wanted = {
        "voice": "brandnew",
        "noise_reduction": "",
        "turn_detection": "semantic_vad",
        "eagerness": "low",
        "transcription_models": "gpt-transcribe\r\n\r\n gpt-live-transcribe ",
    }
    assert errors(submit(manager, agent, **wanted)) == ""
    agent.refresh_from_db()
    voice = agent.voice_settings()
    assert (voice.voice, voice.eagerness, voice.noise_reduction) == (
        "brandnew",
        "low",
        "",
    )
    assert voice.transcription_models == ("gpt-transcribe", "gpt-live-transcribe")


def test_known_voices_are_suggested(admin_client: Client) -> None:
    agent = make.make_agent()
    page = admin_client.get(f"/admin/routing/agent/{agent.pk}/change/").text
    assert 'list="known-voice"' in page
    assert '<option value="cedar"></option>' in page
    assert "Voice (sip path)" in page


def test_the_fields_of_an_agent_have_different_plain_names(
    manager: User,
) -> None:
    agent = make.make_agent()
    make.make_field(agent, "caller_name")
    twice = inline("fields", 1, name="caller_name", description="x", kind="text")
    assert "duplicate" in errors(submit(manager, agent, **twice))
    spaced = inline("fields", 1, name="Caller name", description="x", kind="text")
    assert "small letters" in errors(submit(manager, agent, **spaced))


@pytest.mark.parametrize(
    ("changes", "remedy"),
    [
        ({"name": "end_call"}, "choose another name"),
        ({"name": "Check slots"}, "small letters"),
        ({"url": "http://tools.example.com/"}, "Use https://"),
        ({"url": "https://192.168.0.7/"}, "inside a private network"),
        ({"secret_name": "OPENAI_API_KEY"}, "begins with TOOL_SECRET_"),
        ({"timeout": "0.1"}, "greater than or equal to 0.5"),
        ({"timeout": "21"}, "less than or equal to 20"),
        ({"schema": "{"}, "Line 1, column 2"),
        ({"schema": '["a"]'}, "The arguments are an object"),
        ({"schema": '{"type": "string"}'}, "The arguments are an object"),
        ({"schema": '{"type": "object", "required": "a"}'}, "At required:"),
        ({"schema": '{"type": "object", "properties": []}'}, "At properties:"),
    ],
)
def test_a_tool_that_could_not_be_called_is_refused(
    manager: User, changes: dict[str, str], remedy: str
) -> None:
    tool = make.make_tool()
    assert remedy in errors(submit(manager, tool, **changes))


def test_a_tool_in_our_own_network_has_to_be_allowed(manager: User) -> None:
    tool = make.make_tool()
    inside = {"url": "http://crm.internal/slots", "allow_private": "on"}
    assert errors(submit(manager, tool, **inside)) == ""


def test_the_arguments_of_a_tool_are_shown_in_words(admin_client: Client) -> None:
    day = {"type": "string", "format": "date", "description": "The day."}
    part = {"enum": ["am", "pm"]}
    schema = {
        "type": "object",
        "properties": {"day": day, "part": part, "n": {"type": ["integer", "null"]}},
        "required": ["day"],
    }
    tool = make.make_tool(schema=schema)
    page = admin_client.get(f"/admin/routing/httptool/{tool.pk}/change/")
    text = " ".join(page.content.decode().split())
    assert "string (date), required. The day." in text
    assert "one of am, pm" in text
    assert "integer or null" in text


@pytest.mark.parametrize(
    ("row", "remedy"),
    [
        ({"weekday": 0, "opens": "17:00", "closes": "20:00"}, "overlap; shorten"),
        (
            {"weekday": 2, "opens": "09:00", "closes": "09:00"},
            "It closes when it opens",
        ),
        ({"weekday": 6, "opens": "22:00", "closes": "09:00"}, "overlap"),
        ({"weekday": 2, "opens": "9 o'clock", "closes": "10:00"}, "Enter a valid time"),
    ],
)
def test_opening_hours_that_contradict_each_other_are_refused(
    manager: User, row: dict[str, Any], remedy: str
) -> None:
    calendar = make.make_calendar((0, "08:00", "18:00"))
    assert remedy in errors(submit(manager, calendar, **inline("spans", 1, **row)))


def test_opening_hours_may_run_over_midnight_or_all_day(manager: User) -> None:
    calendar = make.make_calendar((0, "08:00", "18:00"))
    night = inline("spans", 1, weekday=4, opens="22:00", closes="02:00")
    assert errors(submit(manager, calendar, **night)) == ""
    day = inline("spans", 2, weekday=6, opens="00:00", closes="00:00")
    assert errors(submit(manager, calendar, **day)) == ""
    assert calendar.spans.count() == 3


def test_a_contact_is_reached_at_a_number(manager: User) -> None:
    contact = make.make_contact()
    assert "country code" in errors(submit(manager, contact, phone="0123"))
    assert errors(submit(manager, contact, phone="+44 20 7946 0000")) == ""
    assert Contact.objects.get().phone == "+442079460000"


@pytest.mark.parametrize(
    ("changes", "remedy"),
    [
        ({"steps__0__ring_seconds": "4"}, "greater than or equal to 5"),
        ({"steps__0__ring_seconds": "601"}, "less than or equal to 600"),
        ({"end": "back_to_agent", "steps__0__DELETE": "on"}, "Add a contact"),
        ({"follow_up_minutes": "1"}, "greater than or equal to 5"),
    ],
)
def test_a_policy_that_leads_nowhere_is_refused(
    manager: User, changes: dict[str, str], remedy: str
) -> None:
    assert remedy in errors(submit(manager, make.make_policy(), **changes))


def test_a_policy_rings_nobody_twice(manager: User) -> None:
    policy = make.make_policy()
    contact = policy.steps.get().contact
    twice = inline("steps", 1, contact=contact.pk, ring_seconds=20)
    assert "rung twice" in errors(submit(manager, policy, **twice))


@pytest.mark.parametrize(
    ("changes", "remedy"),
    [
        ({"caller_match": "listed"}, "Name at least one list, number or country"),
        ({"caller_match": "listed", "countries": "US, ZZ"}, "“ZZ” is no country"),
        ({"forwarded": "listed"}, "List at least one number"),
        ({"forwarded": "listed", "forwarded_from": "12"}, "“12”: Write the"),
        ({"history": "again", "within_minutes": "0"}, "greater than or equal to 1"),
        ({"load": "number", "load_from": "0"}, "greater than or equal to 1"),
        ({"since": "09:00", "until": "09:00"}, "It ends when it begins"),
        ({"weekdays": ["7"]}, "not one of the available"),
        (
            {"first_day": "2026-12-24", "last_day": "2026-12-23"},
            "It ends before it begins",
        ),
        ({"headers": "X Line: sales"}, "“X Line” is no name of a header"),
        ({"action": "message"}, "Write what the caller is to hear"),
        ({"caller_match": "listed", "callers": "+1202*\n0199"}, "“0199”: Write the"),
        ({"hours_match": "closed"}, "Choose the calendar"),
        ({"action": "divert"}, "Choose the escalation policy"),
        ({"action": "divert"}, "or one contact"),
        ({"action": "reject", "sip_status": "200"}, "not one of the available"),
        ({"action": "reject", "because": "budget"}, "not one of the available"),
    ],
)
def test_a_rule_that_could_not_be_carried_out_is_refused(
    manager: User, changes: dict[str, str], remedy: str
) -> None:
    assert remedy in errors(submit(manager, make.make_rule(), **changes))


def test_a_rule_keeps_only_what_its_action_needs(manager: User) -> None:
    rule = make.make_rule(agent=make.make_agent(), policy=make.make_policy())
    chosen = {
        "action": "reject",
        "because": "spam",
        "message": "Goodbye.",
        "caller_match": "listed",
        "callers": "+1 (202) 555-0199\n\n+1 303*",
        "calendar": make.make_calendar().pk,
    }
    assert errors(submit(manager, rule, **chosen)) == ""
    rule.refresh_from_db()
    assert (rule.agent, rule.policy, rule.calendar, rule.message) == (None,) * 3 + ("",)
    assert rule.callers == "+12025550199\n+1303*"
    assert rule.because == "spam"
    assert errors(submit(manager, rule, action="accept", caller_match="any")) == ""
    rule.refresh_from_db()
    assert (rule.callers, rule.because) == ("", "rule")


def test_a_rule_keeps_what_it_asks_as_it_was_meant(manager: User) -> None:
    staff, group = make.make_list(kind="staff"), make.make_group(make.make_number())
    asked = {
        "groups": [group.pk],
        "caller_match": "listed",
        "caller_lists": [staff.pk],
        "countries": "us de us",
        "weekdays": ["4", "0"],
        "since": "22:00",
        "until": "06:00",
        "headers": "X-Line :  sales*\r\nX-Any",
    }
    rule = make.make_rule()
    assert errors(submit(manager, rule, **asked)) == ""
    rule.refresh_from_db()
    assert rule.countries == "US, DE"
    assert rule.weekdays == "0 4"
    assert rule.header_list() == [("X-Line", "sales*"), ("X-Any", "*")]
    assert rule.time_words() == "Monday, Friday, from 22:00 to 06:00"
    assert list(rule.caller_lists.all()) == [staff]
    assert errors(submit(manager, rule, caller_match="any")) == ""
    rule.refresh_from_db()
    assert (rule.countries, list(rule.caller_lists.all())) == ("", [])


def test_a_split_needs_two_agents_and_a_share(manager: User) -> None:
    one, other = make.make_agent(), make.make_agent()
    rule = make.make_rule(agent=one)
    same = submit(manager, rule, second_agent=one.pk, second_share="50")
    assert "This is the first agent already" in errors(same)
    none = submit(manager, rule, second_agent=other.pk, second_share="0")
    assert "from 1 to 99" in errors(none)
    assert errors(submit(manager, rule, second_agent=other.pk, second_share="5")) == ""


@pytest.mark.parametrize(
    ("changes", "remedy"),
    [
        ({"max_calls": "0", "kept_calls": "1"}, "Write 0"),
        ({"max_calls": "3", "kept_calls": "3"}, "Keep fewer than the 3 calls"),
        ({"max_calls": "-1"}, "greater than or equal to 0"),
        ({"overflow": "message"}, "Write what the caller is to hear"),
        ({"overflow": "accept"}, "not one of the available"),
    ],
)
def test_a_limit_that_would_lose_callers_is_refused(
    manager: User, changes: dict[str, str], remedy: str
) -> None:
    assert remedy in errors(submit(manager, make.make_number(), **changes))


@pytest.mark.parametrize("caller", ["0199", "+1202555*0199", "", "sip:", "*"])
def test_a_caller_on_a_list_is_one_that_can_call(manager: User, caller: str) -> None:
    entry = make.make_entry(make.make_list(), "+12025550199")
    assert errors(submit(manager, entry, caller=caller))


def test_a_caller_is_kept_on_a_list_as_calls_bring_it(manager: User) -> None:
    entry = make.make_entry(make.make_list(), "+12025550199")
    for written, kept in (
        ("+1 (202) 555-0142", "+12025550142"),
        ("+1 303*", "+1303*"),
        ("sip:Ana@Example.com;x=1", "sip:ana@example.com"),
    ):
        assert errors(submit(manager, entry, caller=written)) == ""
        entry.refresh_from_db()
        assert entry.caller == kept


def test_a_caller_is_on_a_list_once(manager: User) -> None:
    chosen = make.make_list("+12025550142")
    entry = make.make_entry(chosen, "+12025550199")
    twice = submit(manager, entry, caller="+12025550142")
    assert "on the list already" in errors(twice)


def test_a_new_rule_comes_last(manager: User) -> None:
    make.make_rule(name="first", position=3)
    assert errors(submit(manager, RoutingRule, name="second")) == ""
    names = RoutingRule.objects.values_list("name", flat=True)
    assert list(names) == ["first", "second"]


@pytest.mark.parametrize(
    "model",
    [
        Agent,
        Calendar,
        Contact,
        EscalationPolicy,
        HttpTool,
        LanguageProfile,
        PhoneNumber,
    ],
)
def test_an_empty_form_says_what_is_missing(manager: User, model: Any) -> None:
    assert "This field is required." in errors(submit(manager, model))

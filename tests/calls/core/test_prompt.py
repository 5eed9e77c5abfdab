from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from calls.core.prompt import OBJECTIVES, instructions_for, opening_notice
from routing.core.ruleset import Agent, AgentField, FieldKind, HttpTool, Objective

AGENT = Agent(
    key="1",
    name="Ann",
    objective=Objective.TRIAGE,
    instructions="  The office is in Rome.  ",
    model="gpt-6-luna",
    reasoning_effort="none",
    max_output_tokens=400,
)
NOON = datetime(2026, 11, 23, 12, 5, tzinfo=ZoneInfo("America/New_York"))


def text_for(agent: Agent = AGENT, *languages: str) -> str:
    return instructions_for(agent, number_label="Main line", languages=languages)


def test_is_the_same_text_every_time() -> None:
    assert text_for(AGENT, "en-US", "es-ES") == text_for(AGENT, "en-US", "es-ES")


@pytest.mark.parametrize("objective", Objective)
def test_guides_by_objective(objective: Objective) -> None:
    text = text_for(replace(AGENT, objective=objective), "en-US")
    assert OBJECTIVES[objective] in text


def test_holds_the_agents_own_instructions_and_who_it_is() -> None:
    text = text_for(AGENT, "en-US")
    assert "# Your instructions\nThe office is in Rome.\n" in text
    assert (
        "You are “Ann”, the voice that answers the phone on the line “Main line”."
        in (text)
    )


def test_leaves_out_sections_that_have_nothing_to_say() -> None:
    text = instructions_for(
        replace(AGENT, instructions=" "), number_label="", languages=["en-US"]
    )
    assert "Your instructions" not in text
    assert "What to collect" not in text
    assert "the voice that answers the phone." in text


def test_lists_the_fields_with_their_form() -> None:
    fields = (
        AgentField("email", "Where to write.", FieldKind.EMAIL),
        AgentField("name", "", FieldKind.NAME, required_before_handoff=True),
    )
    text = text_for(replace(AGENT, fields=fields), "en-US")
    assert "- email: Where to write (an e-mail address, like name@example.com)" in text
    assert "- name: name (a person's name, needed before a transfer)" in text
    assert "needed before you transfer" in text


def test_asks_for_nothing_before_a_transfer_if_nothing_is_needed() -> None:
    text = text_for(replace(AGENT, fields=(AgentField("city", "Where"),)), "en-US")
    assert "needed before you transfer" not in text


def test_one_language_is_kept_to() -> None:
    text = text_for(AGENT, "en-US")
    assert "You speak English, nothing else." in text
    assert "switch_language" not in text


def test_several_languages_are_switched_between() -> None:
    text = text_for(AGENT, "en-US", "es-ES", "tlh")
    assert "You speak English and Spanish and tlh, nothing else." in text
    assert "switch_language" in text


def test_detected_languages_are_followed() -> None:
    text = text_for(AGENT, "multi")
    assert "the language the caller is speaking now" in text
    assert "nothing else" not in text


def test_names_the_agents_own_tools() -> None:
    tool = HttpTool("1", "free_times", "", "GET", "", {}, "", 5, "", False)
    text = text_for(replace(AGENT, tools=(tool,)), "en-US")
    assert "live information and bookings: free_times." in text
    assert "live information" not in text_for(AGENT, "en-US")


def test_the_notice_gives_the_time_with_its_zone() -> None:
    notice = opening_notice(NOON, caller_known=False)
    assert "Monday, 23 November 2026, 12:05 (America/New_York)" in notice
    assert "(UTC)" in opening_notice(NOON.astimezone(UTC), caller_known=False)
    plain = opening_notice(NOON.replace(tzinfo=None), caller_known=False)
    assert "(local time)" in plain
    fixed = NOON.astimezone(timezone(timedelta(hours=2), "EET"))
    assert "(EET)" in opening_notice(fixed, caller_known=False)


def test_the_notice_says_whether_the_number_is_known() -> None:
    assert "ends in 32;" in opening_notice(NOON, caller_known=False, number_ends="32")
    assert "is not known" in opening_notice(NOON, caller_known=False)


def test_the_notice_points_to_earlier_calls() -> None:
    assert "look_up_caller" in opening_notice(NOON, caller_known=True)
    assert "look_up_caller" not in opening_notice(NOON, caller_known=False)

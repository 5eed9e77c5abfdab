"""What the models answer about themselves, and what the database itself refuses."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from routing.core.attribute_table import PROFILE_ATTRIBUTES
from routing.core.phrases import SPANISH
from routing.core.profile_rules import check_behaviour
from routing.core.ruleset import VoiceSettings
from routing.models import (
    Agent,
    AgentField,
    CalendarSpan,
    HttpTool,
    Language,
    LanguageProfile,
    PhoneNumber,
    PolicyStep,
    Release,
)
from routing.models.validators import validate_e164, validate_time_zone
from tests import makers_routing as make


def test_a_profile_has_a_field_for_every_attribute() -> None:
    fields = {field.name for field in LanguageProfile._meta.fields}
    assert {attribute.field for attribute in PROFILE_ATTRIBUTES} <= fields


def test_a_new_profile_is_right_as_it_is() -> None:
    attributes = LanguageProfile().attributes()
    assert check_behaviour(attributes) == []
    assert attributes["events"] == "speaker-events tokens-played"
    assert attributes["applicationReconnect"] == "false"
    assert attributes["interruptible"] == "any"


def test_attributes_are_written_as_they_stand_in_the_xml() -> None:
    profile = LanguageProfile(
        eot_threshold=Decimal("0.70"), intelligence_service=" GA1 ", debug=" "
    )
    attributes = profile.attributes()
    assert attributes["eotThreshold"] == "0.7"
    assert attributes["intelligenceService"] == "GA1"
    assert "debug" not in attributes
    assert "eagerEotThreshold" not in attributes


def test_a_profile_without_reports_is_not_valid() -> None:
    with pytest.raises(ValidationError, match="Choose at least one"):
        LanguageProfile(events=" ").clean()


def test_a_sentence_left_empty_is_ours_in_the_language() -> None:
    language = Language(code="es-MX", closing=" Hasta luego. ")
    assert language.phrases()["closing"] == "Hasta luego."
    assert language.phrases()["filler"] == SPANISH.filler


def test_a_value_that_is_checked_must_be_in_its_final_form() -> None:
    validate_e164("+12025550100")
    validate_time_zone("Europe/Berlin")
    with pytest.raises(ValidationError):
        validate_e164("+1 202 555 0100")
    with pytest.raises(ValidationError):
        validate_time_zone("Berlin")


@pytest.mark.django_db
def test_records_are_called_what_people_call_them() -> None:
    contact = make.make_contact(name="Dana")
    step = make.make_policy(contact).steps.get()
    agent = make.make_agent(name="Front desk")
    number = PhoneNumber(label="Main line", e164="+12025550100")
    span = make.make_calendar((6, "22:00", "02:00")).spans.get()
    named = (contact, step, number, span, make.make_field(agent, "matter"))
    assert [str(record) for record in named] == [
        "Dana (+1 202 555 0151)",
        "Dana, 20 s",
        "Main line (+1 202 555 0100)",
        "Sunday 22:00 to 02:00",
        "matter",
    ]
    assert str(Release(number=3)) == "Release 3"
    assert [str(record) for record in (agent, step.policy, span.calendar)] == [
        agent.name,
        step.policy.name,
        span.calendar.name,
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields",
    [{"e164": "12025550100"}, {"path": "relay", "agent": None}],
    ids=["not E.164", "no agent"],
)
def test_the_database_refuses_a_number_that_nobody_could_answer(
    fields: dict[str, object],
) -> None:
    with pytest.raises(IntegrityError):
        make.make_number(**fields)


@pytest.mark.django_db
@pytest.mark.parametrize("fields", [{"hours_match": "open"}, {"action": "divert"}])
def test_the_database_refuses_a_rule_without_what_it_needs(
    fields: dict[str, object],
) -> None:
    with pytest.raises(IntegrityError):
        make.make_rule(**fields)


@pytest.mark.django_db
def test_the_database_refuses_a_day_that_is_none() -> None:
    calendar = make.make_calendar()
    with pytest.raises(IntegrityError):
        CalendarSpan.objects.create(
            calendar=calendar, weekday=7, opens="08:00", closes="09:00"
        )


@pytest.mark.django_db
def test_what_is_used_cannot_be_deleted() -> None:
    number = make.make_number()
    for used in (number.profile, make.make_agent(), number.policy):
        number.agent = used if isinstance(used, Agent) else number.agent
        number.save()
        with pytest.raises(IntegrityError):
            used.delete()
    assert PolicyStep.objects.exists()
    assert not AgentField.objects.exists()


def test_arguments_are_read_even_where_a_schema_says_little() -> None:
    schema = {"type": "object", "properties": {"a": True, "b": {}}}
    assert HttpTool(schema=schema).arguments() == [
        ("a", "anything", False, ""),
        ("b", "anything", False, ""),
    ]


def test_a_new_agent_has_a_field_for_every_voice_setting_with_its_usual_value() -> None:
    assert Agent().voice_settings() == VoiceSettings()
    assert Agent().voice_problems() == {}


@pytest.mark.parametrize(
    "missing",
    [
        {"turn_detection": "guesswork"},
        {"transcription_models": None},
        {"voice_model": None},
    ],
)
def test_a_voice_setting_that_its_own_field_refuses_is_not_judged_again(
    missing: dict[str, Any],
) -> None:
    assert Agent(**missing).voice_problems() == {}

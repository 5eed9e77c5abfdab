import json
from dataclasses import replace

import pytest

from calls.core import tools
from calls.core.tools import ToolDefinition, ToolMistake, definitions_for
from calls.core.words import HandoffReason
from routing.core.ruleset import Agent, AgentField, HttpTool, Objective

AGENT = Agent(
    key="1",
    name="Ann",
    objective=Objective.LEAD_CAPTURE,
    instructions="Be kind.",
    model="gpt-6-luna",
    reasoning_effort="none",
    max_output_tokens=400,
    fields=(AgentField("full_name", "Who calls"), AgentField("city", "Where")),
)
PROPERTIES = {"day": {"type": "string"}, "count": {"type": "integer"}}
SCHEMA = {
    "properties": PROPERTIES,
    "required": ["day"],
    "type": "object",
}
TOOL = HttpTool(
    key="1",
    name="free_times",
    description="Free times",
    method="GET",
    url="https://example.com/times",
    schema=SCHEMA,
    secret_name="",
    timeout=5,
    waiting_line="",
    allow_private=False,
)


def named(agent: Agent, name: str, *languages: str) -> ToolDefinition:
    found = definitions_for(agent, languages=languages)
    return next(d for d in found if d.name == name)


def parse(name: str, text: str, agent: Agent = AGENT) -> object:
    return tools.parse_arguments(named(agent, name, "en-US", "es-ES"), text)


def message(found: object) -> str:
    assert isinstance(found, ToolMistake)
    return found.message


def a_definition(**parameters: object) -> ToolDefinition:
    return ToolDefinition("book", "", parameters)


def test_defines_the_built_in_tools_before_the_agents_own() -> None:
    agent = replace(AGENT, tools=(TOOL, replace(TOOL, name="booking")))
    names = [d.name for d in definitions_for(agent, languages=["en-US", "es-ES"])]
    assert names == [
        "collect_field",
        "switch_language",
        "look_up_caller",
        "transfer_to_person",
        "take_message",
        "end_call",
        "booking",
        "free_times",
    ]


def test_offers_no_field_tool_without_fields() -> None:
    agent = replace(AGENT, fields=())
    assert "collect_field" not in [d.name for d in definitions_for(agent)]


@pytest.mark.parametrize("languages", [[], ["en-US"], ["multi", "en-US"], ["en"] * 2])
def test_offers_no_switch_where_there_is_one_language(languages: list[str]) -> None:
    names = [d.name for d in definitions_for(AGENT, languages=languages)]
    assert "switch_language" not in names


def test_a_built_in_tool_cannot_be_replaced_by_one_of_the_same_name() -> None:
    agent = replace(AGENT, tools=(replace(TOOL, name="end_call"),))
    assert [d.name for d in definitions_for(agent)].count("end_call") == 1
    assert "outcome" in str(named(agent, "end_call").parameters)


def test_only_reasons_an_agent_can_have_are_offered() -> None:
    offered = str(named(AGENT, "transfer_to_person").parameters)
    assert HandoffReason.CALLER_ASKED in offered
    assert HandoffReason.MODEL_FAILED not in offered


def test_definitions_are_the_same_bytes_however_the_schema_was_stored() -> None:
    turned = dict(reversed(SCHEMA.items())) | {"required": ("day",)}
    turned["properties"] = dict(reversed(PROPERTIES.items()))
    written = [
        json.dumps(named(replace(AGENT, tools=(tool,)), "free_times").parameters)
        for tool in (TOOL, replace(TOOL, schema=turned))
    ]
    assert written[0] == written[1]


def test_a_schema_without_a_type_becomes_an_object() -> None:
    agent = replace(AGENT, tools=(replace(TOOL, schema={}),))
    assert named(agent, "free_times").parameters == {"type": "object", "properties": {}}


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "city", "value": "Rome"}',
        '```json\n{"name": "city", "value": "Rome"}\n```',
        '{"name": "city", "value": "Rome",}',
        'Here it is: {"name": "city", "value": "Rome"} ok',
        json.dumps('{"name": "city", "value": "Rome"}'),
        '{"name": "City", "value": "Rome", "extra": 1}',
    ],
)
def test_reads_arguments_that_are_nearly_right(text: str) -> None:
    assert parse("collect_field", text) == {"name": "city", "value": "Rome"}


@pytest.mark.parametrize(
    "text", ['{"name": "city"', "[1]", "city", '"city"', "[" * 100_000, '{"a": NaN}']
)
def test_says_so_when_the_arguments_cannot_be_read(text: str) -> None:
    assert "valid JSON object" in message(parse("collect_field", text))


@pytest.mark.parametrize("text", ["", "{}", "null", '{"why": "curious"}'])
def test_a_tool_without_arguments_takes_none(text: str) -> None:
    assert parse("look_up_caller", text) == {}


def test_names_everything_that_is_wrong_at_once() -> None:
    found = message(parse("collect_field", '{"name": "age", "value": ""}'))
    assert found == (
        "collect_field was not run: 'name' must be one of: full_name, city; 'value' "
        "must not be empty. Call it again with this corrected."
    )


def test_names_what_is_missing() -> None:
    assert "'outcome' is missing" in message(parse("end_call", "{}"))
    assert "'outcome' is missing" in message(parse("end_call", '{"outcome": null}'))


def test_leaves_out_what_is_optional() -> None:
    found = parse("take_message", '{"message": "Hi", "callback_number": null}')
    assert found == {"message": "Hi"}


def test_takes_a_choice_in_other_letters() -> None:
    found = parse("transfer_to_person", '{"reason": "Caller asked", "summary": "x"}')
    assert found == {"reason": "caller_asked", "summary": "x"}


def test_takes_numbers_and_flags_for_text() -> None:
    assert parse("collect_field", '{"name": "city", "value": 12}') == {
        "name": "city",
        "value": "12",
    }
    assert parse("collect_field", '{"name": "city", "value": true}') == {
        "name": "city",
        "value": "true",
    }


def test_keeps_out_what_a_database_cannot_hold() -> None:
    found = parse("take_message", r'{"message": "a\u0000b\ud800c"}')
    assert found == {"message": "ab?c"}


@pytest.mark.parametrize(
    ("schema", "given", "read"),
    [
        ({"type": "integer"}, "7", 7),
        ({"type": "integer"}, 7.0, 7),
        ({"type": "integer"}, 7, 7),
        ({"type": "number"}, " 7.5", 7.5),
        ({"type": "number"}, 7, 7),
        ({"type": "boolean"}, "True", True),
        ({"type": "boolean"}, False, False),
        ({"type": "array"}, [1], [1]),
        ({"type": ["integer", "null"]}, None, None),
        ({"type": ["integer", "string"]}, "seven", "seven"),
        ({"enum": [1, 2]}, 2, 2),
        ({}, {"any": 1}, {"any": 1}),
        ("not a schema", 3, 3),
    ],
)
def test_reads_the_arguments_of_an_agents_own_tool(
    schema: object, given: object, read: object
) -> None:
    definition = a_definition(properties={"x": schema}, required=["x"])
    assert tools.parse_arguments(definition, json.dumps({"x": given})) == {"x": read}


@pytest.mark.parametrize(
    ("schema", "given", "wrong"),
    [
        ({"type": "integer"}, "many", "must be of type integer"),
        ({"type": "integer"}, 7.5, "must be of type integer"),
        ({"type": "number"}, True, "must be of type number"),
        ({"type": "boolean"}, "perhaps", "must be of type boolean"),
        ({"type": ["array", "null"]}, {}, "must be of type array or null"),
        ({"enum": [1, 2]}, 3, "must be one of: 1, 2"),
    ],
)
def test_refuses_what_does_not_fit(schema: object, given: object, wrong: str) -> None:
    definition = a_definition(properties={"x": schema})
    assert wrong in message(tools.parse_arguments(definition, json.dumps({"x": given})))


def test_passes_on_arguments_that_a_schema_does_not_forbid() -> None:
    open_schema = a_definition(properties={"x": {"type": "string"}})
    assert tools.parse_arguments(open_schema, '{"y": 1}') == {"y": 1}


def test_what_may_be_null_may_also_be_left_out() -> None:
    definition = a_definition(properties={"x": {"type": ["string", "null"]}})
    assert tools.parse_arguments(definition, "{}") == {}

"""The Responses API, asked with OpenAI's own client."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import openai
import pytest
import yaml
from aiohttp import ClientSession
from openai import AsyncOpenAI, DefaultAsyncHttpxClient

from calls.simulator.app import Simulator, serve
from calls.simulator.config import SimulatorConfig
from calls.simulator.knobs import Knobs
from calls.simulator.openai_api.rules import RuleBook, read_rules
from calls.simulator.openai_api.service import ModelService

BOOK = r"""
- when: {user: '^$'}
  say: Hello, who is calling?
- when: {user: '\bbench (?P<count>\d+) (?P<gap>\d+)'}
  tokens: "{count}"
  delay_ms: "{gap}"
- when: {user: 'my name is (?P<who>\w+)'}
  say: One moment.
  tool:
    - {name: collect_field, arguments: {name: [full, caller_name], value: "{who}"}}
    - {name: look_up_caller}
  then:
    - when: {output: '"level": ?"(?P<level>\w+)"'}
      say: Hello {who}, our {level} customer.
    - say: I could not find you, {who}.
- when: {user: pancakes, after_tool: look_up_caller}
  say: Pancakes again?
- when: {user: pancakes}
  say: We have no pancakes.
- when: {user: 'fault (?P<kind>\w+)'}
  say: One two three four five six.
"""
FAULTY = """
- when: {{user: 'fault'}}
  say: One two three four five six.
  fault: {fault}
"""
TOOLS: list[dict[str, Any]] = [
    {
        "type": "function",
        "name": "collect_field",
        "strict": True,
        "parameters": {
            "type": "object",
            "properties": {
                "name": {"type": "string", "enum": ["caller_name", "phone"]},
                "value": {"type": "string"},
                "note": {"type": ["string", "null"]},
            },
            "required": ["name", "value", "note"],
            "additionalProperties": False,
        },
    },
    {
        "type": "function",
        "name": "look_up_caller",
        "parameters": {"type": "object", "properties": {}},
    },
]
ASK: dict[str, Any] = {"model": "gpt-6-luna", "store": False}


@dataclass
class Model:
    client: AsyncOpenAI
    service: ModelService
    origin: str

    async def events(self, text: str | list[Any], **fields: Any) -> list[Any]:
        asked = {**ASK, **fields, "input": text, "stream": True}
        stream = await self.client.responses.create(**asked)
        async with stream:
            return [event async for event in stream]

    async def post(self, body: Any) -> tuple[int, Any]:
        headers = {"Authorization": "Bearer sk-test"}
        async with ClientSession(headers=headers) as session:
            url = f"{self.origin}/v1/responses"
            async with session.post(url, json=body) as answer:
                return answer.status, (await answer.json())["error"]


@asynccontextmanager
async def model(book: str = BOOK, *, key: str = "sk-test") -> AsyncIterator[Model]:
    config = SimulatorConfig(
        account_sid="AC" + "1" * 32,
        auth_token="t",
        openai_key="sk-test",
        port=0,
        first_token_ms=0,
        token_ms=1,
    )
    async with serve(config, {}) as (simulator, port):
        _replace_book(simulator, book)
        origin = f"http://127.0.0.1:{port}"
        # Without certificates to load, which takes longer than most of these tests.
        plain = DefaultAsyncHttpxClient(verify=False)
        async with AsyncOpenAI(
            api_key=key, base_url=origin + "/v1", max_retries=0, http_client=plain
        ) as client:
            yield Model(client, simulator.model, origin)


def _replace_book(simulator: Simulator, book: str) -> None:
    simulator.model.book = RuleBook(read_rules(yaml.safe_load(book), "test"))


def text_of(events: list[Any]) -> str:
    return "".join(e.delta for e in events if e.type == "response.output_text.delta")


async def test_a_message_streams_in_the_documented_order() -> None:
    async with model() as m:
        events = await m.events("Do you have pancakes?")
    kinds = [event.type for event in events]
    deltas = kinds.count("response.output_text.delta")
    assert kinds == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
        *["response.output_text.delta"] * deltas,
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
    ]
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert text_of(events) == "We have no pancakes."
    assert events[-1].response.output_text == "We have no pancakes."
    assert events[-1].response.id.startswith("resp_")
    assert events[0].response.id == events[-1].response.id
    assert events[-1].response.status == "completed"


async def test_the_usage_comes_with_the_last_event() -> None:
    async with model() as m:
        events = await m.events("Pancakes?", reasoning={"effort": "low"})
    assert all(event.response.usage is None for event in events[:2])
    usage = events[-1].response.usage
    assert usage.output_tokens_details.reasoning_tokens == 64
    assert usage.output_tokens == 64 + 5
    assert usage.total_tokens == usage.input_tokens + usage.output_tokens
    assert usage.input_tokens_details.cached_tokens == 0


async def test_function_calls_stream_and_their_output_leads_on() -> None:
    async with model() as m:
        events = await m.events("Hi, my name is Dana", tools=TOOLS)
        done = [e.item for e in events if e.type == "response.output_item.done"]
        message, field, look_up = done
        items = [
            {"role": "user", "content": "Hi, my name is Dana"},
            *[i.model_dump(exclude_none=True) for i in (field, look_up)],
            {"type": "function_call_output", "call_id": field.call_id, "output": "ok"},
            {
                "type": "function_call_output",
                "call_id": look_up.call_id,
                "output": '{"level": "gold"}',
            },
        ]
        after = await m.events(items, tools=TOOLS)
    arguments = "".join(
        e.delta
        for e in events
        if e.type == "response.function_call_arguments.delta" and e.output_index == 1
    )
    assert message.content[0].text == "One moment."
    assert arguments == field.arguments
    assert arguments == '{"name":"caller_name","value":"Dana","note":null}'
    assert (look_up.name, look_up.arguments) == ("look_up_caller", "{}")
    assert text_of(after) == "Hello Dana, our gold customer."


async def test_a_tool_that_is_not_offered_cannot_be_called() -> None:
    async with model() as m:
        for fields in ({}, {"tools": TOOLS, "tool_choice": "none"}):
            events = await m.events("my name is Dana", **fields)
            assert text_of(events).startswith("I see.")


async def test_a_rule_may_depend_on_an_earlier_tool() -> None:
    earlier = [
        {"type": "function_call", "call_id": "c1", "name": "look_up_caller",
         "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c1", "output": "{}"},
        {"role": "assistant", "content": "Welcome back."},
        {"role": "user", "content": "Pancakes,"},
        {"role": "user", "content": "please."},
    ]  # fmt: skip
    async with model() as m:
        assert text_of(await m.events(earlier)) == "Pancakes again?"


async def test_without_a_stream_the_response_comes_whole() -> None:
    async with model() as m:
        response = await m.client.responses.create(**ASK, input="Pancakes?")
    assert response.output_text == "We have no pancakes."
    assert response.usage is not None


async def test_a_bench_answer_has_so_many_tokens() -> None:
    async with model() as m:
        events = await m.events("bench 40 1")
    assert len([e for e in events if e.type == "response.output_text.delta"]) == 40


async def test_the_cache_knows_what_it_has_seen_under_the_same_key() -> None:
    long = "You are the front desk. " * 400
    async with model() as m:

        async def cached(text: str, key: str) -> int:
            events = await m.events(text, instructions=long, prompt_cache_key=key)
            details = events[-1].response.usage.input_tokens_details
            return int(details.cached_tokens)

        assert await cached("Pancakes?", "a") == 0
        hit = await cached("Other pancakes?", "a")
        assert hit % 128 == 0
        assert 2000 < hit <= len(long) // 4
        assert await cached("Pancakes?", "b") == 0
        long = "Changed. " + long
        assert await cached("Pancakes?", "a") == 0


async def test_a_client_that_goes_away_is_noticed_during_a_stall() -> None:
    async with model(FAULTY.format(fault="{kind: stall, seconds: 60}")) as m:
        asked = {**ASK, "input": "fault", "stream": True}
        stream: Any = await m.client.responses.create(**asked)
        await anext(stream)
        await stream.close()
        await m.service.quiet.wait()
        assert m.service.tally.cancelled == 1


async def test_a_client_that_goes_away_in_mid_stream_is_counted() -> None:
    async with model() as m:
        asked = {**ASK, "input": "bench 1000 20", "stream": True}
        stream: Any = await m.client.responses.create(**asked)
        async for event in stream:
            if event.type == "response.output_text.delta":
                break
        await stream.close()
        await m.service.quiet.wait()
        assert m.service.tally.cancelled == 1
        assert m.service.tally.completed == 0


async def test_rate_limit_and_server_error_are_real_errors() -> None:
    async with model(FAULTY.format(fault="{kind: rate_limit, retry_after: 7}")) as m:
        with pytest.raises(openai.RateLimitError) as limited:
            await m.events("fault")
        assert limited.value.response.headers["Retry-After"] == "7"
        assert limited.value.code == "rate_limit_exceeded"
    async with model(FAULTY.format(fault="{kind: server_error}")) as m:
        with pytest.raises(openai.InternalServerError):
            await m.events("fault")
        assert m.service.tally.faults == {"server_error": 1}


async def test_a_fault_may_happen_once_per_request() -> None:
    async with model(FAULTY.format(fault="{kind: server_error, times: 1}")) as m:
        with pytest.raises(openai.InternalServerError):
            await m.events("fault")
        assert text_of(await m.events("fault")) == "One two three four five six."


async def test_a_stream_can_break_in_the_middle() -> None:
    async with model(FAULTY.format(fault="{kind: cut, tokens: 2}")) as m:
        with pytest.raises(openai.APIConnectionError):
            await m.events("fault")


async def test_an_error_event_comes_in_the_stream() -> None:
    async with model(FAULTY.format(fault="{kind: error_event, tokens: 2}")) as m:
        events = await m.events("fault")
    assert text_of(events) == "One two"
    assert (events[-1].type, events[-1].code) == ("error", "server_error")


async def test_a_nested_error_event_is_raised_by_the_client() -> None:
    async with model(FAULTY.format(fault="{kind: nested_error_event}")) as m:
        with pytest.raises(openai.APIError, match="had an error"):
            await m.events("fault")


async def test_a_response_can_fail_or_stay_incomplete() -> None:
    async with model(FAULTY.format(fault="{kind: failed, tokens: 2}")) as m:
        last = (await m.events("fault"))[-1]
    assert last.type == "response.failed"
    assert last.response.error.code == "server_error"
    async with model(FAULTY.format(fault="{kind: incomplete, tokens: 2}")) as m:
        last = (await m.events("fault"))[-1]
    assert last.type == "response.incomplete"
    assert last.response.incomplete_details.reason == "max_output_tokens"
    assert last.response.output_text == "One two"


async def test_the_output_limit_holds() -> None:
    async with model() as m:
        events = await m.events("bench 500 0", max_output_tokens=16)
    assert events[-1].type == "response.incomplete"
    assert events[-1].response.usage.output_tokens <= 18


async def test_a_hanging_request_runs_into_the_clients_timeout() -> None:
    async with model(FAULTY.format(fault="{kind: hang, seconds: 60}")) as m:
        patient = m.client.with_options(timeout=0.1)
        with pytest.raises(openai.APITimeoutError):
            await patient.responses.create(**ASK, input="fault")
        await m.service.quiet.wait()
        assert m.service.tally.cancelled == 1


async def test_knobs_stall_and_fail_every_answer() -> None:
    async with model() as m:
        m.service.knobs = Knobs(model_error_rate=1.0)
        with pytest.raises(openai.InternalServerError):
            await m.events("Pancakes?")
        m.service.knobs = Knobs(stalled_model_s=0.01)
        await m.events("Pancakes?")
        assert m.service.tally.faults == {"server_error": 1, "stall": 1}


async def test_slow_tokens_still_all_arrive() -> None:
    async with model(FAULTY.format(fault="{kind: slow, delay_ms: 2}")) as m:
        assert text_of(await m.events("fault")) == "One two three four five six."


async def test_a_wrong_key_is_refused() -> None:
    async with model(key="sk-wrong") as m:
        with pytest.raises(openai.AuthenticationError):
            await m.events("Hello")
        with pytest.raises(openai.AuthenticationError):
            await m.client.models.list()


async def test_models_are_listed_with_their_end() -> None:
    async with model() as m:
        listed = {
            found.id: found.shutdown_date async for found in m.client.models.list()
        }
    assert listed["gpt-6-luna"] is None
    assert all(date is None or date > "2026-11-22" for date in listed.values())


@pytest.mark.parametrize(
    ("change", "param", "code"),
    [
        ({"model": "gpt-7"}, "model", "model_not_found"),
        ({"model": "gpt-realtime-2.1"}, "model", "model_not_found"),
        ({"model": None}, "model", "missing_required_parameter"),
        ({"input": None}, "input", "missing_required_parameter"),
        ({"input": 7}, "input", "invalid_type"),
        ({"messages": []}, "messages", "unknown_parameter"),
        ({"stream": "yes"}, "stream", "invalid_type"),
        ({"temperature": 3}, "temperature", "invalid_type"),
        ({"max_output_tokens": 5}, "max_output_tokens", "invalid_type"),
        ({"stream_options": {}}, "stream_options", None),
        ({"safety_identifier": "x" * 129}, "safety_identifier", "invalid_type"),
        ({"previous_response_id": "resp_1"}, "previous_response_id",
         "previous_response_not_found"),
        ({"previous_response_id": "r", "conversation": "c"}, "previous_response_id",
         "mutually_exclusive_parameters"),
        ({"reasoning": {"effort": "huge"}}, "reasoning.effort", "unsupported_value"),
        ({"model": "gpt-6.1-sol", "reasoning": {"effort": "none"}},
         "reasoning.effort", "unsupported_value"),
        ({"tool_choice": "sometimes"}, "tool_choice", "invalid_value"),
        ({"tool_choice": {"type": "function", "name": "x"}}, "tool_choice", None),
        ({"tools": [{"type": "web_search"}]}, "tools[0].type", "invalid_value"),
        ({"tools": [{"type": "function", "name": "a b"}]}, "tools[0].name",
         "invalid_value"),
        ({"tools": [{"type": "function", "function": {}}]}, "tools[0].function",
         "unknown_parameter"),
        ({"tools": [{"type": "function", "name": "a", "parameters": {}}]},
         "tools[0].parameters", "invalid_function_parameters"),
        ({"tools": [{"type": "function", "name": "a", "strict": True,
                     "parameters": {"type": "object", "properties": {}}}]},
         "tools[0].parameters", "invalid_function_parameters"),
        ({"tools": [{"type": "function", "name": "a", "strict": True,
                     "parameters": {"type": "object", "properties": {"x": {}},
                                    "additionalProperties": False}}]},
         "tools[0].parameters", "invalid_function_parameters"),
        ({"input": ["hello"]}, "input[0]", "invalid_type"),
        ({"input": [{"role": "user"}]}, "input[0].content",
         "missing_required_parameter"),
        ({"input": [{"role": "tool", "content": "x"}]}, "input[0].role",
         "invalid_value"),
        ({"input": [{"role": "user", "content": "x", "name": "y"}]}, "input[0].name",
         "unknown_parameter"),
        ({"input": [{"role": "user", "content": [{"type": "text", "text": "x"}]}]},
         "input[0].content[0].type", "invalid_value"),
        ({"input": [{"role": "assistant",
                     "content": [{"type": "input_text", "text": "x"}]}]},
         "input[0].content[0].type", "invalid_value"),
        ({"input": [{"type": "tool_result"}]}, "input[0].type", "invalid_value"),
        ({"input": [{"type": "function_call", "call_id": "c", "name": "n",
                     "arguments": "{"}]}, "input[0].arguments", None),
        ({"input": [{"type": "function_call", "call_id": "c", "name": "n",
                     "arguments": "{}", "id": "call_1"}]}, "input[0].id",
         "invalid_value"),
        ({"input": [{"type": "function_call_output", "call_id": "c",
                     "output": 7}]}, "input[0].output", "invalid_type"),
    ],
)  # fmt: skip
async def test_a_wrong_shape_is_refused(
    change: dict[str, Any], param: str, code: str | None
) -> None:
    body = {**ASK, "input": "Hello", **change}
    async with model() as m:
        status, error = await m.post(body)
    assert status == 400
    assert (error["param"], error["code"]) == (param, code)
    assert error["type"] == "invalid_request_error"


async def test_calls_and_outputs_must_come_in_pairs() -> None:
    output = {"type": "function_call_output", "call_id": "c9", "output": "ok"}
    call = {"type": "function_call", "call_id": "c9", "name": "n", "arguments": "{}"}
    async with model() as m:
        _, alone = await m.post({**ASK, "input": [output]})
        _, unanswered = await m.post({**ASK, "input": [call]})
    assert alone["message"] == (
        "No tool call found for function call output with call_id c9."
    )
    assert unanswered["message"] == "No tool output found for function call c9."


async def test_a_body_that_is_no_json_is_refused() -> None:
    headers = {"Authorization": "Bearer sk-test"}
    async with model() as m, ClientSession(headers=headers) as session:
        answer = await session.post(f"{m.origin}/v1/responses", data=b"{")
        assert answer.status == 400
        status, error = await m.post([])
    assert (status, error["param"]) == (400, "body")


async def test_stored_prompts_do_not_exist() -> None:
    async with model() as m:
        status, _ = await m.post({**ASK, "input": "x", "prompt": {"id": "pmpt_1"}})
    assert status == 404


async def test_padding_can_be_switched_off() -> None:
    async with model() as m:
        padded = await m.events("Pancakes?")
        plain = await m.events(
            "Pancakes?", stream_options={"include_obfuscation": False}
        )
    assert "obfuscation" in padded[4].model_extra
    assert "obfuscation" not in plain[4].model_extra

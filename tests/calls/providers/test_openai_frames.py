"""The sideband's codec: what it reads, whatever it is given, and what it writes."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.core import events as ev
from calls.core.voice import events as vev
from calls.core.voice.actions import (
    GiveOutput,
    Interrupt,
    LookBack,
    Recall,
    Respond,
    TellModel,
)
from calls.providers.openai_realtime.client_events import Frames, write
from calls.providers.openai_realtime.frames import (
    KEPT_CHARACTERS,
    MOST_BYTES,
    MOST_UNKNOWN_TYPES,
    Heard,
    Reader,
    SessionChanged,
    SessionReady,
    Unknown,
    Used,
)

TOOL = {
    "id": "item_1",
    "type": "function_call",
    "status": "completed",
    "call_id": "call_1",
    "name": "look_up",
    "arguments": "{}",
}
MESSAGE = {"id": "item_2", "type": "message", "role": "assistant"}


def read(reader: Reader | None = None, **event: Any) -> list[Heard]:
    reader = reader or Reader("voice-model", "transcript-model")
    return reader.read(orjson.dumps(event))


def done(status: str, *output: Any, **fields: Any) -> list[Heard]:
    response = {"id": "resp_1", "status": status, "output": output, **fields}
    return read(type="response.done", response=response)


def written(action: Frames) -> list[Any]:
    return [orjson.loads(frame) for frame in write(action)]


# What is sent.


def test_exact_words_go_in_as_an_item_and_leave_instructions_and_tools_alone() -> None:
    item, response = written(Respond("Good night."))
    assert item["type"] == "conversation.item.create"
    assert item["item"]["role"] == "system"
    assert item["item"]["content"][0]["text"].endswith(": Good night.")
    assert response == {"type": "response.create", "response": {"tool_choice": "none"}}


def test_a_free_answer_asks_for_nothing_of_its_own() -> None:
    assert written(Respond()) == [{"type": "response.create"}]


@pytest.mark.parametrize(("by_caller", "role"), [(True, "user"), (False, "system")])
def test_what_the_model_is_told_goes_to_the_end(by_caller: bool, role: str) -> None:
    (event,) = written(TellModel("It is noon.", by_caller=by_caller))
    assert event["item"]["role"] == role
    assert "previous_item_id" not in event


def test_what_was_generated_is_silenced_after_it_was_cancelled() -> None:
    kinds = [event["type"] for event in written(Interrupt())]
    assert kinds == ["response.cancel", "output_audio_buffer.clear"]


def test_an_output_names_its_tool_call() -> None:
    (event,) = written(GiveOutput("call_1", "42"))
    assert event["item"] == {
        "type": "function_call_output",
        "call_id": "call_1",
        "output": "42",
    }


# What is heard.


def test_tools_are_acted_on_when_the_response_and_the_call_are_complete() -> None:
    half = {**TOOL, "status": "incomplete"}
    (ended,) = done("completed", TOOL, half)
    assert isinstance(ended, vev.ResponseEnded)
    assert ended.how is vev.Ended.COMPLETED
    assert ended.tools == (vev.ToolWish("call_1", "look_up", "{}"),)


@pytest.mark.parametrize("status", ["cancelled", "failed", "incomplete", "odd", None])
def test_nothing_else_is_a_permission_to_act(status: str | None) -> None:
    (ended,) = done(status or "", TOOL)
    assert isinstance(ended, vev.ResponseEnded)
    assert ended.tools == ()
    kind = "response.function_call_arguments.done"
    assert read(type=kind, item_id="item_1", name="look_up", arguments="{}") == []


@pytest.mark.parametrize(
    ("reason", "how"),
    [
        ("turn_detected", vev.Ended.CUT_BY_CALLER),
        ("client_cancelled", vev.Ended.CANCELLED),
    ],
)
def test_who_cut_a_response_is_told(reason: str, how: vev.Ended) -> None:
    (ended,) = done("cancelled", status_details={"reason": reason})
    assert isinstance(ended, vev.ResponseEnded)
    assert ended.how is how


@pytest.mark.parametrize("status", ["completed", "cancelled", "failed", "incomplete"])
def test_usage_comes_of_every_response_however_it_ended(status: str) -> None:
    used, _ = done(status, MESSAGE, usage={"input_tokens": 5})
    assert used == Used("resp_1", "voice-model", {"input_tokens": 5})


def test_usage_that_is_missing_is_not_made_up() -> None:
    (ended,) = done("completed", MESSAGE, usage=None)
    assert isinstance(ended, vev.ResponseEnded)
    assert ended.spoke


def test_a_transcript_has_usage_of_its_own() -> None:
    said, used = read(
        type="conversation.item.input_audio_transcription.completed",
        item_id="item_3",
        transcript=" Hello. ",
        usage={"type": "duration", "seconds": 1.5},
    )
    assert said == vev.CallerSaid("item_3", "Hello.")
    figures = {"type": "duration", "seconds": 1.5}
    name = "transcript-item_3"
    assert used == Used(name, "transcript-model", figures, by_response=False)


def test_a_transcript_that_failed_is_none() -> None:
    kind = "conversation.item.input_audio_transcription.failed"
    assert read(type=kind, item_id="item_3") == [vev.CallerSaid("item_3", None)]


def test_keys_come_without_an_id() -> None:
    kind = "input_audio_buffer.dtmf_event_received"
    assert read(type=kind, event="#", received_at=1) == [ev.DigitPressed("#")]
    assert read(type=kind) == []


def test_a_session_that_expired_is_fatal_and_other_errors_are_not() -> None:
    expired = read(type="error", error={"code": "session_expired"})
    assert expired == [vev.Refused("session_expired", fatal=True)]
    other = read(type="error", error={"type": "server_error", "code": None})
    assert other == [vev.Refused("server_error")]


def test_unknown_types_are_counted_by_name_and_hurt_nobody() -> None:
    reader = Reader("voice-model", "")
    for times in (1, 2):
        (found,) = read(reader, type="session.mood.updated", mood="good")
        raw = '{"type":"session.mood.updated","mood":"good"}'
        assert found == Unknown("session.mood.updated", times, raw)
    assert reader.unknown == {"session.mood.updated": 2}


def test_no_flood_of_unknown_types_fills_the_memory() -> None:
    reader = Reader("voice-model", "")
    for number in range(3 * MOST_UNKNOWN_TYPES):
        read(reader, type=f"odd.{number}", long="x" * 9000)
    assert len(reader.unknown) == MOST_UNKNOWN_TYPES + 1
    assert reader.unknown["other"] == 2 * MOST_UNKNOWN_TYPES


def test_a_session_tells_whether_instructions_or_tools_are_others_now() -> None:
    session = {"instructions": "Be kind.", "tools": [{"name": "a"}], "expires_at": 1}
    (ready,) = read(type="session.created", session=session)
    (same,) = read(type="session.updated", session=session | {"expires_at": 2})
    (other,) = read(type="session.updated", session=session | {"tools": []})
    assert isinstance(ready, SessionReady)
    assert isinstance(same, SessionChanged)
    assert isinstance(other, SessionChanged)
    assert ready.prompt == same.prompt
    assert ready.prompt["instructions"] == other.prompt["instructions"]
    assert ready.prompt["tools"] != other.prompt["tools"]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (b"{", "malformed"),
        (b"\xff\xfe", "malformed"),
        (b"[]", "malformed"),
        (b'{"type": 7}', "malformed"),
        (b'{"type": "response.done", "response": 7}', "malformed"),
        (b" " * (MOST_BYTES + 1), "too large"),
    ],
)
def test_nonsense_is_counted_too(text: bytes, what: str) -> None:
    reader = Reader("voice-model", "")
    (found,) = reader.read(text)
    assert isinstance(found, Unknown)
    assert found.type == what
    assert len(found.raw) <= KEPT_CHARACTERS
    assert reader.unknown == {what: 1}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "item", "response", "usage", "status", "output"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON, st.sampled_from(["response.done", "conversation.item.added", "error"]))
def test_no_frame_can_break_it(found: Any, kind: str) -> None:
    body = {**found, "type": kind} if isinstance(found, dict) else found
    assert isinstance(Reader("v", "t").read(orjson.dumps(body)), list)


# Looking back after a gap.


def test_what_marks_the_end_of_the_conversation_is_found_and_taken_away() -> None:
    (marker,) = written(LookBack())
    item = {"id": "item_9", **marker["item"]}
    added = "conversation.item.added"
    assert read(type=added, item=item, previous_item_id="item_8") == [
        vev.LastFound("item_9", "item_8")
    ]
    away, asked = written(Recall("item_9", "item_8"))
    assert away == {"type": "conversation.item.delete", "item_id": "item_9"}
    assert asked == {"type": "conversation.item.retrieve", "item_id": "item_8"}
    assert written(Recall("item_9", "")) == [away]


@pytest.mark.parametrize(
    ("item", "recalled"),
    [
        (TOOL, vev.Recalled(vev.ToolWish("call_1", "look_up", "{}"))),
        ({**TOOL, "status": "incomplete"}, vev.Recalled()),
        ({**TOOL, "status": "in_progress"}, vev.Recalled()),
        (
            {"type": "function_call_output", "call_id": "call_1", "output": "x"},
            vev.Recalled(answered="call_1"),
        ),
        (MESSAGE, vev.Recalled(spoke=True)),
        ({**MESSAGE, "role": "user"}, vev.Recalled()),
        ({}, vev.Recalled()),
    ],
)
def test_what_the_last_item_is(item: Any, recalled: vev.Recalled) -> None:
    assert read(type="conversation.item.retrieved", item=item) == [recalled]


def test_speech_that_comes_with_its_whole_audio_is_no_tool() -> None:
    audio = {**MESSAGE, "content": [{"type": "input_audio", "audio": "x" * MOST_BYTES}]}
    assert read(type="conversation.item.retrieved", item=audio) == [vev.Recalled()]


def test_the_provider_tells_that_it_has_an_output() -> None:
    output = {"id": "item_3", "type": "function_call_output", "call_id": "call_1"}
    placed, seen = read(type="conversation.item.added", item=output)
    assert isinstance(placed, vev.ItemPlaced)
    assert seen == vev.OutputPlaced("call_1")

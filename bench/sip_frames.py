"""What the voice model tells a sideband in the course of one turn, event by event.

The rate follows from the facts known of the API: an event for each step of the
caller's utterance and of the answer, and one for every token of what the agent says
and of the caller's transcript. An answer of sixteen words has some twenty-four tokens,
generated in one second and heard for five and a half; with the caller's own words a
turn takes ten seconds. No audio comes over a SIP sideband.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

TURN_SECONDS = 10.0
TOKENS, CALLER_TOKENS = 24, 6
TEXT = (
    "Certainly, I can help you with that; we are open from nine to five, "
    "and tomorrow morning there is still one appointment left."
)
FIELD, HTTP = "collect_field", "check_opening_slots"
ARGUMENTS = {
    FIELD: json.dumps({"name": "caller_name", "value": "Dana Whitfield"}),
    HTTP: json.dumps({"date": "2030-01-07"}),
}


@dataclass(frozen=True, slots=True)
class Frame:
    """`after` the frame before it, in seconds. `asks`: it is to be answered."""

    text: str
    after: float = 0.0
    asks: str = ""


def frame(kind: str, number: str, after: float = 0.0, **fields: Any) -> Frame:
    event = {"type": kind, "event_id": f"event_{number}{kind[-4:]}", **fields}
    return Frame(json.dumps(event), after)


def caller(number: str) -> Iterator[Frame]:
    """The caller speaks for two and a half seconds and is written down."""
    item = f"item_u{number}"
    yield frame("input_audio_buffer.speech_started", number, item_id=item)
    yield frame("input_audio_buffer.speech_stopped", number, 2.5, item_id=item)
    yield frame(
        "input_audio_buffer.committed", number, item_id=item, previous_item_id=None
    )
    part = {"type": "input_audio", "transcript": None}
    for kind in ("added", "done"):
        body = message(item, "user", part)
        yield frame(f"conversation.item.{kind}", number, item=body)
    yield from transcript(number, item)


def transcript(number: str, item: str) -> Iterator[Frame]:
    kind = "conversation.item.input_audio_transcription"
    for _ in range(CALLER_TOKENS):
        yield frame(f"{kind}.delta", number, 0.05, item_id=item, delta=" word")
    said, usage = "word " * CALLER_TOKENS, {"type": "duration", "seconds": 2.5}
    yield frame(f"{kind}.completed", number, item_id=item, transcript=said, usage=usage)


def message(item: str, role: str, part: object) -> dict[str, object]:
    return {
        "id": item,
        "object": "realtime.item",
        "type": "message",
        "status": "completed",
        "role": role,
        "content": [part],
    }


def begins(response: str) -> Iterator[Frame]:
    body = {"id": response, "object": "realtime.response", "status": "in_progress"}
    yield frame("response.created", response, 0.2, response=body)
    limits = [{"name": "tokens", "limit": 400000, "remaining": 388000}]
    yield frame("rate_limits.updated", response, rate_limits=limits)


def ends(response: str, output: object, *, after: float = 0.0) -> Frame:
    usage = {
        "total_tokens": 2450,
        "input_tokens": 2330,
        "output_tokens": 120,
        "input_token_details": {
            "text_tokens": 2100,
            "audio_tokens": 230,
            "cached_tokens": 2176,
            "cached_tokens_details": {"text_tokens": 2048, "audio_tokens": 128},
        },
        "output_token_details": {"text_tokens": 30, "audio_tokens": 90},
    }
    body = {
        "id": response,
        "object": "realtime.response",
        "status": "completed",
        "output": [output],
        "usage": usage,
    }
    return frame("response.done", response, after, response=body)


def speaks(response: str) -> Iterator[Frame]:
    """An answer that is heard to its end."""
    item = f"item_a{response}"
    about: dict[str, Any] = {"response_id": response, "output_index": 0}
    body = message(item, "assistant", {"type": "output_audio", "transcript": TEXT})
    yield from begins(response)
    yield frame("response.output_item.added", response, item=body, **about)
    yield frame("conversation.item.added", response, item=body)
    about["item_id"] = item
    yield frame("response.content_part.added", response, **about)
    yield frame("output_audio_buffer.started", response, response_id=response)
    kind = "response.output_audio_transcript"
    for _ in range(TOKENS):
        yield frame(f"{kind}.delta", response, 0.04, delta=" word", **about)
    yield frame("response.output_audio.done", response, **about)
    yield frame(f"{kind}.done", response, transcript=TEXT, **about)
    yield frame("response.content_part.done", response, **about)
    yield frame("response.output_item.done", response, item=body)
    yield frame("conversation.item.done", response, item=body)
    yield ends(response, body)
    yield frame("output_audio_buffer.stopped", response, 4.5, response_id=response)


def asks(response: str, tool: str) -> Iterator[Frame]:
    """The model asks for a tool, and must be told its output before it goes on."""
    call = f"call_{response}"
    body = {
        "id": f"item_t{response}",
        "type": "function_call",
        "status": "completed",
        "call_id": call,
        "name": tool,
        "arguments": ARGUMENTS[tool],
    }
    yield from begins(response)
    yield frame("response.output_item.added", response, item=body)
    yield frame("conversation.item.added", response, item=body)
    kind = "response.function_call_arguments"
    for _ in range(4):
        yield frame(f"{kind}.delta", response, 0.04, delta="piece", call_id=call)
    yield frame(f"{kind}.done", response, call_id=call, arguments=ARGUMENTS[tool])
    yield frame("response.output_item.done", response, item=body)
    yield frame("conversation.item.done", response, item=body)
    yield Frame(ends(response, body).text, 0.0, asks=call)


def events_a_turn() -> int:
    return len([*caller("1"), *speaks("1")])

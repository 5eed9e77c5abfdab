"""The eleven events that a sideband may send, checked before anything is done.

https://developers.openai.com/api/reference/resources/realtime (client events).
"""

from collections.abc import Mapping
from typing import Any

import orjson

from calls.simulator.openai_api.errors import ApiError, invalid
from calls.simulator.realtime.session_body import OUTPUT_TOKENS, SHARED, VOICE
from calls.simulator.realtime.shapes import (
    Check,
    each,
    fields,
    flag,
    free,
    nullable,
    number,
    tagged,
    text,
    word,
)

Event = Mapping[str, Any]
ITEM = {
    "id": text(most=32),
    "type": text(),
    "object": word("realtime.item"),
    "status": word("completed", "incomplete", "in_progress"),
}
TEXT = fields({"type": text(), "text": text()}, "text")
CONTENT: Mapping[str, Check] = {
    "system": each(tagged({"input_text": TEXT})),
    "user": each(
        tagged(
            {
                "input_text": TEXT,
                "input_audio": fields(
                    {"type": text(), "audio": text(), "transcript": text()}, "audio"
                ),
                "input_image": fields(
                    {"type": text(), "image_url": text(), "detail": text()},
                    "image_url",
                ),
            }
        )
    ),
    # Assistant audio cannot be put in by a client.
    "assistant": each(tagged({"output_text": TEXT})),
}
MESSAGE = tagged(
    {
        role: fields({**ITEM, "role": text(), "content": content}, "content")
        for role, content in CONTENT.items()
    },
    key="role",
)
NEW_ITEM = tagged(
    {
        "message": MESSAGE,
        "function_call": fields(
            {**ITEM, "call_id": text(), "name": text(), "arguments": text()},
            *("name", "arguments"),
        ),
        "function_call_output": fields(
            {**ITEM, "call_id": text(), "output": text()}, "call_id", "output"
        ),
        "mcp_approval_response": fields(
            {
                **ITEM,
                "approval_request_id": text(),
                "approve": flag,
                "reason": nullable(text()),
            },
            "approval_request_id",
        ),
    }
)


def _metadata(value: Any, param: str) -> None:
    """At most 16 pairs, keys of 64 and values of 512 characters."""
    free(value, param)
    for key, found in value.items():
        text(most=64)(key, param)
        text(most=512)(found, f"{param}.{key}")
    if len(value) > 16:
        raise invalid(f"Invalid '{param}': at most 16 pairs.", param, "invalid_value")


RESPONSE = fields(
    {
        **SHARED,
        "conversation": word("auto", "none"),
        "input": each(NEW_ITEM),
        "metadata": nullable(_metadata),
        "max_output_tokens": OUTPUT_TOKENS,
        "audio": fields(
            {"output": fields({"voice": VOICE, "format": free})},
        ),
    }
)
EVENT = {"type": text(), "event_id": text(most=512)}
ITEM_ID = {**EVENT, "item_id": text()}
EVENTS: Mapping[str, Check] = {
    # What may stand in the session depends on the session: see `session_body`.
    "session.update": fields({**EVENT, "session": free}, "session"),
    "response.create": fields({**EVENT, "response": nullable(RESPONSE)}),
    "response.cancel": fields({**EVENT, "response_id": text()}),
    "conversation.item.create": fields(
        {**EVENT, "item": NEW_ITEM, "previous_item_id": nullable(text())}, "item"
    ),
    "conversation.item.retrieve": fields(ITEM_ID, "item_id"),
    "conversation.item.delete": fields(ITEM_ID, "item_id"),
    "conversation.item.truncate": fields(
        {
            **ITEM_ID,
            "content_index": number(0, 0, whole=True),
            "audio_end_ms": number(0, 36_000_000, whole=True),
        },
        *("item_id", "content_index", "audio_end_ms"),
    ),
    "output_audio_buffer.clear": fields(EVENT),
    "input_audio_buffer.append": fields({**EVENT, "audio": text()}, "audio"),
    "input_audio_buffer.commit": fields(EVENT),
    "input_audio_buffer.clear": fields(EVENT),
}
EVERY_EVENT = tagged(EVENTS)


class BadEvent(Exception):
    """An event that is answered with `error`; the session goes on."""

    def __init__(self, error: ApiError, event_id: str | None) -> None:
        super().__init__(error.message)
        self.error = error
        self.event_id = event_id


def read_event(raw: str | bytes) -> Event:
    """Raises BadEvent, which carries the client's own id where it had one."""
    if isinstance(raw, bytes):
        raise BadEvent(invalid("Binary frames are not supported.", "body"), None)
    try:
        event = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise BadEvent(
            invalid("We could not parse the JSON of your event.", "body"), None
        ) from None
    given = event.get("event_id") if isinstance(event, dict) else None
    try:
        EVERY_EVENT(event, "")
    except ApiError as error:
        raise BadEvent(error, given if isinstance(given, str) else None) from None
    found: Event = event
    return found

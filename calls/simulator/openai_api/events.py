"""The server-sent events of one streamed response, in their order.

https://developers.openai.com/api/docs/guides/streaming-responses. Every event carries
`sequence_number`; the terminal one holds the whole response with its usage.
"""

import re
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from calls.simulator.openai_api.request import ModelRequest
from calls.simulator.openai_api.rules import Call

TOKEN = re.compile(r"\s*\S+|\s+$")
Event = dict[str, Any]
# Whatever the request does not say, as the real API echoes it.
DEFAULTS: Mapping[str, Any] = {
    "parallel_tool_calls": True,
    "temperature": 1.0,
    "top_p": 1.0,
    "tool_choice": "auto",
    "truncation": "disabled",
    "max_output_tokens": None,
    "metadata": {},
    "reasoning": {"effort": None, "summary": None},
    "text": {"format": {"type": "text"}},
    "store": True,
    "service_tier": "default",
    "user": None,
    "previous_response_id": None,
    "prompt_cache_key": None,
    "safety_identifier": None,
}


def tokens(text: str) -> list[str]:
    """Roughly a model's tokens: words with the blank before them."""
    return TOKEN.findall(text)


@dataclass(slots=True)
class Draft:
    """A response while it is being made; hands out its events."""

    request: ModelRequest
    id: str = field(default_factory=lambda: "resp_" + secrets.token_hex(24))
    created_at: int = field(default_factory=lambda: int(time.time()))
    output: list[dict[str, Any]] = field(default_factory=list)
    sequence: int = 0

    def event(self, kind: str, **fields: Any) -> Event:
        found = {"type": kind, "sequence_number": self.sequence, **fields}
        self.sequence += 1
        return found

    def response(self, status: str, **fields: Any) -> Event:
        body = self.request.body
        return {
            "id": self.id,
            "object": "response",
            "created_at": self.created_at,
            "status": status,
            "background": False,
            "error": None,
            "incomplete_details": None,
            "instructions": self.request.instructions or None,
            "model": self.request.model,
            "output": list(self.output),
            "tools": body.get("tools") or [],
            "usage": None,
            **{
                name: default if body.get(name) is None else body[name]
                for name, default in DEFAULTS.items()
            },
            **fields,
        }

    def opening(self) -> Iterator[Event]:
        for kind in ("response.created", "response.in_progress"):
            yield self.event(kind, response=self.response("in_progress"))

    def message(self, text: str) -> Iterator[Event]:
        """One message item, a delta per token."""
        item_id = "msg_" + secrets.token_hex(24)
        place = {"item_id": item_id, "output_index": len(self.output)}
        part_place = {**place, "content_index": 0}
        item: dict[str, Any] = {
            "id": item_id,
            "type": "message",
            "role": "assistant",
            "status": "in_progress",
            "content": [],
        }
        index = len(self.output)
        yield self.event("response.output_item.added", output_index=index, item=item)
        yield self.event("response.content_part.added", part=_part(""), **part_place)
        self.output.append({**item, "status": "incomplete", "content": [_part("")]})
        so_far = ""
        for token in tokens(text):
            yield self.event(
                "response.output_text.delta",
                delta=token,
                logprobs=[],
                **part_place,
                **self._padding(),
            )
            so_far += token  # only what was really sent is owed
            self.output[index]["content"] = [_part(so_far)]
        yield self.event(
            "response.output_text.done", text=text, logprobs=[], **part_place
        )
        yield self.event("response.content_part.done", part=_part(text), **part_place)
        done = {**item, "status": "completed", "content": [_part(text)]}
        self.output[index] = done
        yield self.event("response.output_item.done", output_index=index, item=done)

    def function_call(self, call: Call) -> Iterator[Event]:
        item_id = "fc_" + secrets.token_hex(24)
        index = len(self.output)
        place = {"item_id": item_id, "output_index": index}
        item = {
            "id": item_id,
            "type": "function_call",
            "status": "in_progress",
            "call_id": call.call_id,
            "name": call.name,
            "arguments": "",
        }
        yield self.event("response.output_item.added", output_index=index, item=item)
        for start in range(0, len(call.arguments), 12):
            yield self.event(
                "response.function_call_arguments.delta",
                delta=call.arguments[start : start + 12],
                **place,
                **self._padding(),
            )
        yield self.event(
            "response.function_call_arguments.done", arguments=call.arguments, **place
        )
        done = {**item, "status": "completed", "arguments": call.arguments}
        self.output.append(done)
        yield self.event("response.output_item.done", output_index=index, item=done)

    def _padding(self) -> dict[str, str]:
        if not self.request.obfuscates:
            return {}
        return {"obfuscation": secrets.token_urlsafe(9)[: 1 + self.sequence % 12]}

    def written(self) -> str:
        """Everything that was produced so far, to be counted."""
        texts = []
        for item in self.output:
            texts += [part["text"] for part in item.get("content", [])]
            texts.append(item.get("arguments", ""))
        return "".join(texts)


def _part(text: str) -> dict[str, Any]:
    return {"type": "output_text", "annotations": [], "logprobs": [], "text": text}

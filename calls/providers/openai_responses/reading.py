"""Reading the events of one stream into the pieces of an answer."""

from collections import Counter
from collections.abc import Mapping

from pydantic import BaseModel, ValidationError

from calls.providers.openai_responses.pieces import (
    Asked,
    Failed,
    Finished,
    Piece,
    Said,
)
from calls.providers.openai_responses.troubles import (
    Trouble,
    as_code,
    code_in,
    trouble_within,
)
from calls.providers.openai_responses.usage import usage_of

# Everything that comes in the course of a plain answer and tells us nothing new.
PASSED_OVER = frozenset(
    {
        "response.queued",
        "response.in_progress",
        "response.content_part.added",
        "response.content_part.done",
        "response.output_text.done",
        "response.output_text.annotation.added",
        "response.refusal.done",
        "response.function_call_arguments.delta",
        "response.function_call_arguments.done",
        "response.reasoning_summary_part.added",
        "response.reasoning_summary_part.done",
        "response.reasoning_summary_text.delta",
        "response.reasoning_summary_text.done",
        "response.reasoning_text.delta",
        "response.reasoning_text.done",
    }
)


class TextDelta(BaseModel):
    item_id: str = ""
    delta: str


class Item(BaseModel):
    type: str
    call_id: str = ""
    name: str = ""
    arguments: str = ""
    status: str | None = None


class ItemEvent(BaseModel):
    item: Item


class Reading:
    """What has come of one stream so far.

    `begun` turns true with the first word or tool call; from then on the caller may
    have heard something, and there is no second try.
    """

    def __init__(self, ignored: Counter[str]) -> None:
        self.response_id = ""
        self.said = ""
        self.begun = False
        self.ended = False
        self._asked = False
        self._speaking_item = ""
        self._ignored = ignored

    def read(self, event: object) -> Piece | Trouble | None:
        fields = event if isinstance(event, dict) else {}
        # Gateways in between report an error without a type.
        without = "error" if fields.get("error") else "(no type)"
        kind = str(fields.get("type") or without)[:80]
        try:
            return self._read(kind, fields)
        except ValidationError:
            self._ignored[f"{kind} (malformed)"] += 1
            return None

    def _read(self, kind: str, fields: Mapping[str, object]) -> Piece | Trouble | None:
        match kind:
            case "response.output_text.delta" | "response.refusal.delta":
                return self._said(TextDelta.model_validate(fields))
            case "response.output_item.added":
                item = ItemEvent.model_validate(fields).item
                self.begun = self.begun or item.type == "function_call"
            case "response.output_item.done":
                return self._asked_for(ItemEvent.model_validate(fields).item)
            case "response.created":
                self.response_id = str(response_in(fields).get("id") or "")
            case "response.completed" | "response.incomplete":
                return self._finished(response_in(fields))
            case "response.failed":
                return self._broken(response_in(fields))
            case "error":
                return self._error(fields)
            case _ if kind not in PASSED_OVER:
                self._ignored[kind] += 1
        return None

    def _said(self, delta: TextDelta) -> Said | None:
        text = delta.delta.replace("\0", "")
        if not text:
            return None
        # The model may say something, think, and say more: two items, one breath.
        another = self._speaking_item not in ("", delta.item_id)
        if another and not (self.said[-1:].isspace() or text[0].isspace()):
            text = " " + text
        self._speaking_item = delta.item_id
        self.begun = True
        self.said += text
        return Said(text)

    def _asked_for(self, item: Item) -> Asked | None:
        if item.type != "function_call" or item.status == "incomplete":
            return None
        self.begun = self._asked = True
        return Asked(item.call_id, item.name, item.arguments)

    def _finished(self, response: Mapping[str, object]) -> Finished | Trouble:
        self.ended = True
        details = response.get("incomplete_details")
        cut_by = ""
        if isinstance(details, dict):
            cut_by = as_code(details.get("reason"))
        usage = usage_of(response)
        if cut_by and not (self.said or self._asked):
            # All its tokens went into thought, or it was stopped: silence for the
            # caller, which nobody else would notice.
            reason = f"stopped before its first word: {cut_by}"
            return Trouble(Failed(reason, usage=usage))
        return Finished(usage, cut_by)

    def _error(self, fields: Mapping[str, object]) -> Trouble:
        """Its code stands in the event, or within an object of it."""
        self.ended = True
        error = fields.get("error")
        return trouble_within(code_in(error if isinstance(error, dict) else fields))

    def _broken(self, response: Mapping[str, object]) -> Trouble:
        self.ended = True
        usage = usage_of(response)
        error = response.get("error")
        return trouble_within(code_in(error if isinstance(error, dict) else {}), usage)


def response_in(fields: Mapping[str, object]) -> Mapping[str, object]:
    response = fields.get("response")
    return response if isinstance(response, dict) else {}

"""What an answer used, as the provider counted it or as we guess it."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, Field, ValidationError

from calls.providers.openai_responses.requests import AnswerRequest, body_of

# English takes about four bytes a token, and so, near enough, do other languages
# when it is bytes and not letters that are counted.
BYTES_PER_TOKEN = 4


@dataclass(frozen=True, slots=True)
class ModelUsage:
    """`response_id` is unique, so that the same usage can be reported twice.

    `input_tokens` includes the cached and the newly cached ones, `output_tokens` the
    reasoning. `raw` holds the provider's figures as they came, or the estimated ones
    in the same form.
    """

    response_id: str
    model: str
    input_tokens: int
    cached_tokens: int
    cache_write_tokens: int
    output_tokens: int
    reasoning_tokens: int
    raw: Mapping[str, object]
    service_tier: str = ""
    estimated: bool = False


class InputDetails(BaseModel):
    cached_tokens: int = 0
    cache_write_tokens: int = 0


class OutputDetails(BaseModel):
    reasoning_tokens: int = 0


class WireUsage(BaseModel):
    input_tokens: int = 0
    input_tokens_details: InputDetails | None = None
    output_tokens: int = 0
    output_tokens_details: OutputDetails | None = None


class WireResponse(BaseModel):
    id: str = Field(min_length=1)
    model: str = ""
    service_tier: str | None = None
    usage: WireUsage


def usage_of(response: Mapping[str, object]) -> ModelUsage | None:
    """The usage in a final response; None where there is none that can be read."""
    raw = response.get("usage")
    try:
        wire = WireResponse.model_validate(response)
    except ValidationError:
        return None
    taken = wire.usage.input_tokens_details or InputDetails()
    given = wire.usage.output_tokens_details or OutputDetails()
    return ModelUsage(
        response_id=wire.id,
        model=wire.model,
        input_tokens=wire.usage.input_tokens,
        cached_tokens=taken.cached_tokens,
        cache_write_tokens=taken.cache_write_tokens,
        output_tokens=wire.usage.output_tokens,
        reasoning_tokens=given.reasoning_tokens,
        raw=raw if isinstance(raw, dict) else {},
        service_tier=wire.service_tier or "",
    )


def estimate_usage(
    request: AnswerRequest, said_text: str, *, response_id: str = ""
) -> ModelUsage:
    """For an answer that was cancelled or cut: the provider counts it, but tells not.

    Nothing is taken as cached, so the estimate errs on the dear side. The same
    `response_id` gives the same id.
    """
    body = body_of(request)
    read = [body.get("instructions", ""), body.get("tools", []), body["input"]]
    taken = tokens_in(json.dumps(read, ensure_ascii=False))
    given = tokens_in(said_text)
    return ModelUsage(
        response_id=f"cancelled-{response_id or uuid.uuid4().hex}",
        model=request.model,
        input_tokens=taken,
        cached_tokens=0,
        cache_write_tokens=0,
        output_tokens=given,
        reasoning_tokens=0,
        raw={
            "input_tokens": taken,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": given,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": taken + given,
        },
        estimated=True,
    )


def tokens_in(text: str) -> int:
    size = len(text.encode("utf-8", "replace"))
    return -(-size // BYTES_PER_TOKEN)

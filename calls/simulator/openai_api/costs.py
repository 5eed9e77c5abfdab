"""`GET /v1/organization/costs`: what the provider will bill, by day and line item.

https://developers.openai.com/api/reference/resources/admin/subresources/organization
It takes an admin key and no other, knows days of UTC only, gives at most 180 of them,
and tells the amounts as numbers of dollars. The prices are the simulator's own, as the
provider's are.
"""

import datetime
import hmac
from collections import Counter
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from calls.simulator.openai_api.errors import ApiError, invalid, unauthorized
from calls.simulator.openai_api.usage import Usage

DAY_S = 86_400
MOST_DAYS, USUAL_DAYS = 180, 7
GROUPS = {"line_item", "project_id"}
MILLION = 1_000_000
# Dollars for a million tokens, as (in, from the cache, written to the cache, out).
TEXT: Mapping[str, tuple[float, float, float, float]] = {
    "gpt-6-luna": (0.10, 0.01, 0.125, 0.50),
    "gpt-6.1-terra": (1.00, 0.05, 1.25, 5.00),
    "gpt-6.1-sol": (2.00, 0.10, 2.50, 10.00),
    "gpt-6-sol": (2.00, 0.20, 2.50, 10.00),
    "gpt-5.6-luna": (0.20, 0.02, 0.25, 1.20),
    "gpt-5.6-terra": (2.00, 0.20, 2.00, 12.00),
}
UNKNOWN_TEXT = (1.00, 0.10, 1.25, 5.00)
# As (text in, text cached, text out, audio in, audio cached, audio out).
VOICE: Mapping[str, tuple[float, float, float, float, float, float]] = {
    "gpt-realtime-2.1": (4.00, 0.40, 24.00, 32.00, 0.40, 64.00),
    "gpt-realtime-2": (4.00, 0.40, 24.00, 32.00, 0.40, 64.00),
    "gpt-realtime-2.1-mini": (0.60, 0.06, 2.40, 10.00, 0.30, 20.00),
    "gpt-realtime-1.5": (4.00, 0.40, 16.00, 32.00, 0.40, 64.00),
}
MINUTE: Mapping[str, float] = {
    "gpt-live-transcribe": 0.017,
    "gpt-realtime-whisper": 0.017,
    "gpt-transcribe": 0.0045,
}


class Costs:
    """`surplus` is the share by which bills are higher than what was used."""

    def __init__(self, admin_key: str) -> None:
        self._admin_key = admin_key
        self._dollars: Counter[tuple[datetime.date, str]] = Counter()
        self.surplus = 0.0

    def _charge(self, item: str, dollars: float) -> None:
        if dollars:
            self._dollars[datetime.datetime.now(datetime.UTC).date(), item] += dollars  # type: ignore[assignment]  # typed for counts

    def answered(self, model: str, usage: Usage) -> None:
        fresh, cached, written, out = TEXT.get(model, UNKNOWN_TEXT)
        plain = usage.input_tokens - usage.cached_tokens - usage.cache_write_tokens
        self._charge(f"{model}, input", plain * fresh / MILLION)
        self._charge(f"{model}, cached input", usage.cached_tokens * cached / MILLION)
        written_for = usage.cache_write_tokens * written / MILLION
        self._charge(f"{model}, cache write", written_for)
        self._charge(f"{model}, output", usage.output_tokens * out / MILLION)

    def spoke(self, model: str, usage: Mapping[str, Any]) -> None:
        """The usage of a `response.done`."""
        prices = VOICE.get(model, VOICE["gpt-realtime-2.1"])
        taken, given = usage["input_token_details"], usage["output_token_details"]
        cached = taken["cached_tokens_details"]
        counts = (
            ("text input", taken["text_tokens"] - cached["text_tokens"]),
            ("cached text input", cached["text_tokens"]),
            ("text output", given["text_tokens"]),
            ("audio input", taken["audio_tokens"] - cached["audio_tokens"]),
            ("cached audio input", cached["audio_tokens"]),
            ("audio output", given["audio_tokens"]),
        )
        for (name, tokens), price in zip(counts, prices, strict=True):
            self._charge(f"{model}, {name}", tokens * price / MILLION)

    def transcribed(self, model: str, usage: Mapping[str, Any]) -> None:
        if usage["type"] == "duration":
            minutes = usage["seconds"] / 60
            self._charge(f"{model}, audio", minutes * MINUTE.get(model, 0.017))

    # Telling of it.

    async def answer(self, request: web.Request) -> web.StreamResponse:
        try:
            self._authenticate(request)
            return web.json_response(self._page(request))
        except ApiError as error:
            return error.answer()

    def _authenticate(self, request: web.Request) -> None:
        given = request.headers.get("Authorization", "").encode()
        if not hmac.compare_digest(given, f"Bearer {self._admin_key}".encode()):
            raise unauthorized()

    def _page(self, request: web.Request) -> dict[str, Any]:
        query = request.query
        if query.get("bucket_width", "1d") != "1d":
            raise invalid("Only '1d' is supported.", "bucket_width", "invalid_value")
        groups = set(query.getall("group_by", [])) | set(query.getall("group_by[]", []))
        if not groups <= GROUPS:
            raise invalid("Unknown group.", "group_by", "invalid_value")
        limit = _whole(query, "limit", USUAL_DAYS)
        if not 1 <= limit <= MOST_DAYS:
            raise invalid("'limit' is 1 to 180.", "limit", "integer_out_of_range")
        first = _whole(query, "page", _whole(query, "start_time")) // DAY_S * DAY_S
        now = int(datetime.datetime.now(datetime.UTC).timestamp())
        end = min(_whole(query, "end_time", now), now)
        starts = list(range(first, end, DAY_S))
        more = len(starts) > limit
        return {
            "object": "page",
            "data": [self._bucket(start, groups) for start in starts[:limit]],
            "has_more": more,
            "next_page": str(starts[limit]) if more else None,
        }

    def _bucket(self, start: int, groups: set[str]) -> dict[str, Any]:
        day = datetime.datetime.fromtimestamp(start, datetime.UTC).date()
        found = {item: d for (on, item), d in self._dollars.items() if on == day}
        if "line_item" not in groups:
            found = {"": sum(found.values())} if found else {}
        return {
            "object": "bucket",
            "start_time": start,
            "end_time": start + DAY_S,
            "results": [
                {
                    "object": "organization.costs.result",
                    "amount": {
                        "value": dollars * (1 + self.surplus),
                        "currency": "usd",
                    },
                    "line_item": item or None,
                    "project_id": None,
                }
                for item, dollars in found.items()
            ],
        }


def _whole(query: Mapping[str, str], name: str, usual: int | None = None) -> int:
    text = query.get(name)
    if text is None:
        if usual is None:
            raise invalid(f"Missing required parameter: '{name}'.", name)
        return usual
    if not text.isdecimal():
        raise invalid(f"Invalid type for '{name}'.", name, "invalid_type")
    return int(text)

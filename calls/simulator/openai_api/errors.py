"""OpenAI's error envelope (https://developers.openai.com/api/docs/guides/error-codes)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson
from aiohttp import web


@dataclass(slots=True)
class ApiError(Exception):
    status: int
    message: str
    kind: str = "invalid_request_error"
    param: str | None = None
    code: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def answer(self) -> web.Response:
        error = {
            "message": self.message,
            "type": self.kind,
            "param": self.param,
            "code": self.code,
        }
        return web.Response(
            body=orjson.dumps({"error": error}),
            status=self.status,
            content_type="application/json",
            headers=self.headers,
        )


def invalid(message: str, param: str, code: str | None = None) -> ApiError:
    return ApiError(400, message, param=param, code=code)


def wrong_type(param: str, expected: str, got: object) -> ApiError:
    names = {dict: "an object", list: "an array", type(None): "null"}
    name = names.get(type(got), f"a {type(got).__name__}")
    return invalid(
        f"Invalid type for '{param}': expected {expected}, but got {name} instead.",
        param,
        "invalid_type",
    )


def unknown_parameter(param: str) -> ApiError:
    return invalid(f"Unknown parameter: '{param}'.", param, "unknown_parameter")


def unauthorized() -> ApiError:
    return ApiError(401, "Incorrect API key provided.", code="invalid_api_key")


def rate_limited(retry_after: float) -> ApiError:
    return ApiError(
        429,
        "Rate limit reached for requests.",
        "requests",
        code="rate_limit_exceeded",
        headers={
            "Retry-After": f"{retry_after:g}",
            "x-ratelimit-remaining-requests": "0",
        },
    )


def server_error() -> ApiError:
    return ApiError(
        500, "The server had an error while processing your request.", "server_error"
    )

"""What went wrong with one try for an answer, and whether another may help.

A reason is made of our words and the provider's codes. The provider's texts may
quote what was said, and the reason ends up in an incident.
"""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import httpx2
import openai

from calls.providers.openai_responses.pieces import Failed
from calls.providers.openai_responses.usage import ModelUsage

PASSING = frozenset({"server_error", "rate_limit_exceeded"})
# Both come as 429, but waiting does not fill an account.
OUT_OF_MONEY = frozenset({"insufficient_quota", "billing_hard_limit_reached"})


@dataclass(frozen=True, slots=True)
class Trouble:
    """`retry_after` is in seconds, when the provider asks for a pause."""

    failed: Failed
    retryable: bool = False
    retry_after: float | None = None


def too_slow(*, begun: bool) -> Trouble:
    return Trouble(Failed("fell silent" if begun else "no first word in time"))


def cut_off(*, begun: bool) -> Trouble:
    reason = "cut off" if begun else "ended before its first word"
    return Trouble(Failed(reason), retryable=True)


def trouble_from(error: Exception, *, begun: bool) -> Trouble:
    match error:
        case openai.APIStatusError():
            return refusal(error)
        case openai.APIConnectionError():
            reason = "connection lost" if begun else "no connection"
            return Trouble(Failed(reason), retryable=True)
        case openai.APIError():
            return trouble_within(as_code(error.code or error.type))
    return Trouble(Failed("unreadable answer"))


def trouble_within(code: str, usage: ModelUsage | None = None) -> Trouble:
    """A stream that reported an error itself. What was charged is not tried again."""
    failed = Failed(f"failed: {code}", usage=usage)
    return Trouble(failed, retryable=code in PASSING and usage is None)


def refusal(error: openai.APIStatusError) -> Trouble:
    status = error.status_code
    code = as_code(error.code or error.type)
    passing = status in (408, 429) or status >= 500
    forbidden = error.response.headers.get("x-should-retry") == "false"
    return Trouble(
        Failed(f"refused: {code}", status),
        retryable=passing and not forbidden and code not in OUT_OF_MONEY,
        retry_after=retry_after(error.response.headers),
    )


def retry_after(headers: httpx2.Headers) -> float | None:
    """Seconds from either of the headers, or from a date; never less than none."""
    for name, divisor in (("retry-after-ms", 1000), ("retry-after", 1)):
        figure = headers.get(name, "")
        if re.fullmatch(r"\d{1,9}(\.\d+)?", figure):
            return float(figure) / divisor
    try:
        moment = parsedate_to_datetime(headers.get("retry-after", ""))
    except ValueError:
        return None
    return max(0.0, moment.timestamp() - time.time())


def code_in(error: Mapping[str, object]) -> str:
    return as_code(error.get("code") or error.get("type"))


def as_code(value: object) -> str:
    text = str(value or "")
    return text if re.fullmatch(r"[A-Za-z0-9_.\-]{1,64}", text) else "unknown"

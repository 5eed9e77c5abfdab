"""Connection overrides: how a webhook's URL fragment sets timeouts and retries.

https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

RANGES: Mapping[str, tuple[int, int]] = {
    "ct": (100, 10_000),
    "rt": (100, 15_000),
    "tt": (100, 15_000),
    "rc": (0, 5),
}
RETRY_WORDS = frozenset({"4xx", "5xx", "ct", "rt", "all"})


@dataclass(frozen=True, slots=True)
class Overrides:
    connect_s: float = 5.0
    read_s: float = 15.0
    total_s: float = 15.0
    retries: int = 1
    retry_on: frozenset[str] = frozenset({"ct"})
    problems: tuple[str, ...] = ()

    def retries_after(self, failure: str) -> bool:
        return "all" in self.retry_on or failure in self.retry_on


def read_overrides(fragment: str) -> Overrides:
    numbers = {"ct": 5000, "rt": 15_000, "tt": 15_000, "rc": 1}
    retry_on = frozenset({"ct"})
    problems: list[str] = []
    for key, value in parse_qsl(fragment, keep_blank_values=True):
        if key in RANGES:
            low, high = RANGES[key]
            if value.isdecimal() and low <= int(value) <= high:
                numbers[key] = int(value)
            else:
                problems.append(f"override {key} must be {low} to {high}, not {value}")
        elif key == "rp":
            retry_on = frozenset(value.split(","))
            if not retry_on <= RETRY_WORDS:
                problems.append(f"override rp does not know {value}")
        elif key not in {"sni", "e"}:
            problems.append(f"there is no override {key}")
    return Overrides(
        numbers["ct"] / 1000,
        numbers["rt"] / 1000,
        numbers["tt"] / 1000,
        numbers["rc"],
        retry_on,
        tuple(problems),
    )

"""What an attribute may hold: small checks, each with the words for a complaint."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Value:
    expects: str
    accepts: Callable[[str], bool]


def one_of(*allowed: str) -> Value:
    return Value("one of " + ", ".join(allowed), frozenset(allowed).__contains__)


def some_of(*allowed: str) -> Value:
    """A list separated by spaces, as the event attributes take it."""
    known = frozenset(allowed)
    expects = "a space-separated list of " + ", ".join(allowed)
    return Value(expects, lambda text: set(text.split()) <= known)


def matching(pattern: str, expects: str) -> Value:
    compiled = re.compile(pattern)
    return Value(expects, lambda text: compiled.fullmatch(text) is not None)


def whole(low: int, high: int, *, word: str = "") -> Value:
    """A whole number in a range, or one word that stands for a number."""
    expects = f"a whole number from {low} to {high}" + (f" or {word}" if word else "")

    def accepts(text: str) -> bool:
        if word and text == word:
            return True
        return re.fullmatch(r"\d{1,9}", text) is not None and low <= int(text) <= high

    return Value(expects, accepts)


def decimal(low: float, high: float) -> Value:
    def accepts(text: str) -> bool:
        found = re.fullmatch(r"\d+(\.\d+)?", text)
        return found is not None and low <= float(text) <= high

    return Value(f"a number from {low} to {high}", accepts)


def _is_url(text: str) -> bool:
    if re.search(r"\s", text):
        return False
    parts = urlsplit(text)
    if parts.scheme:
        return parts.scheme in {"http", "https"} and bool(parts.netloc)
    return bool(parts.path)


def _is_socket_url(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme == "wss" and bool(parts.netloc) and not re.search(r"\s", text)


def _is_sip_address(text: str) -> bool:
    """`<Sip>` takes URIs of at most 255 characters before the headers."""
    address = text.strip().partition("?")[0]
    return re.fullmatch(r"sips?:[^\s@]+@[^\s@]+", address) is not None and (
        len(address) <= 255
    )


TEXT = Value("any text", lambda text: True)
BOOL = one_of("true", "false")
METHOD = one_of("GET", "POST")
URL = Value("a relative or absolute http(s) URL", _is_url)
SOCKET_URL = Value("a wss:// URL", _is_socket_url)
E164 = matching(r"\+[1-9]\d{6,14}", "a number in E.164 form")
SIP_ADDRESS = Value("a SIP URI of at most 255 characters", _is_sip_address)
LANGUAGE = matching(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", "a BCP-47 language tag")
LANGUAGE_OR_MULTI = matching(
    r"multi|[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", "a BCP-47 language tag or multi"
)
# The boolean spellings are accepted beside the words: true means any, false means none.
INTERRUPTIBLE = one_of("none", "dtmf", "speech", "any", "true", "false")
REPORT_INPUT = one_of("none", "dtmf", "speech", "any")

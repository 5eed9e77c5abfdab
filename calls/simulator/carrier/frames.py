"""What the product may send over the relay socket, checked to the letter.

https://www.twilio.com/docs/voice/conversationrelay/websocket-messages. Shapes that
Twilio added on 2026-10-28 (`config`, `hints`) are not published in full and therefore
not taken.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import orjson

from calls.simulator.twiml.values import INTERRUPTIBLE, LANGUAGE_OR_MULTI

Check = Callable[[Any], bool]
Frame = Mapping[str, Any]


class BadFrame(ValueError):
    """Not a message that the relay understands: error 64107."""


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _interruptible(value: Any) -> bool:
    return _flag(value) or (_text(value) and INTERRUPTIBLE.accepts(value))


def _language(value: Any) -> bool:
    return _text(value) and LANGUAGE_OR_MULTI.accepts(value)


def _media(value: Any) -> bool:
    return _text(value) and urlsplit(value).scheme in {"http", "https"}


def _loop(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _digits(value: Any) -> bool:
    return _text(value) and re.fullmatch(r"[0-9w#*]+", value) is not None


FIELDS: Mapping[str, Mapping[str, Check]] = {
    "text": {
        "token": _text,
        "last": _flag,
        "lang": _language,
        "interruptible": _interruptible,
        "preemptible": _flag,
    },
    "play": {
        "source": _media,
        "loop": _loop,
        "preemptible": _flag,
        "interruptible": _interruptible,
    },
    "sendDigits": {"digits": _digits},
    "language": {"ttsLanguage": _language, "transcriptionLanguage": _language},
    "end": {"handoffData": _text},
}
REQUIRED: Mapping[str, str] = {
    "text": "token",
    "play": "source",
    "sendDigits": "digits",
}


def read_frame(raw: str | bytes) -> Frame:
    if isinstance(raw, bytes):
        raise BadFrame("a binary frame")
    try:
        frame = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise BadFrame(f"not JSON: {error}") from None
    if not isinstance(frame, dict):
        raise BadFrame("not a JSON object")
    kind = frame.get("type")
    fields = FIELDS.get(kind) if isinstance(kind, str) else None
    if fields is None:
        raise BadFrame(f"unknown type {kind!r}")
    for name, value in frame.items():
        if name == "type":
            continue
        if (check := fields.get(name)) is None:
            raise BadFrame(f"{kind} has no field {name!r}")
        if not check(value):
            raise BadFrame(f"{kind}.{name} may not be {value!r}")
    if (needed := REQUIRED.get(frame["type"])) and needed not in frame:
        raise BadFrame(f"{kind} needs {needed!r}")
    if kind == "language" and len(frame) == 1:
        raise BadFrame("language needs ttsLanguage or transcriptionLanguage")
    return frame

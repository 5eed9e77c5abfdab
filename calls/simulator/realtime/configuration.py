"""A session's whole configuration: what was asked for over what is the default.

https://developers.openai.com/api/reference/resources/realtime (session object).
"""

import copy
import secrets
import time
from collections.abc import Mapping
from typing import Any

from calls.simulator.realtime.core import Config

# Both directions of a phone call; negotiated over SIP, never asked for.
PHONE = {"type": "audio/pcmu"}
SERVER_VAD: Mapping[str, Any] = {
    "type": "server_vad",
    "threshold": 0.5,
    "prefix_padding_ms": 300,
    "silence_duration_ms": 500,
    "idle_timeout_ms": None,
    "create_response": True,
    "interrupt_response": True,
}
SEMANTIC_VAD: Mapping[str, Any] = {
    "type": "semantic_vad",
    "eagerness": "auto",
    "create_response": True,
    "interrupt_response": True,
}
TURNS = {"server_vad": SERVER_VAD, "semantic_vad": SEMANTIC_VAD}
DEFAULTS: Mapping[str, Any] = {
    "output_modalities": ["audio"],
    "instructions": "You are a helpful, friendly assistant on the phone.",
    "tools": [],
    "tool_choice": "auto",
    "max_output_tokens": "inf",
    "truncation": "auto",
    "tracing": None,
    "prompt": None,
    "include": None,
    "audio": {
        "input": {
            "format": PHONE,
            "transcription": None,
            "noise_reduction": None,
            "turn_detection": dict(SERVER_VAD),
        },
        "output": {"format": PHONE, "voice": "marin", "speed": 1.0},
    },
}


def resolve(body: Mapping[str, Any], cap_s: float) -> Config:
    config = copy.deepcopy(dict(DEFAULTS))
    config |= {
        "object": "realtime.session",
        "id": "sess_" + secrets.token_hex(12),
        "expires_at": int(time.time() + cap_s),
    }
    return update(config, body)


def update(config: Config, changes: Mapping[str, Any]) -> Config:
    """Only `audio` is merged; everything else is replaced."""
    merged = {**config, **{k: v for k, v in changes.items() if k != "audio"}}
    audio = copy.deepcopy(config["audio"])
    for side, fields in changes.get("audio", {}).items():
        audio[side] |= fields
    if turns := audio["input"]["turn_detection"]:
        audio["input"]["turn_detection"] = {**TURNS[turns["type"]], **turns}
    return {**merged, "audio": audio}

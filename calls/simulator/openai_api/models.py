"""The models that exist, and the dates after which they do not.

https://developers.openai.com/api/docs/deprecations as of November 2026.
"""

import datetime
from collections.abc import Mapping

NO_DATE = (
    "gpt-6-luna",
    "gpt-6-sol",
    "gpt-6-astra",
    "gpt-6.1-sol",
    "gpt-6.1-terra",
    "gpt-6.2-sol",
    "gpt-6.2-astra",
    "gpt-5.6-luna",
    "gpt-5.6-terra",
    "gpt-5.6-sol",
    "gpt-5.5",
    "gpt-5.4",
    "gpt-5.4-mini",
    "gpt-5.2",
    "gpt-realtime-1.5",
    "gpt-realtime-2",
    "gpt-realtime-2.1",
    "gpt-realtime-2.1-mini",
    "gpt-live-1",
    "gpt-live-1.1",
    "gpt-transcribe",
    "gpt-live-transcribe",
    "gpt-realtime-whisper",
)
SHUTDOWN: Mapping[str, str] = {
    "gpt-5": "2026-12-11",
    "gpt-5-mini": "2026-12-11",
    "gpt-5-nano": "2026-12-11",
    "o3": "2026-12-11",
    "tts-1": "2027-01-06",
    "tts-1-hd": "2027-01-06",
    "gpt-4o-mini-tts": "2027-01-06",
    "gpt-4o": "2027-01-14",
    "gpt-4o-mini": "2027-01-14",
    "gpt-4.1": "2027-01-14",
    "gpt-4.1-mini": "2027-01-14",
    "gpt-realtime": "2027-01-20",
    "gpt-realtime-2025-08-28": "2027-01-20",
    "gpt-realtime-mini": "2027-01-20",
    "gpt-realtime-mini-2025-12-15": "2027-01-20",
    "gpt-audio-mini": "2027-01-20",
    "whisper-1": "2027-02-26",
    "gpt-4o-transcribe": "2027-02-26",
    "gpt-4o-mini-transcribe": "2027-02-26",
    "gpt-4o-mini-transcribe-2025-12-15": "2027-02-26",
    "gpt-4o-transcribe-diarize": "2027-02-26",
    "gpt-5.1": "2027-04-01",
    "gpt-5.4-nano": "2027-04-01",
}
SHUTDOWN_OF: Mapping[str, str | None] = {**dict.fromkeys(NO_DATE), **SHUTDOWN}
# Speech models answer on other endpoints.
NOT_TEXT = ("realtime", "live", "transcribe", "whisper", "audio", "tts")
WITHOUT_NONE_EFFORT = frozenset({"gpt-6.1-sol"})


def exists(model: str, today: datetime.date) -> bool:
    if model not in SHUTDOWN_OF:
        return False
    date = SHUTDOWN_OF[model]
    return date is None or today.isoformat() < date


def answers_text(model: str) -> bool:
    return not any(word in model for word in NOT_TEXT)


def listing(today: datetime.date) -> dict[str, object]:
    return {
        "object": "list",
        "data": [
            {
                "id": model,
                "object": "model",
                "created": 1_780_000_000,
                "owned_by": "system",
                "shutdown_date": date,
            }
            for model, date in SHUTDOWN_OF.items()
            if exists(model, today)
        ],
    }

"""One line per log record, and no personal data in it.

Values travel in `extra`. A key with a `pii` segment (`pii_number`, `caller_pii`) is
for handlers that may keep personal data; the console and whatever collects it may
not, so the formatter leaves such keys out.
"""

import json
import logging
import re
from datetime import UTC, datetime

STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


def is_personal(key: str) -> bool:
    return "pii" in re.split(r"[^a-z0-9]+", key.lower())


class LineFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC)
        parts = [
            moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            record.levelname.lower(),
            record.name,
            on_one_line(record.getMessage()),
            *(f"{key}={shown(value)}" for key, value in extras(record).items()),
        ]
        if record.exc_info:
            parts.append(f"traceback={shown(self.formatException(record.exc_info))}")
        return " ".join(parts)


def extras(record: logging.LogRecord) -> dict[str, object]:
    return {
        key: value
        for key, value in vars(record).items()
        if key not in STANDARD and not key.startswith("_") and not is_personal(key)
    }


def on_one_line(text: str) -> str:
    return text.replace("\r", "\\r").replace("\n", "\\n")


def shown(value: object) -> str:
    """A value as one word: bare where that is unambiguous, else as a JSON string."""
    text = str(value)
    plain = text and not re.search(r"[\s\"=]", text)
    return text if plain else json.dumps(text, ensure_ascii=False)

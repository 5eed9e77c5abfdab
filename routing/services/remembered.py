"""What is worked out from a snapshot is kept while pages ask for the same again."""

import hashlib
import json

from routing.services.snapshot import Snapshot


def fingerprint(snapshot: Snapshot) -> str:
    text = json.dumps(snapshot, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


class Same:
    """A snapshot that `lru_cache` knows again by its contents."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.fingerprint = fingerprint(snapshot)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.fingerprint == other.fingerprint

    def __hash__(self) -> int:
        return hash(self.fingerprint)

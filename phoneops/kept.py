"""Secrets that are made up on first use and stay the same afterwards."""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path


def kept_secret(path: Path, length: int = 48) -> str:
    """The secret stored at `path`, made up on first use, readable by us only."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent) as draft:
            draft.write(secrets.token_urlsafe(length))
            draft.flush()
            # A link appears whole or not at all, so processes that start together
            # agree on the first one made.
            with contextlib.suppress(FileExistsError):
                os.link(draft.name, path)
    return path.read_text()

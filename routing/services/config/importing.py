"""Taking a document into the draft, and publishing it, all of it or nothing."""

from django.contrib.auth.models import User
from django.db import transaction

from routing.core.config_file import Lines, Problem
from routing.errors import ConfigRefused, DraftChanged
from routing.models import Release
from routing.services import drafts, releases
from routing.services.config.applying import apply
from routing.services.config.draft import Document


def decoded(raw: bytes) -> str:
    """Raises ConfigRefused for what is not text."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        text = "this is not UTF-8, the way in which the file has to be saved."
        raise ConfigRefused([Problem(line, text)]) from None


def take(
    document: Document,
    lines: Lines,
    *,
    seen: str,
    publish: bool,
    author: User | None,
    note: str,
) -> Release | None:
    """The release, if there was something to publish. `seen` is the fingerprint of the

    draft that it was compared with. Raises ConfigRefused, DraftChanged, DraftRefused.
    """
    with transaction.atomic():
        drafts.lock()
        if seen != releases.fingerprint(drafts.draft_snapshot()):
            raise DraftChanged("The draft was changed while it was being read.")
        apply(document, lines)
        if not publish or not releases.unpublished_changes():
            return None
        return releases.publish(author=author, note=note)

"""Publishing: the draft in the admin becomes the release that calls run from."""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max

from routing.core.lint import Finding, Level
from routing.core.readable import Change
from routing.errors import (
    DraftChanged,
    DraftRefused,
    NotRestorable,
    PublishedMeanwhile,
    UnknownRelease,
)
from routing.models import Release
from routing.services import config, linting
from routing.services.announcements import announce
from routing.services.config.draft import Document
from routing.services.config.shape import completed
from routing.services.drafts import changes_between, draft_snapshot, lock
from routing.services.remembered import fingerprint
from routing.services.snapshot import Snapshot

__all__ = [
    "changes_between",
    "document_of",
    "draft_problems",
    "draft_snapshot",
    "fingerprint",
    "newest_number",
    "newest_snapshot",
    "publish",
    "snapshot_of",
    "unpublished_changes",
]

NOTHING: Snapshot = {}


def publish(
    *, author: User | None, note: str, seen: str = "", after: int | None = None
) -> Release:
    """The number is the next one, whoever else publishes at the same moment.

    `seen` is the fingerprint of the draft that the author has read, if any, and
    `after` the number of the release that it was compared with. Raises DraftChanged or
    PublishedMeanwhile when that is not so any more, and DraftRefused. What is warned
    of is kept with the release, whose note says why it was accepted.
    """
    with transaction.atomic():
        lock()
        transaction.on_commit(announce, robust=True)
        last = newest_number()
        if after is not None and after != last:
            raise PublishedMeanwhile(last)
        snapshot = draft_snapshot()
        if seen and seen != fingerprint(snapshot):
            raise DraftChanged("The draft was changed while it was being read.")
        found = linting.findings(snapshot)
        if problems := texts(found, Level.ERROR):
            raise DraftRefused(problems)
        return Release.objects.create(
            number=last + 1,
            snapshot=snapshot,
            document=config.draft_document(),
            accepted=texts(found, Level.WARNING),
            author=author,
            note=note,
        )


def document_of(number: int) -> Document:
    """What the draft was then. Raises UnknownRelease and NotRestorable."""
    documents = Release.objects.filter(number=number).values_list("document", flat=True)
    found = list(documents)
    if not found:
        raise UnknownRelease(f"Release {number} does not exist.")
    if found[0] is None:
        raise NotRestorable(
            f"Release {number} was published by a version of the portal that could not "
            "go back yet. Its contents can be read and compared."
        )
    return completed(found[0])


def draft_problems(snapshot: Snapshot) -> list[str]:
    """Why this draft cannot be published, or nothing."""
    return texts(linting.findings(snapshot), Level.ERROR)


def texts(found: Iterable[Finding], level: Level) -> list[str]:
    return [str(finding) for finding in found if finding.level is level]


def newest_number() -> int:
    """0 before anything was published."""
    return Release.objects.aggregate(last=Max("number"))["last"] or 0


def newest_snapshot() -> Snapshot:
    """What calls are decided from now; empty before anything was published."""
    newest = Release.objects.order_by("-number").values_list("snapshot", flat=True)
    return newest.first() or NOTHING


def snapshot_of(number: int) -> Snapshot:
    found = Release.objects.filter(number=number).values_list("snapshot", flat=True)
    for snapshot in found:
        return dict(snapshot)
    raise UnknownRelease(f"Release {number} does not exist.")


def unpublished_changes() -> list[Change]:
    return changes_between(newest_snapshot(), draft_snapshot())

"""Publishing: the draft in the admin becomes the release that calls run from."""

import hashlib
import json

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Max

from routing.core.compile import compile_snapshot
from routing.core.draft_rules import check_draft
from routing.core.readable import Change, compare
from routing.errors import BadSnapshot, DraftChanged, DraftRefused
from routing.models import Release
from routing.services.snapshot import Snapshot, draft_snapshot
from routing.services.wording import readable

__all__ = [
    "changes_between",
    "draft_problems",
    "draft_snapshot",
    "fingerprint",
    "newest_snapshot",
    "publish",
    "unpublished_changes",
]

# Any number will do, as long as nothing else locks on it.
PUBLISHING = 8_217_733
NOTHING: Snapshot = {}


def publish(*, author: User | None, note: str, seen: str = "") -> Release:
    """The number is the next one, whoever else publishes at the same moment.

    `seen` is the fingerprint of the draft that the author has read, if any.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PUBLISHING])
        snapshot = draft_snapshot()
        if seen and seen != fingerprint(snapshot):
            raise DraftChanged("The draft was changed while it was being read.")
        if problems := draft_problems(snapshot):
            raise DraftRefused(problems)
        last = Release.objects.aggregate(last=Max("number"))["last"] or 0
        return Release.objects.create(
            number=last + 1, snapshot=snapshot, author=author, note=note
        )


def draft_problems(snapshot: Snapshot) -> list[str]:
    """Why this draft cannot be published, or nothing."""
    try:
        return check_draft(compile_snapshot(0, snapshot))
    except BadSnapshot as problem:
        return [f"{problem}."]


def fingerprint(snapshot: Snapshot) -> str:
    text = json.dumps(snapshot, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def newest_snapshot() -> Snapshot:
    """What calls are decided from now; empty before anything was published."""
    newest = Release.objects.order_by("-number").values_list("snapshot", flat=True)
    return newest.first() or NOTHING


def unpublished_changes() -> list[Change]:
    return changes_between(newest_snapshot(), draft_snapshot())


def changes_between(old: Snapshot, new: Snapshot) -> list[Change]:
    """In words, rule order last: moving one rule is one change and not many."""
    if old == new:  # by far the most frequent case, on every page of the admin
        return []
    return [*compare(readable(old, new), readable(new)), *moved_rules(old, new)]


def moved_rules(old: Snapshot, new: Snapshot) -> list[Change]:
    before, after = rule_names(old), rule_names(new)
    both = before.keys() & after.keys()
    kept = [key for key in after if key in both]
    if kept == [key for key in before if key in both]:
        return []
    return [Change("Routing rules", "Order", in_order(before), in_order(after))]


def rule_names(snapshot: Snapshot) -> dict[str, str]:
    return {rule["key"]: rule["name"] for rule in snapshot.get("rules", [])}


def in_order(rules: dict[str, str]) -> str:
    return "\n".join(f"{place}. {name}" for place, name in enumerate(rules.values(), 1))

"""What is in the admin, against what calls are decided from."""

from functools import lru_cache

from django.db import connection

from routing.core.readable import Change, compare
from routing.services.remembered import Same
from routing.services.snapshot import Snapshot, draft_snapshot
from routing.services.wording import readable

__all__ = ["changes_between", "draft_snapshot", "lock"]

# Any number will do, as long as nothing else locks on it.
PUBLISHING = 8_217_733


def lock() -> None:
    """Until the end of the transaction nobody else publishes or replaces the draft."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PUBLISHING])


def changes_between(old: Snapshot, new: Snapshot) -> list[Change]:
    """In words, rule order last: moving one rule is one change and not many."""
    if old == new:  # by far the most frequent case, on every page of the admin
        return []
    return list(changes(Same(old), Same(new)))


@lru_cache(maxsize=4)
def changes(before: Same, after: Same) -> tuple[Change, ...]:
    old, new = before.snapshot, after.snapshot
    return *compare(readable(old, new), readable(new)), *moved_rules(old, new)


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

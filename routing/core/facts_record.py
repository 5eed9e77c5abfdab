"""Facts as they are stored with a call, so that it can be decided again.

Read back with patience: a call may be from a time when fewer facts were gathered, or
from a newer version that an older one reads.
"""

from collections.abc import Mapping
from dataclasses import MISSING, asdict, fields
from typing import Any, TypeVar

from routing.core.closure import read_closure
from routing.core.decision import CallerKind, Facts, ListKind, OnList
from routing.core.standing import (
    BudgetAction,
    Budgets,
    BudgetScope,
    BudgetStanding,
    BudgetState,
)

T = TypeVar("T")
USUAL: Mapping[str, object] = {
    field.name: field.default_factory()
    if field.default_factory is not MISSING
    else field.default
    for field in fields(Facts)
}


def facts_as_json(facts: Facts) -> dict[str, Any]:
    """Without what is as usual: most calls know little of most of it."""
    values = {
        field.name: getattr(facts, field.name)
        for field in fields(facts)
        if getattr(facts, field.name) != USUAL[field.name]
    }
    if "lists" in values:
        values["lists"] = [asdict(on) for on in facts.lists]
    if "budgets" in values:
        values["budgets"] = [asdict(s) for s in facts.budgets.standings]
    if facts.closure is not None:
        values["closure"] = asdict(facts.closure)
    return values


def read_facts(found: object) -> Facts:
    """Never raises; what cannot be read is as if it had not been known."""
    values = found if isinstance(found, Mapping) else {}
    return Facts(
        dialled=text(values, "dialled"),
        caller=text(values, "caller"),
        country=text(values, "country"),
        forwarded_from=text(values, "forwarded_from"),
        verstat=text(values, "verstat"),
        call=text(values, "call"),
        live_calls=whole(values.get("live_calls")) or 0,
        account_calls=whole(values.get("account_calls")) or 0,
        caller_kind=chosen(CallerKind, values.get("caller_kind"), CallerKind.OTHER),
        lists=tuple(filter(None, map(read_list, mappings(values.get("lists"))))),
        since_last_call=whole(values.get("since_last_call")),
        agent_calls=read_counts(values.get("agent_calls")),
        headers=read_headers(values.get("headers")),
        closure=read_closure(values.get("closure")),
        budgets=Budgets(
            tuple(filter(None, map(read_standing, mappings(values.get("budgets")))))
        ),
    )


def read_list(values: Mapping[str, Any]) -> OnList | None:
    try:
        kind = ListKind(values["kind"])
        return OnList(str(values["key"]), str(values["name"]), kind)
    except (KeyError, ValueError):
        return None


def read_standing(values: Mapping[str, Any]) -> BudgetStanding | None:
    try:
        action = values.get("action")
        return BudgetStanding(
            scope=BudgetScope(values["scope"]),
            key=str(values["key"]),
            name=str(values["name"]),
            state=BudgetState(values["state"]),
            words=str(values["words"]),
            action=BudgetAction(action) if action else None,
            agent=str(values.get("agent") or ""),
            most_seconds=whole(values.get("most_seconds")) or 0,
        )
    except (KeyError, ValueError):
        return None


def chosen(kind: type[T], value: object, otherwise: T) -> T:
    try:
        return kind(value)  # type: ignore[call-arg]  # an enum looks its value up
    except ValueError:
        return otherwise


def text(values: Mapping[str, Any], name: str) -> str:
    return str(values.get(name) or "")


def whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def read_counts(value: object) -> dict[str, int]:
    items = value.items() if isinstance(value, Mapping) else ()
    return {str(key): count for key, count in items if whole(count) is not None}


def read_headers(value: object) -> dict[str, str]:
    items = value.items() if isinstance(value, Mapping) else ()
    return {str(name): str(text) for name, text in items}


def mappings(value: object) -> list[Mapping[str, Any]]:
    found = value if isinstance(value, list | tuple) else ()
    return [item for item in found if isinstance(item, Mapping)]

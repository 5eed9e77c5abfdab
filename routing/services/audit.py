"""Who changed what: every change of a record is written down as it is saved.

django-auditlog compares each record with what the database holds and keeps the
difference; this module says of which models, who it was, and to which record a row of
a table belongs. It sees what is saved or deleted through models. `update()` and
`bulk_create()` pass it by: no service may use them on a record of the draft, and what
else is written so is told here by `note_change` and `note_added`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from auditlog.diff import model_instance_diff
from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.db.models import CASCADE, ForeignKey, Model, Q
from django.db.models.signals import pre_save

# Written once by the portal itself; nobody changes them.
NOT_RECORDED = frozenset({"Release", "ModelLife"})
OWNER, KEY, BY, WHO = "owner", "key", "by", "who"


@dataclass(frozen=True, slots=True)
class Doer:
    """`user` is asked only once something is written. `save` ties together what one

    request or one command wrote; `by` says what acted when it was no person.
    """

    user: Callable[[], User | None] = lambda: None
    by: str = ""
    save: str = field(default_factory=lambda: uuid4().hex)


DOER: ContextVar[Doer | None] = ContextVar("doer", default=None)


@contextmanager
def acting(doer: Doer) -> Iterator[None]:
    """What is written within was done by this person or program."""
    token = DOER.set(doer)
    try:
        yield
    finally:
        DOER.reset(token)


def record_changes() -> None:
    """Begin to write down; once, when the apps are ready."""
    models = apps.get_app_config("routing").get_models()
    record(*(model for model in models if model.__name__ not in NOT_RECORDED))
    auditlog.register(
        User,
        exclude_fields=["last_login"],
        mask_fields=["password"],
        mask_callable=f"{__name__}.{hidden.__name__}",
        m2m_fields=["groups", "user_permissions"],
    )
    auditlog.register(Group, m2m_fields=["permissions"])
    pre_save.connect(sign, sender=LogEntry, dispatch_uid="who did it")


HIDDEN = "hidden"
# Have a page of their own, also where another record takes them along when it goes.
APART: set[type[Model]] = set()
# Written by programs all the time, so that only what people do is told, by `note_`.
NOTED: set[type[Model]] = set()


def record(*models: type[Model], apart: bool = False) -> None:
    """`apart`: they are no rows of another record's page."""
    for model in models:
        links = [link.name for link in model._meta.many_to_many]
        auditlog.register(model, m2m_fields=links)
        belongs(model, apart=apart)


def record_what_people_do(*models: type[Model], apart: bool = False) -> None:
    for model in models:
        NOTED.add(model)
        belongs(model, apart=apart)


def belongs(model: type[Model], *, apart: bool) -> None:
    # auditlog asks each record for what else to keep.
    model.get_additional_data = owner_of  # type: ignore[attr-defined]
    if apart:
        APART.add(model)


def hidden(value: str) -> str:
    """Of a password it is told that it was changed, and no more."""
    return HIDDEN


def note_change(changed: Model, changes: Mapping[str, tuple[object, object]]) -> None:
    """What an UPDATE changed, as (old, new) by field."""
    told = {
        name: [str(old), str(new)] for name, (old, new) in changes.items() if old != new
    }
    if told:
        action = LogEntry.Action.UPDATE
        LogEntry.objects.log_create(changed, action=action, changes=told)


def note_added(rows: Iterable[Model]) -> None:
    """What was added without the models' own `save`."""
    for row in rows:
        changes = model_instance_diff(None, row)
        action = LogEntry.Action.CREATE
        LogEntry.objects.log_create(row, action=action, changes=changes)


def recorded_models() -> list[type[Model]]:
    return [*auditlog.get_models(), *NOTED]


def owner_link(model: type[Model]) -> "ForeignKey[Model, Model] | None":
    """The field that names the record without which a row would not exist."""
    if model in APART:
        return None
    for link in model._meta.concrete_fields:
        if isinstance(link, ForeignKey) and link.remote_field.on_delete is CASCADE:
            return link
    return None


def owner_of(row: Model) -> dict[str, str]:
    link = owner_link(type(row))
    if link is None:
        return {}
    owner = link.remote_field.model._meta.label_lower
    return {OWNER: owner, KEY: str(getattr(row, link.attname))}


# The names that records had before they were given one for a moment only.
REMEMBERED: ContextVar[dict[str, str] | None] = ContextVar("remembered", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    token = REMEMBERED.set({})
    try:
        yield
    finally:
        REMEMBERED.reset(token)


def remember(instead: str, name: str) -> None:
    """Within `remembering`: changes from `instead` are told as from `name`."""
    known = REMEMBERED.get()
    assert known is not None
    known[instead] = name


def put_right(changes: Any) -> Any:
    known = REMEMBERED.get()
    if not known or not isinstance(changes, dict):
        return changes
    return {name: as_it_was(change, known) for name, change in changes.items()}


def as_it_was(change: Any, known: Mapping[str, str]) -> Any:
    if not isinstance(change, list | tuple):
        return change
    return [known.get(str(value), value) for value in change]


def sign(instance: LogEntry, **of_the_signal: object) -> None:
    doer = DOER.get()
    instance.changes = put_right(instance.changes)
    if doer is None or not instance._state.adding:
        return
    user = doer.user()
    instance.actor, instance.cid = user, doer.save
    # The name is kept, for an account may be gone when somebody asks.
    signature = {WHO: name_of(user)} if user else {BY: doer.by}
    instance.additional_data = {**(instance.additional_data or {}), **signature}


def name_of(user: User) -> str:
    return user.get_full_name() or user.get_username()


def entries_of(model: type[Model], pk: object) -> "list[LogEntry]":
    """Newest first, with those of the rows that belong to the record."""
    rows = [m for m in recorded_models() if is_row_of(m, model)]
    own = Q(**of_models([model]), object_pk=str(pk))
    of_rows = Q(
        **of_models(rows),
        **{f"additional_data__{OWNER}": model._meta.label_lower},
        **{f"additional_data__{KEY}": str(pk)},
    )
    found = LogEntry.objects.filter(own | of_rows).select_related("content_type")
    return list(found.select_related("actor", "content_type").order_by("-pk"))


def is_row_of(model: type[Model], owner: type[Model]) -> bool:
    link = owner_link(model)
    return link is not None and link.remote_field.model is owner


def of_models(models: "list[type[Model]]") -> dict[str, object]:
    return {
        "content_type__app_label__in": {m._meta.app_label for m in models},
        "content_type__model__in": {m._meta.model_name for m in models},
    }

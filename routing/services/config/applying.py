"""Making the draft equal to a document, all of it or nothing.

A record of the document is the one with its key, if it names one that exists, else the
one of its name, else a new one; what is left over is removed. The models' own
validation judges the values, the same as on the admin's pages, and only what changes
is saved, so that an import of what is there already touches nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model, ProtectedError, RestrictedError

from routing.core.config_file import Lines, Path, Problem
from routing.core.readable import Change
from routing.errors import ConfigRefused
from routing.services import audit, drafts
from routing.services.config.draft import KEY, Document, related_name, rows_of
from routing.services.config.shape import check_shape
from routing.services.config.table import (
    POSITION,
    SECTIONS,
    AnyField,
    Part,
    Section,
    fields_of,
    has_position,
    is_list,
    target,
)
from routing.services.config.values import to_model

NO_LINES = Lines()
MOST_PROBLEMS = 50
ONLY = 1


def apply(document: Document, lines: Lines = NO_LINES) -> None:
    """Raises ConfigRefused, which names every problem, and then nothing is changed."""
    with transaction.atomic():
        drafts.lock()
        if problems := check_shape(document, lines):
            raise ConfigRefused(problems)
        Application(document, lines).run()


def preview(document: Document, lines: Lines = NO_LINES) -> list[Change]:
    """What applying it would change, in words. Raises ConfigRefused."""
    with transaction.atomic():
        before = drafts.draft_snapshot()
        apply(document, lines)
        after = drafts.draft_snapshot()
        transaction.set_rollback(True)
    return drafts.changes_between(before, after)


@dataclass
class Application:
    document: Document
    lines: Lines
    problems: list[Problem] = field(default_factory=list)
    records: dict[tuple[str, str], Any] = field(default_factory=dict)
    leftover: dict[str, list[Any]] = field(default_factory=dict)

    def run(self) -> None:
        with audit.remembering():
            self.write_all()
        if self.problems:
            raise ConfigRefused(self.problems[:MOST_PROBLEMS])

    def write_all(self) -> None:
        for section in SECTIONS:
            self.match(section)
        for section in SECTIONS:
            self.park_names(section)
            for place, values in enumerate(self.document.get(section.name, [])):
                self.write(section, values, (section.name, place))
        for section in reversed(SECTIONS):
            for record in self.leftover[section.name]:
                self.remove(section, record)

    def match(self, section: Section) -> None:
        found = section.model._default_manager.order_by("pk")
        rows = [related_name(part) for part in section.parts]
        lists = [f.name for f in fields_of(section) if is_list(f)]
        existing = {str(r.pk): r for r in found.prefetch_related(*rows, *lists)}
        wanted = self.document.get(section.name, [])
        known = {v[KEY]: v for v in wanted if v.get(KEY) in existing}
        by_name = {
            section.name_of(r): key for key, r in existing.items() if key not in known
        }
        for values in wanted:
            name = section.name_in(values)
            key = values.get(KEY) if values.get(KEY) in known else by_name.get(name)
            record = existing.pop(key, None) if key else None
            self.records[section.name, name] = record or new(section, values)
        self.leftover[section.name] = list(existing.values())

    def park_names(self, section: Section) -> None:
        """Names are given only once, and two records may have changed theirs over."""
        wanted = {name for kind, name in self.records if kind == section.name}
        records = [
            record
            for (kind, name), record in self.records.items()
            if kind == section.name
            and record.pk
            and not record._state.adding
            and section.name_of(record) != name
        ]
        taken = [
            record
            for record in self.leftover[section.name]
            if section.name_of(record) in wanted
        ]
        for record in (*records, *taken):
            parked = section.model._default_manager.filter(pk=record.pk)
            parked.update(**{section.identity: parked_name(section, record)})
            audit.remember(parked_name(section, record), section.name_of(record))

    def write(self, section: Section, values: Mapping[str, Any], path: Path) -> None:
        record = self.records[section.name, section.name_in(values)]
        found = len(self.problems)
        try:
            changed = self.give(section, record, values, path)
        except Unfinished:
            return  # what it names was refused, which is said there
        if section.ordered and getattr(record, POSITION) != path[1]:
            setattr(record, POSITION, path[1])
            changed = True
        if len(self.problems) == found and (changed or record._state.adding):
            self.save(section, record, path)
        if len(self.problems) > found or record._state.adding:
            return
        self.give_lists(section, record, values)
        for part in section.parts:
            self.write_rows(part, record, values, path)

    def give(
        self,
        place: Section | Part,
        record: Any,
        values: Mapping[str, Any],
        path: Path,
    ) -> bool:
        """Whether anything is different now."""
        changed = False
        for written in fields_of(place):
            if is_list(written):
                continue
            try:
                value = self.value_of(written, values[written.name])
            except (ValueError, ArithmeticError):
                text = f"{written.name}: “{values[written.name]}” cannot be read."
                self.problems.append(self.lines.problem((*path, written.name), text))
                continue
            if getattr(record, written.attname) != value:
                setattr(record, written.attname, value)
                changed = True
        return changed

    def value_of(self, written: AnyField, value: Any) -> Any:
        section = target(written)
        if section is None or value is None:
            return to_model(written, value)
        named = self.records[section.name, value]
        if named._state.adding:
            raise Unfinished
        return named.pk

    def save(self, place: Section | Part, record: Any, path: Path) -> None:
        try:
            record.full_clean()
        except ValidationError as refusal:
            self.refuse(place, record, refusal, path)
        else:
            record.save()

    def refuse(
        self, place: Section | Part, record: Any, refusal: ValidationError, path: Path
    ) -> None:
        for name, messages in refusal.message_dict.items():
            known = any(written.name == name for written in fields_of(place))
            start = f"{name}: " if known else ""
            where = (*path, name) if known else path
            title = self.title_of(path)
            for message in messages:
                text = f"{title}, {start}{message}"
                self.problems.append(self.lines.problem(where, text))

    def title_of(self, path: Path) -> str:
        section = next(s for s in SECTIONS if s.name == path[0])
        assert isinstance(path[1], int)
        values = self.document[section.name][path[1]]
        return section.title(section.name_in(values))

    def give_lists(
        self, section: Section, record: Any, values: Mapping[str, Any]
    ) -> None:
        for written in fields_of(section):
            other = target(written)
            if not is_list(written) or other is None:
                continue
            named = [self.records[other.name, name] for name in values[written.name]]
            wanted = {one.pk for one in named if not one._state.adding}
            manager = getattr(record, written.name)
            if wanted != {one.pk for one in manager.all()}:
                manager.set(wanted)

    def write_rows(
        self, part: Part, owner: Any, values: Mapping[str, Any], path: Path
    ) -> None:
        """Written anew as soon as one of them differs: nothing refers to them."""
        before = rows_of(part, owner)
        rows, changed, found = (
            [],
            len(before) != len(values[part.name]),
            len(self.problems),
        )
        for place, row_values in enumerate(values[part.name]):
            row = part.model(**{part.owner: owner})
            here = (*path, part.name, place)
            try:
                self.give(part, row, row_values, here)
            except Unfinished:
                return
            rows.append((row, here))
            changed = changed or not same(part, row, before[place])
        if not changed or len(self.problems) > found:
            return
        part.model._default_manager.filter(**{part.owner: owner}).delete()
        for place, (row, here) in enumerate(rows):
            if has_position(part.model):
                setattr(row, POSITION, place)
            self.save(part, row, here)
        if len(self.problems) == found:
            for text in part.check(owner, [row for row, _ in rows]):
                where = (*path, part.name)
                said = f"{self.title_of(path)}, {part.name}: {text}"
                self.problems.append(self.lines.problem(where, said))

    def remove(self, section: Section, record: Any) -> None:
        name = section.name_of(record)
        try:
            with transaction.atomic():
                record.delete()
        except (ProtectedError, RestrictedError) as refusal:
            if self.problems:  # what still uses it may have been refused itself
                return
            users = (
                refusal.protected_objects
                if isinstance(refusal, ProtectedError)
                else refusal.restricted_objects
            )
            kinds = sorted({str(user._meta.verbose_name) for user in users})
            text = (
                f"{section.title(name)} is not in it but cannot be removed: it is "
                f"still used by a {' and a '.join(kinds)}."
            )
            self.problems.append(Problem(0, text))


class Unfinished(Exception):
    """A record names another one that was refused."""


def new(section: Section, values: Mapping[str, Any]) -> Model:
    """With the key it had, so that what is put back is what it was."""
    key = ONLY if section.single else values.get(KEY)
    return section.model(pk=int(key)) if key else section.model()


def parked_name(section: Section, record: Any) -> str:
    """A name that nobody gives. A number's must look like one."""
    if section.identity == "e164":
        return f"+9{record.pk % 10**13:013d}"
    return f"~{record.pk}"


def same(part: Part, one: Model, other: Model) -> bool:
    return all(
        getattr(one, f.attname) == getattr(other, f.attname) for f in fields_of(part)
    )

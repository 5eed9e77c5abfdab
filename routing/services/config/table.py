"""What belongs to the configuration: every model and field of it, in one table.

The file, its schema, its comments, going back to a release: all of them read it here.
A field of a model is in it unless it is named as left out, with the reason; a test
walks all fields of all models.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db.models import Field, ManyToManyField, Model

from routing.core.callers import spaced
from routing.core.draft_rules import check_steps
from routing.core.hour_rules import exception_problems
from routing.core.hours import overlaps
from routing.core.profile_rules import check_together
from routing.models import (
    AccountLimits,
    Agent,
    AgentField,
    Calendar,
    CalendarSpan,
    CallerList,
    Contact,
    EscalationPolicy,
    HttpTool,
    Language,
    LanguageProfile,
    NumberGroup,
    PhoneNumber,
    PolicyStep,
    RoutingRule,
)
from routing.models.hours import CalendarException

AnyField = Field[Any, Any]
Check = Callable[[Any, Sequence[Any]], list[str]]

POSITION = "position"
FOR_PEOPLE = "A note for your colleagues. It stays as it is whatever is imported."


def no_check(owner: Any, rows: Sequence[Any]) -> list[str]:
    return []


@dataclass(frozen=True, eq=False)
class Part:
    """Rows that belong to one record and are written within it."""

    name: str
    model: type[Model]
    owner: str
    check: Check = no_check
    left_out: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Section:
    """`identity` is the field by which other records name this one.

    `single`: there is one record of it, always, and it has no name.
    """

    name: str
    model: type[Model]
    identity: str = "name"
    single: bool = False
    parts: tuple[Part, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return str(self.model._meta.verbose_name)

    @property
    def ordered(self) -> bool:
        """Whether the order of its records means something."""
        return has_position(self.model)

    def name_in(self, values: Mapping[str, Any]) -> str:
        return "" if self.single else str(values[self.identity])

    def name_of(self, record: Any) -> str:
        return "" if self.single else str(getattr(record, self.identity))

    def title(self, identity: str) -> str:
        if self.single:
            return self.kind
        shown = spaced(identity) if self.identity == "e164" else identity
        return f"{self.kind} “{shown}”"


def spans_overlap(calendar: Any, spans: Sequence[Any]) -> list[str]:
    rows = {span.compiled(): span for span in spans}
    return [
        f"{rows[one]} and {rows[other]} overlap; shorten or remove one of them."
        for one, other in overlaps([span.compiled() for span in spans])
    ]


def exceptions_clash(calendar: Any, rows: Sequence[Any]) -> list[str]:
    return list(exception_problems([row.compiled() for row in rows]))


def languages_disagree(profile: Any, languages: Sequence[Any]) -> list[str]:
    compiled = [language.compiled() for language in languages]
    return check_together(compiled, profile.attributes())


def steps_lead_nowhere(policy: Any, steps: Sequence[Any]) -> list[str]:
    return list(check_steps([step.contact_id for step in steps], policy.end))


# What others refer to comes before them.
SECTIONS: tuple[Section, ...] = (
    Section(
        "calendars",
        Calendar,
        parts=(
            Part("spans", CalendarSpan, "calendar", spans_overlap),
            Part("exceptions", CalendarException, "calendar", exceptions_clash),
        ),
    ),
    Section("contacts", Contact, left_out={"notes": FOR_PEOPLE}),
    Section(
        "policies",
        EscalationPolicy,
        parts=(Part("steps", PolicyStep, "policy", steps_lead_nowhere),),
    ),
    Section("tools", HttpTool),
    Section("agents", Agent, parts=(Part("fields", AgentField, "agent"),)),
    Section(
        "profiles",
        LanguageProfile,
        parts=(Part("languages", Language, "profile", languages_disagree),),
    ),
    Section("numbers", PhoneNumber, identity="e164"),
    Section("groups", NumberGroup),
    Section("caller_lists", CallerList, left_out={"notes": FOR_PEOPLE}),
    Section("account", AccountLimits, single=True),
    Section("rules", RoutingRule),
)
BY_NAME: Mapping[str, Section] = {section.name: section for section in SECTIONS}
BY_MODEL: Mapping[type[Model], Section] = {s.model: s for s in SECTIONS}


@cache
def fields_of(place: Section | Part) -> tuple[AnyField, ...]:
    """In the order of the file: the identity first, lists of others last."""
    found = [
        field
        for field in (*place.model._meta.fields, *place.model._meta.many_to_many)
        if is_written(place, field)
    ]
    first = place.identity if isinstance(place, Section) else ""
    return tuple(sorted(found, key=lambda f: (f.name != first, is_list(f))))


def is_written(place: Section | Part, field: AnyField) -> bool:
    if field.primary_key or field.name == POSITION or field.name in place.left_out:
        return False
    return not (isinstance(place, Part) and field.name == place.owner)


def is_list(field: AnyField) -> bool:
    return isinstance(field, ManyToManyField)


def has_position(model: type[Model]) -> bool:
    return any(field.name == POSITION for field in model._meta.fields)


def target(field: AnyField) -> Section | None:
    """The section whose records the field names, if it names any."""
    related = field.related_model
    return BY_MODEL[related] if isinstance(related, type) else None

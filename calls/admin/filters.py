"""The filters of the lists, each declared by the conditions it offers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.contrib.filters.admin import DropdownFilter as UnfoldDropdown

from calls import reports
from calls.admin.history import person
from calls.core.lines import in_words
from calls.core.words import HandoffReason
from calls.models import FollowUp, Handoff, Incident
from routing.models import Agent, PhoneNumber

if TYPE_CHECKING:
    # Unfold is not typed; its dropdown is a list filter of Django's.
    DropdownFilter = admin.SimpleListFilter
else:
    DropdownFilter = UnfoldDropdown

Option = tuple[str, str, Q]  # its name in the address, its words, what it keeps

__all__ = [
    "AgentFilter",
    "ChoicesDropdownFilter",
    "CorrectedFilter",
    "DayFilter",
    "FollowUpFilter",
    "HandoffReasonFilter",
    "IncidentFilter",
    "LineFilter",
    "OwnerFilter",
    "ReviewedFilter",
    "SettledFilter",
    "StandingFilter",
]


class OptionFilter(DropdownFilter):
    """Offers a closed list of conditions; a subclass says which."""

    def options(self, request: HttpRequest) -> Sequence[Option]:
        raise NotImplementedError

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, str]]:
        offered = self.options(request)
        self.kept = {name: kept for name, _, kept in offered}
        return [(name, words) for name, words, _ in offered]

    def has_output(self) -> bool:
        """Also with nothing to offer yet, so that the filters stay where they are."""
        return True

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        kept = self.kept.get(self.value() or "")
        return queryset if kept is None else queryset.filter(kept)


class DayFilter(OptionFilter):
    title = "day, in the line's zone"
    parameter_name = "day"

    def options(self, request: HttpRequest) -> Sequence[Option]:
        now = timezone.now()
        return [
            ("today", "Today", reports.from_day(0, now)),
            ("yesterday", "Since yesterday", reports.from_day(1, now)),
            ("week", "Last 7 days", reports.from_day(6, now)),
        ]


class LineFilter(OptionFilter):
    title = "line"
    parameter_name = "line"

    def options(self, request: HttpRequest) -> Sequence[Option]:
        numbers = PhoneNumber.objects.values_list("e164", "label")
        return [(e164, label, Q(dialled=e164)) for e164, label in numbers]


class AgentFilter(OptionFilter):
    title = "agent"
    parameter_name = "agent"

    def options(self, request: HttpRequest) -> Sequence[Option]:
        agents = Agent.objects.values_list("pk", "name")
        return [(str(pk), name, Q(agent_key=str(pk))) for pk, name in agents]


class StandingFilter(OptionFilter):
    title = "going on"
    parameter_name = "standing"

    def options(self, request: HttpRequest) -> Sequence[Option]:
        return [
            ("live", "Going on now", ~Q(state__in=["over", "closed"])),
            ("over", "Over, being settled", Q(state="over")),
            ("closed", "Closed", Q(state="closed")),
        ]


class ReviewedFilter(OptionFilter):
    title = "review"
    parameter_name = "reviewed"

    def options(self, request: HttpRequest) -> Sequence[Option]:
        return [
            ("no", "Not reviewed", Q(reviewed_at=None)),
            ("yes", "Reviewed", Q(reviewed_at__isnull=False)),
        ]


class HandoffReasonFilter(OptionFilter):
    """A corrected reason counts, not the one it corrects."""

    title = "handoff reason"
    parameter_name = "handoff"

    def options(self, request: HttpRequest) -> Sequence[Option]:
        handoffs = Handoff.objects.filter(call=OuterRef("pk"))
        return [("any", "Any handoff", Q(Exists(handoffs)))] + [
            (word, in_words(word), Q(Exists(handoffs.filter(reason_is(word)))))
            for word in HandoffReason
        ]


def reason_is(word: str) -> Q:
    return Q(corrected_reason=word) | Q(corrected_reason="", reason=word)


class IncidentFilter(OptionFilter):
    title = "incidents"
    parameter_name = "incident"

    def options(self, request: HttpRequest) -> Sequence[Option]:
        incidents = Exists(Incident.objects.filter(call=OuterRef("pk")))
        return [
            ("yes", "With an incident", Q(incidents)),
            ("no", "Without incidents", ~Q(incidents)),
        ]


class CorrectedFilter(OptionFilter):
    title = "correction"
    parameter_name = "corrected"

    def options(self, request: HttpRequest) -> Sequence[Option]:
        return [
            ("yes", "Reason was corrected", ~Q(corrected_reason="")),
            ("no", "Reason stands", Q(corrected_reason="")),
        ]


class FollowUpFilter(OptionFilter):
    title = "what is to be done"
    parameter_name = "show"

    def options(self, request: HttpRequest) -> Sequence[Option]:
        still_open = Q(done_at=None)
        return [
            ("open", "Open", still_open),
            ("overdue", "Overdue", still_open & Q(due_at__lt=timezone.now())),
            ("mine", "Open and mine", still_open & owned_by(person(request))),
            ("done", "Done", Q(done_at__isnull=False)),
        ]


class OwnerFilter(OptionFilter):
    title = "owner"
    parameter_name = "owner"

    def options(self, request: HttpRequest) -> Sequence[Option]:
        owners = FollowUp.objects.order_by("owner").values_list("owner", flat=True)
        return [(name, name, Q(owner=name)) for name in owners.distinct()]


def owned_by(user: User) -> Q:
    """An owner is a name in words: the person's own, or that of a group of theirs."""
    names = {user.get_username(), user.get_full_name(), user.email} - {""}
    mine = Q(owner__in=Group.objects.filter(user=user).values("name"))
    for name in names:
        mine |= Q(owner__iexact=name)
    return mine


class SettledFilter(OptionFilter):
    title = "settled"
    parameter_name = "settled"

    def options(self, request: HttpRequest) -> Sequence[Option]:
        return [
            ("no", "Open", Q(settled_at=None)),
            ("yes", "Settled", Q(settled_at__isnull=False)),
        ]

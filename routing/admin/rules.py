from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from routing.admin.pages import RoutingAdmin
from routing.core.callers import spaced
from routing.core.ruleset import CallerMatch, HoursMatch, RuleAction
from routing.models import RoutingRule


@admin.register(RoutingRule)
class RoutingRuleAdmin(RoutingAdmin):
    list_display = ("name", "for_numbers", "condition", "what_happens")
    list_filter = ("action", "caller_match", "hours_match", "numbers")
    search_fields = ("name", "callers")
    list_select_related = ("calendar", "agent", "policy", "profile")
    ordering_field = "position"
    hide_ordering_field = True
    autocomplete_fields = ("numbers",)
    fieldsets = (
        (None, {"fields": ("name",)}),
        (
            "When all of this holds",
            {
                "fields": (
                    "numbers",
                    "caller_match",
                    "callers",
                    "hours_match",
                    "calendar",
                )
            },
        ),
        (
            "Then",
            {
                "fields": (
                    "action",
                    "agent",
                    "policy",
                    "profile",
                    "message",
                    "sip_status",
                    "because",
                )
            },
        ),
    )
    conditional_fields = {
        "callers": "['listed', 'not_listed'].includes(caller_match)",
        "calendar": "hours_match != 'any'",
        "agent": "action == 'accept'",
        "policy": "action != 'reject'",
        "profile": "action != 'reject'",
        "message": "action == 'voicemail'",
        "sip_status": "action == 'reject'",
        "because": "action == 'reject'",
    }

    def get_queryset(self, request: HttpRequest) -> "QuerySet[RoutingRule]":
        rules: QuerySet[RoutingRule] = super().get_queryset(request)
        return rules.prefetch_related("numbers")

    @admin.display(description="Numbers")
    def for_numbers(self, row: RoutingRule) -> str:
        return ", ".join(number.label for number in row.numbers.all()) or "all"

    @admin.display(description="When")
    def condition(self, row: RoutingRule) -> str:
        return " and ".join(conditions(row)) or "always"

    @admin.display(description="What happens", ordering="action")
    def what_happens(self, row: RoutingRule) -> str:
        target = row.agent if row.action == RuleAction.ACCEPT else row.policy
        name = f": {target.name}" if target is not None else ""
        return f"{row.get_action_display()}{name}"


def conditions(row: RoutingRule) -> list[str]:
    """The conditions that are set, short enough for a list."""
    listed = some(row.caller_list())
    callers = {
        CallerMatch.LISTED: f"the caller is {listed}",
        CallerMatch.NOT_LISTED: f"the caller is not {listed}",
        CallerMatch.WITHHELD: "the caller withholds the number",
    }
    found = [text for match, text in callers.items() if row.caller_match == match]
    if row.hours_match != HoursMatch.ANY and row.calendar is not None:
        found.append(f"“{row.calendar.name}” is {row.hours_match}")
    return found


def some(callers: list[str]) -> str:
    """Two of them at most, for a list must stay short."""
    if len(callers) > 2:
        return f"one of {len(callers)}"
    return " or ".join(spaced(caller) for caller in callers)

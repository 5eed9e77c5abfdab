from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict

from routing.admin.pages import RoutingAdmin
from routing.admin.rule_form import CONDITIONAL, FIELDSETS, RoutingRuleForm
from routing.admin.rule_moves import move_rules
from routing.models import NumberGroup, PhoneNumber, RoutingRule
from routing.services.rule_order import places, reorder
from routing.services.rule_summary import conditions, what_happens


class HoldsForFilter(admin.SimpleListFilter):
    """Every rule that a call to a number may meet, also those for all numbers."""

    title = "rules that calls to this number meet"
    parameter_name = "number"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        numbers = PhoneNumber.objects.order_by("label").values_list("pk", "label")
        return [(str(pk), label) for pk, label in numbers]

    def queryset(
        self, request: HttpRequest, queryset: "QuerySet[RoutingRule]"
    ) -> "QuerySet[RoutingRule]":
        chosen = self.value()
        if not chosen or not chosen.isdecimal():
            return queryset
        own, grouped = Q(numbers=chosen), Q(groups__numbers=chosen)
        everywhere = Q(numbers__isnull=True, groups__isnull=True)
        found = RoutingRule.objects.filter(own | grouped | everywhere).order_by()
        return queryset.filter(pk__in=found.values("pk"))


@admin.register(RoutingRule)
class RoutingRuleAdmin(RoutingAdmin):
    form = RoutingRuleForm
    list_display = ("name", "place", "for_numbers", "condition", "action_words")
    list_filter = (HoldsForFilter, "action", "caller_match", "hours_match")
    search_fields = ("name", "callers")
    list_select_related = ("calendar", "agent", "policy", "profile", "contact")
    actions = (move_rules,)
    ordering_field = "position"
    hide_ordering_field = True
    autocomplete_fields = ("numbers", "groups", "caller_lists", "more_calendars")
    fieldsets = FIELDSETS
    conditional_fields = CONDITIONAL

    def get_queryset(self, request: HttpRequest) -> "QuerySet[RoutingRule]":
        rules: QuerySet[RoutingRule] = super().get_queryset(request)
        return rules.prefetch_related(
            "numbers", "groups", "caller_lists", "more_calendars"
        )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """What a rule asks is not hidden from its reader."""
        found = super().get_fieldsets(request, obj)
        return found if obj is None else [unfolded(fieldset, obj) for fieldset in found]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method == "POST" and "_save" in request.POST:
            return self.save_order(request)
        defaults = PhoneNumber.objects.select_related("agent", "policy")
        context = {**(extra_context or {}), "defaults": defaults}
        page: HttpResponse = super().changelist_view(request, context)
        return page

    def save_order(self, request: HttpRequest) -> HttpResponse:
        """The page numbers its rows from 0, which is right only among themselves."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        if reorder(order_of(request.POST)):
            messages.success(request, "The rules are in the new order.")
        return HttpResponseRedirect(request.get_full_path())

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Places are those in the whole order, however the list is filtered."""
        found = super().get_changelist_instance(request)
        known = places()
        for rule in found.result_list:
            rule.place = known.get(rule.pk)
        return found

    @admin.display(description="Place")
    def place(self, row: RoutingRule) -> int | None:
        return getattr(row, "place", None)

    @admin.display(description="Numbers")
    def for_numbers(self, row: RoutingRule) -> str:
        groups = (group.name for group in row.groups.all())
        labels = (number.label for number in row.numbers.all())
        return ", ".join((*groups, *labels)) or "all"

    @admin.display(description="When")
    def condition(self, row: RoutingRule) -> str:
        return " and ".join(conditions(row)) or "always"

    @admin.display(description="What happens", ordering="action")
    def action_words(self, row: RoutingRule) -> str:
        return what_happens(row)


def unfolded(fieldset: Any, rule: RoutingRule) -> Any:
    """As it is, or open if the rule asks anything in it."""
    title, options = fieldset
    usual = RoutingRule()
    asked = any(
        getattr(rule, name) != getattr(usual, name)
        for name in options["fields"]
        if "collapse" in options.get("classes", ())
    )
    return (title, {**options, "classes": ()}) if asked else fieldset


def order_of(data: QueryDict) -> list[int]:
    """The rules of a page in the order that was submitted; nonsense is left out."""
    rows = []
    for place in range(number(data, "form-TOTAL_FORMS") or 0):
        pk = number(data, f"form-{place}-id")
        position = number(data, f"form-{place}-position")
        if pk is not None:
            rows.append((place if position is None else position, place, pk))
    return [pk for _, _, pk in sorted(rows)]


def number(data: QueryDict, name: str) -> int | None:
    """Of a few digits only: a page has some thousand rows at most."""
    text = data.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


@admin.register(NumberGroup)
class NumberGroupAdmin(RoutingAdmin):
    list_display = ("name", "members")
    search_fields = ("name",)
    autocomplete_fields = ("numbers",)
    fieldsets = ((None, {"fields": ("name", "numbers")}),)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[NumberGroup]":
        groups: QuerySet[NumberGroup] = super().get_queryset(request)
        return groups.prefetch_related("numbers")

    @admin.display(description="Numbers")
    def members(self, row: NumberGroup) -> str:
        return ", ".join(number.label for number in row.numbers.all())

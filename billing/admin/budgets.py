"""Budgets: what may be spent, what happens then, and where that stands now."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.views import main
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin as UnfoldAdmin
from unfold.admin import TabularInline as UnfoldInline
from unfold.views import ChangeList as UnfoldChangeList

from billing.core import money_words
from billing.core.budgets import Span
from billing.core.pricing import DOLLARS
from billing.models import Budget, BudgetReached, BudgetStep, TestCaller
from billing.models.budgets import ACTIONS
from billing.services.budgets import BudgetView, plan_of, views
from calls.admin.history import ReadOnlyAdmin, label
from calls.core import zoned
from routing.admin.pages import RecordedAdmin
from routing.core.standing import BudgetAction, BudgetState

if TYPE_CHECKING:
    # Unfold is not typed: it changes how Django's classes look, not what they take.
    ChangeList = main.ChangeList
    ModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
else:
    ChangeList, ModelAdmin, TabularInline = UnfoldChangeList, UnfoldAdmin, UnfoldInline

STATES = {
    BudgetState.OK: ("Within budget", "success"),
    BudgetState.WARNED: ("Team told", "warning"),
    BudgetState.ACTED: ("Acting", "warning"),
    BudgetState.SPENT: ("Spent", "danger"),
}
ACTION_WORDS = dict(ACTIONS)
BY_END_OF = {Span.DAY: "by the end of the day", Span.MONTH: "by the end of the month"}


def forecast_words(view: BudgetView) -> str:
    """In a sentence, with what it means for the budget."""
    if view.forecast is None:
        return "Too early to tell: nothing has been spent yet."
    amount = money_words.money(view.forecast, DOLLARS)
    share = view.plan.percent(view.forecast)
    end = BY_END_OF[view.plan.span]
    return f"About {amount} {end}, {share} % of the budget."


def next_step_words(view: BudgetView) -> str:
    ahead = [step for step in view.plan.steps if step not in view.reached]
    if not ahead:
        return ""
    step = min(ahead, key=lambda step: step.threshold)
    at = money_words.money(view.plan.amount * step.threshold / 100, DOLLARS)
    return f"Next, at {step.threshold} % ({at}): {ACTION_WORDS[step.action]}."


class BudgetList(ChangeList):
    """Every budget of the page with where it stands, worked out together."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        known = {view.plan.id: view for view in views(timezone.now())}
        for budget in self.result_list:
            budget.view = known.get(budget.pk)


class StepInline(TabularInline):
    model = BudgetStep
    extra = 0
    fields = ("threshold", "action", "agent", "most_seconds")
    verbose_name_plural = "Steps"


@admin.register(Budget)
class BudgetAdmin(RecordedAdmin, ModelAdmin):
    list_display = ("name", "concerns", "standing", "spent", "forecast")
    list_filter_submit = True
    search_fields = ("name",)
    list_select_related = ("number", "agent")
    readonly_fields = ("now",)
    inlines = (StepInline,)
    warn_unsaved_form = True

    def get_fieldsets(self, request: HttpRequest, obj: Budget | None = None) -> Any:
        told = [("How it stands", {"fields": ("now",)})] if obj else []
        return [
            *told,
            (
                "Budget",
                {
                    "fields": (
                        "name",
                        "scope",
                        "number",
                        "agent",
                        "span",
                        "amount",
                        "active",
                    ),
                    "description": "Name the number or the agent only if the budget "
                    "is for one of them. A day and a month are those of the number's "
                    "own time zone. When a step below is reached, what it says is "
                    "done until the day or month is over. No caller is turned away: "
                    "who does not get the agent gets people, a voicemail or a call "
                    "back. What a single call may cost is set with its agent.",
                },
            ),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Budget]:
        budgets: QuerySet[Budget] = super().get_queryset(request)
        return budgets.prefetch_related("steps")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return BudgetList

    @admin.display(description="For")
    def concerns(self, budget: Budget) -> str:
        whom = budget.number or budget.agent or "Everything"
        return f"{whom}, {budget.get_span_display().lower()}"

    @admin.display(description="State")
    def standing(self, budget: Budget) -> SafeString:
        view: BudgetView | None = getattr(budget, "view", None)
        return label(*STATES[view.state]) if view else label("Switched off", "")

    @admin.display(description="Spent")
    def spent(self, budget: Budget) -> str:
        view: BudgetView | None = getattr(budget, "view", None)
        return view.words if view else "Not counted"

    @admin.display(description="Forecast")
    def forecast(self, budget: Budget) -> str:
        view: BudgetView | None = getattr(budget, "view", None)
        return forecast_words(view) if view else ""

    @admin.display(description="")
    def now(self, budget: Budget) -> SafeString:
        if not budget.active:
            return render_to_string("billing/budget_now.html", {"off": True})
        (view,) = views(timezone.now(), [plan_of(budget)])
        text, colour = STATES[view.state]
        acting = [s for s in view.reached if s.action is not BudgetAction.WARN]
        context = {
            "state": label(text, colour),
            "words": view.words,
            "percent": min(view.percent, 100),
            "forecast": forecast_words(view),
            "next": next_step_words(view),
            "acting": [ACTION_WORDS[step.action] for step in acting],
            "reached": budget.reached.all()[:10],
        }
        return render_to_string("billing/budget_now.html", context)


@admin.register(BudgetReached)
class BudgetReachedAdmin(ReadOnlyAdmin):
    list_display = ("when", "budget", "step", "what", "spent_words")
    list_select_related = ("budget",)
    date_hierarchy = "at"
    fields = ("when", "budget", "step", "what", "spent_words", "told")

    @admin.display(description="When", ordering="at")
    def when(self, reached: BudgetReached) -> str:
        return zoned.short(reached.at, "UTC")

    @admin.display(description="Step")
    def step(self, reached: BudgetReached) -> str:
        return f"{reached.threshold} %"

    @admin.display(description="What happened")
    def what(self, reached: BudgetReached) -> str:
        return reached.get_action_display()

    @admin.display(description="Spent by then")
    def spent_words(self, reached: BudgetReached) -> str:
        spent, of = (
            money_words.money(amount, DOLLARS)
            for amount in (reached.spent, reached.amount)
        )
        return f"{spent} of {of}"

    @admin.display(description="Team told")
    def told(self, reached: BudgetReached) -> str:
        if reached.told_at is None:
            return "Not yet"
        return zoned.short(reached.told_at, "UTC")


@admin.register(TestCaller)
class TestCallerAdmin(RecordedAdmin, ModelAdmin):
    list_display = ("number", "note")
    search_fields = ("number", "note")

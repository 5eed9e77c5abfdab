"""How the budgets stood at the end of a report's days."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from billing.core.budgets import Plan, Span
from billing.core.report import BudgetState
from billing.core.report_period import Period
from billing.models.budgets import ACTIONS
from billing.services import budgets
from billing.services.report_calls import ALL, Wanted
from routing.core.standing import BudgetScope

SPANS: Mapping[Span, str] = {Span.DAY: "each day", Span.MONTH: "each month"}
JUST_BEFORE = timedelta(microseconds=1)


def budget_states(
    period: Period, now: datetime, wanted: Wanted = ALL
) -> tuple[BudgetState, ...]:
    """Of everything, and of the lines and the agent that the report is about."""
    at = min(now, period.ends_at - JUST_BEFORE)
    plans = [plan for plan in budgets.plans() if concerns(plan, wanted)]
    return tuple(
        BudgetState(
            name=view.plan.name,
            span=SPANS[view.plan.span],
            limit=view.plan.amount,
            spent=view.spent,
            forecast=view.forecast,
            reached=dict(ACTIONS)[view.reached[-1].action] if view.reached else "",
        )
        for view in (budgets.views(at, plans) if plans else [])
    )


def concerns(plan: Plan, wanted: Wanted) -> bool:
    match plan.scope:
        case BudgetScope.NUMBER:
            return not wanted.numbers or plan.scope_key in wanted.numbers
        case BudgetScope.AGENT:
            return not wanted.agent or plan.scope_key == wanted.agent
        case BudgetScope.ACCOUNT:
            return True

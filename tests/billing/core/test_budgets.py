"""Budgets as plain values: what is reached, in which words, and the forecast."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.core.budgets import (
    Pace,
    Plan,
    Span,
    Step,
    days_left,
    standings_of,
    state_of,
    words_of,
)
from routing.core.standing import BudgetAction, BudgetScope, BudgetState

STEPS = (
    Step(100, BudgetAction.VOICEMAIL),
    Step(50, BudgetAction.WARN),
    Step(80, BudgetAction.SHORTER_CALLS, most_seconds=120),
)
PLAN = Plan(1, "Front desk", BudgetScope.ACCOUNT, "", Span.MONTH, Decimal(1000), STEPS)
TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("spent", "state", "actions"),
    [
        ("0", BudgetState.OK, [None]),
        ("499.999999999999", BudgetState.OK, [None]),
        ("500", BudgetState.WARNED, [None]),
        ("800", BudgetState.ACTED, [BudgetAction.SHORTER_CALLS]),
        (
            "1000",
            BudgetState.SPENT,
            [BudgetAction.SHORTER_CALLS, BudgetAction.VOICEMAIL],
        ),
    ],
)
def test_a_step_is_reached_at_its_share_and_not_before(
    spent: str, state: BudgetState, actions: list[BudgetAction | None]
) -> None:
    amount = Decimal(spent)
    assert state_of(PLAN, amount) is state
    assert [s.action for s in standings_of(PLAN, amount)] == actions
    assert {s.state for s in standings_of(PLAN, amount)} == {state}


def test_a_budget_without_steps_is_spent_all_the_same() -> None:
    bare = Plan(1, "Bare", BudgetScope.ACCOUNT, "", Span.DAY, Decimal(5))
    assert state_of(bare, Decimal(5)) is BudgetState.SPENT
    assert [s.action for s in standings_of(bare, Decimal(5))] == [None]


def test_it_says_how_much_of_what_is_spent() -> None:
    assert words_of(PLAN, Decimal("812.4")) == "$812.40 of $1,000.00 this month (81 %)"
    assert words_of(PLAN, Decimal("999.999")).endswith("(99 %)")


@given(st.lists(st.decimals(0, 2000, places=4), min_size=2, max_size=6))
def test_spending_more_never_makes_a_budget_stand_better(
    amounts: list[Decimal],
) -> None:
    order = list(BudgetState)
    states = [order.index(state_of(PLAN, amount)) for amount in sorted(amounts)]
    assert states == sorted(states)


def pace(spent: str, part: str, **days: str) -> Pace:
    known = {TODAY - timedelta(days=int(n[1:])): Decimal(a) for n, a in days.items()}
    return Pace(TODAY, Decimal(spent), Decimal(part), known)


def test_what_is_left_of_today_is_as_on_that_weekday() -> None:
    assert pace("10", "0.25", d7="40", d14="60", d1="1").end_of_day() == Decimal("47.5")


def test_without_that_weekday_the_mean_of_all_days_counts() -> None:
    assert pace("10", "0.5", d1="20", d2="40").end_of_day() == 25


def test_on_the_first_day_the_pace_of_the_day_counts() -> None:
    assert pace("10", "0.25").end_of_day() == 40
    assert pace("0", "0").end_of_day() is None
    assert pace("0", "0").end_of_month(Decimal(0)) is None


def test_the_month_ends_with_what_its_days_usually_cost() -> None:
    days = {f"d{n}": "10" for n in range(1, 29)}
    assert pace("5", "0.5", **days).end_of_month(Decimal(225)) == 225 + 5 + 70
    assert pace("5", "0.5").end_of_month(Decimal(5)) == 10 + 7 * 10


def test_the_days_left_of_a_month() -> None:
    assert len(list(days_left(TODAY))) == 7
    assert list(days_left(date(2026, 2, 28))) == []


@given(st.decimals(0, 1000, places=4), st.decimals(0, 1, places=4))
def test_a_forecast_is_never_below_what_is_spent(spent: Decimal, part: Decimal) -> None:
    end = Pace(TODAY, spent, part, {TODAY - timedelta(days=1): spent}).end_of_day()
    assert end is not None
    assert end >= spent

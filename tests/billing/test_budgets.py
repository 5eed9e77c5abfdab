"""Budgets in the portal: read from the ledger, told once, and felt at admission."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries, Settings

from billing.kept import Kept
from billing.meter import KeptBudgets, KeptPrices, PricedMeter
from billing.models import Budget, BudgetReached, BudgetStep, DayTotal
from billing.services import budgets
from billing.tasks.budgets import watch_budgets
from calls.core.words import IncidentKind
from calls.models import Incident
from routing.core.standing import (
    BudgetAction,
    Budgets,
    BudgetScope,
    BudgetStanding,
    BudgetState,
)
from tests.billing.ledger_rows import enter_all, over, set_prices
from tests.billing.makers import make_prices, used
from tests.makers_calls import NOON
from tests.makers_routing import make_agent, make_number

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


def make_budget(amount: int = 100, *steps: tuple[int, str], **fields: Any) -> Budget:
    fields.setdefault("name", "All lines")
    budget = Budget.objects.create(amount=amount, **fields)
    for threshold, action in steps:
        most = 120 if action == BudgetAction.SHORTER_CALLS else None
        BudgetStep.objects.create(
            budget=budget, threshold=threshold, action=action, most_seconds=most
        )
    return budget


def spend(amount: str, day: date = TODAY, **fields: Any) -> None:
    fields.setdefault("number", "+12025550100")
    fields.setdefault("component", "language_model")
    fields.setdefault("cause", "conversation")
    fields.setdefault("disposition", f"d{DayTotal.objects.count()}")
    DayTotal.objects.create(day=day, amount=Decimal(amount), currency="USD", **fields)


def spent(now: datetime = NOON) -> dict[str, Decimal]:
    return {view.plan.name: view.spent for view in budgets.views(now)}


def test_a_budget_counts_what_its_number_and_agent_cost() -> None:
    number, agent = make_number(e164="+12025550111"), make_agent()
    make_budget(name="all")
    make_budget(name="number", scope="number", number=number)
    make_budget(name="agent", scope="agent", agent=agent, span="day")
    make_budget(name="off", active=False)
    spend("1", number=number.e164)
    spend("2", agent=str(agent.pk))
    spend("4", agent=str(agent.pk), day=TODAY - timedelta(days=1))
    spend("8", day=TODAY.replace(day=1) - timedelta(days=1))
    assert spent() == {"all": 7, "number": 1, "agent": 2}


def test_a_day_is_that_of_the_number() -> None:
    number = make_number(e164="+12025550111", time_zone="Pacific/Auckland")
    make_budget(span="day")
    spend("1", number=number.e164, day=TODAY)
    spend("2", number=number.e164, day=TODAY + timedelta(days=1))
    assert spent(datetime(2026, 11, 23, 10, 59, tzinfo=UTC)) == {"All lines": 1}
    assert spent(datetime(2026, 11, 23, 11, 0, tzinfo=UTC)) == {"All lines": 2}


def test_the_day_on_which_clocks_change_is_one_day() -> None:
    number = make_number(e164="+12025550111", time_zone="America/New_York")
    make_budget(span="day")
    spend("1", number=number.e164, day=date(2026, 11, 1))
    for hour in (4, 28):
        now = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(hours=hour)
        assert spent(now) == {"All lines": 1}
    assert spent(datetime(2026, 11, 2, 5, tzinfo=UTC)) == {"All lines": 0}


def test_where_budgets_stand_costs_five_queries(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for n in range(3):
        make_budget(100, (50, "warn"), name=f"b{n}")
    spend("70")
    with django_assert_num_queries(4):
        standing = budgets.standing_now(NOON)
    assert standing.state(BudgetScope.ACCOUNT) is BudgetState.WARNED


def test_a_step_is_told_once_for_each_period(settings: Settings) -> None:
    settings.TEAM_EMAILS = ["ops@example.com"]
    make_budget(100, (50, "warn"), (80, "voicemail"), span="day")
    with time_machine.travel(NOON, tick=False) as clock:
        spend("60")
        watch_budgets()
        watch_budgets()
        assert [m.subject for m in mail.outbox] == ["Budget “All lines”: 50 % reached"]
        spend("30")
        watch_budgets()
        assert len(mail.outbox) == 2
        text = mail.outbox[1].body
        assert "has reached 80 % of its budget: $90.00 of $100.00." in text
        assert "Callers are asked for a voicemail from now on." in text
        clock.shift(timedelta(days=1))
        spend("55", day=TODAY + timedelta(days=1))
        watch_budgets()
    assert len(mail.outbox) == 3
    kinds = Incident.objects.filter(kind=IncidentKind.BUDGET_REACHED)
    assert kinds.count() == BudgetReached.objects.count() == 3


def test_the_team_is_told_later_when_the_mail_server_is_away(
    settings: Settings,
) -> None:
    settings.TEAM_EMAILS = ["ops@example.com"]
    make_budget(100, (50, "warn"))
    spend("60")
    with time_machine.travel(NOON, tick=False):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
        watch_budgets()
        assert BudgetReached.objects.get().told_at is None
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        watch_budgets()
        watch_budgets()
    assert len(mail.outbox) == 1
    assert Incident.objects.count() == 1


def test_the_ledger_feeds_the_budget() -> None:
    set_prices()
    make_budget(3, (60, "warn"))
    over()
    enter_all()
    (view,) = budgets.views(NOON)
    assert view.spent == 2
    assert (view.percent, view.state) == (66, BudgetState.WARNED)


def test_a_forecast_is_known_once_something_was_spent() -> None:
    make_budget(100, span="day")
    (view,) = budgets.views(NOON.replace(hour=0, minute=0))
    assert view.forecast is None
    spend("6")
    (view,) = budgets.views(NOON.replace(hour=12, minute=0))
    assert view.forecast == 12


@pytest.mark.parametrize(
    "wrong",
    [
        {"scope": "number"},
        {"scope": "agent"},
        {"amount": 0},
        {"scope": "account", "agent": True},
    ],
)
def test_a_budget_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    if "agent" in wrong:
        wrong = wrong | {"agent": make_agent()}
    fields: dict[str, Any] = {"name": "x", "amount": 10} | wrong
    with pytest.raises(IntegrityError), transaction.atomic():
        Budget.objects.create(**fields)


@pytest.mark.parametrize("action", ["cheaper_agent", "shorter_calls"])
def test_a_step_must_name_what_it_needs(action: str) -> None:
    budget = make_budget()
    with pytest.raises(IntegrityError), transaction.atomic():
        BudgetStep.objects.create(budget=budget, threshold=50, action=action)


def test_budgets_nobody_knows_of_yet_turn_nobody_away() -> None:
    kept: Kept[Any] = KeptBudgets(load=lambda: 1 / 0)  # type: ignore[arg-type,return-value]
    meter = PricedMeter(KeptPrices(load=lambda: 1 / 0), kept)  # type: ignore[arg-type,return-value]
    assert meter.budgets().standings == ()
    assert kept.wait(10)


def test_what_a_live_call_asks_costs_no_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    known = Budgets((standing_of_everything(),))
    prices = KeptPrices(load=lambda: make_prices(text_in="2"))
    meter = PricedMeter(prices, KeptBudgets(load=lambda: known))
    event = used({"input_tokens": 1, "output_tokens": 0})
    meter.price(event)
    assert prices.wait(10)
    with django_assert_num_queries(0):
        assert meter.price(event) == 2
        assert meter.budgets() == known


def standing_of_everything() -> BudgetStanding:
    state, scope = BudgetState.WARNED, BudgetScope.ACCOUNT
    return BudgetStanding(scope, "", "All", state, "$5.00 of $6.00 today (83 %)")


def test_after_a_quiet_hour_the_first_call_is_told_how_it_is_now() -> None:
    clock, loads = [0.0], iter([Budgets(), Budgets((standing_of_everything(),))])
    kept = KeptBudgets(lambda: next(loads), lambda: clock[0], patience=30.0)
    assert kept.current() == Budgets()
    clock[0] = 3600.0
    found = kept.current()
    assert found is not None
    assert found.state(BudgetScope.ACCOUNT) is BudgetState.WARNED

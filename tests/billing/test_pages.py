"""The pages about money, as a manager reads them."""

import re
from datetime import timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from billing.core.reconciling import Billed
from billing.core.units import Provider
from billing.models import Budget, BudgetReached, Charge, Reconciliation, RePricing
from billing.services import budgets
from billing.services.reconciling import keep_comparison
from billing.services.repricing import Wish, price_again
from billing.services.totals import By
from billing.tasks.ledger import price_days_again
from tests.billing.ledger_rows import after, enter_all, over, say, set_prices
from tests.billing.test_budgets import make_budget, spend
from tests.makers_calls import NOON
from tests.makers_routing import make_agent, make_number

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


def words(answer: Any) -> str:
    assert isinstance(answer, HttpResponse)
    assert answer.status_code == 200
    text = re.sub(r"(?s)<(script|style).*?</\1>", " ", answer.content.decode())
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", text)).split())


def page(client: Client, name: str, *args: object) -> str:
    with time_machine.travel(NOON, tick=False):
        return words(client.get(reverse(f"admin:billing_{name}", args=args)))


def test_a_budget_says_where_it_stands_and_where_it_is_heading(
    admin_client: Client,
) -> None:
    budget = make_budget(100, (50, "warn"), (80, "voicemail"), (100, "no_ai"))
    make_budget(name="Old one", active=False)
    spend("85")
    budgets.note_reached(NOON)
    told = page(admin_client, "budget_changelist")
    assert "$85.00 of $100.00 this month (85 %)" in told
    assert "Acting" in told
    assert "by the end of the month" in told
    assert "Switched off" in told
    told = page(admin_client, "budget_change", budget.pk)
    assert "In force now: ask callers for a voicemail." in told
    assert "Next, at 100 % ($100.00): Let no agent take calls" in told
    assert "50 %, tell the team" in told
    reached = page(admin_client, "budgetreached_changelist")
    assert "Ask callers for a voicemail" in reached
    row = BudgetReached.objects.get(threshold=80)
    assert "$85.00 of $100.00" in page(admin_client, "budgetreached_change", row.pk)


def test_a_budget_is_made_with_its_steps(admin_client: Client) -> None:
    agent = make_agent()
    form = {
        "name": "Agent",
        "scope": "agent",
        "number": "",
        "agent": agent.pk,
        "span": "day",
        "amount": "20",
        "active": "on",
        "steps-TOTAL_FORMS": "1",
        "steps-INITIAL_FORMS": "0",
        "steps-0-threshold": "90",
        "steps-0-action": "shorter_calls",
        "steps-0-most_seconds": "",
    }
    url = reverse("admin:billing_budget_add")
    assert "Say how long a call may be." in words(admin_client.post(url, form))
    assert "only that" in words(admin_client.post(url, form | {"agent": ""}))
    form["steps-0-most_seconds"] = "120"
    assert admin_client.post(url, form).status_code == 302
    step = Budget.objects.get().steps.get()
    assert (step.threshold, step.most_seconds) == (90, 120)


def test_days_are_priced_again_by_whoever_says_why(
    admin_client: Client,
    admin_user: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    set_prices()
    over()
    enter_all()
    url = reverse("admin:billing_repricing_add")
    form = {"first_day": "2026-11-23", "last_day": "2026-11-22", "why": "A contract."}
    assert "last_day" in admin_client.post(url, form).content.decode()
    with django_capture_on_commit_callbacks() as later:
        admin_client.post(url, form | {"last_day": "2026-11-23"})
    assert len(later) == 1
    assert "Waiting to begin" in page(admin_client, "repricing_changelist")
    asked = RePricing.objects.get()
    price_days_again(asked.pk, 0.0)
    assert "0 of 1 calls" in page(admin_client, "repricing_changelist")
    price_days_again(asked.pk)
    told = page(admin_client, "repricing_changelist")
    assert "Done" in told
    assert "23 Nov 2026 to 23 Nov 2026" in told
    assert "A contract." in told
    assert admin_user.username in told


def test_the_ledger_shows_what_a_charge_is_made_of(admin_client: Client) -> None:
    set_prices()
    call = over()
    say(call, 5, 2000, 1024, 2)
    say(call, 6, 2600, 0, 2)
    say(call, 7, 10, 0, 0, item="gpt-9-nova")
    enter_all()
    told = page(admin_client, "charge_changelist")
    assert "Without a price" in told
    charge = Charge.objects.get(cause="cache_lost")
    told = page(admin_client, "charge_change", charge.pk)
    assert "2,600 text tokens in: $260.00" in told
    assert "Cache lost in the middle of a call: $200.00" in told
    unknown = Charge.objects.get(item="gpt-9-nova")
    told = page(admin_client, "charge_change", unknown.pk)
    assert "Text tokens in" in told or "text tokens in" in told


def test_a_bill_that_differs_says_what_that_means(admin_client: Client) -> None:
    set_prices()
    call = over()
    say(call, 5, 10, 0, 0, estimated=True)
    enter_all()
    bill = [Billed("gpt-6-luna", "", Decimal("1.5"))]
    keep_comparison(Provider.OPENAI, TODAY, bill, NOON)
    told = page(admin_client, "reconciliation_changelist")
    assert "$0.5000 more than our figure" in told
    row = Reconciliation.objects.get()
    told = page(admin_client, "reconciliation_change", row.pk)
    assert "Something was used that we were not told of" in told
    assert str(call) in told


def test_a_repeated_wish_finds_nothing_to_change() -> None:
    set_prices()
    over()
    enter_all()
    wish = Wish(TODAY, TODAY, "Again.", "ana")
    price_again(wish, after(700))
    record = price_again(wish, after(800))
    assert record.before == record.after == 2


@pytest.mark.parametrize("name", ["testcaller_changelist", "testcaller_add"])
def test_test_callers_have_a_page(admin_client: Client, name: str) -> None:
    assert page(admin_client, name)


def test_spending_can_be_looked_at_from_every_side(admin_client: Client) -> None:
    set_prices()
    number = make_number(e164="+12025550111", label="Main line")
    call = over(dialled=number.e164, release_number=3, language="en-US")
    say(call, 5, 2000, 1024, 2)
    say(call, 6, 10, 0, 0, item="gpt-9-nova")
    over(disposition="handed_off")
    enter_all()
    url = reverse("admin:billing_daytotal_changelist")
    shown = {}
    for by in By:
        query = {"first": "2026-11-01", "last": "2026-11-30", "by": by.value}
        shown[by] = words(admin_client.get(url, query))
        assert "$112.84" in shown[by]
        assert "Not complete" in shown[by]
        assert "gpt-9-nova: text tokens in." in shown[by]
    assert "Main line" in shown[By.NUMBER]
    assert "Release 3" in shown[By.RELEASE]
    assert "Handed off $2.00 1 $2.00" in shown[By.DISPOSITION]
    assert "Mon 23 Nov 2026 (1 without a price) $112.84 2 $56.42" in shown[By.DAY]
    assert "Language model" in shown[By.COMPONENT]
    assert "51 %" in shown[By.COMPONENT]
    assert "For each call that needed no person $112.84" in shown[By.DAY]
    assert "For each lead –" in shown[By.DAY]


@pytest.mark.parametrize("by", [By.NUMBER, By.AGENT, By.DISPOSITION, By.DAY])
def test_spending_leads_to_the_calls_it_was_spent_on(
    admin_client: Client, by: By
) -> None:
    set_prices()
    number = make_number(e164="+12025550111", time_zone="America/New_York")
    fields = {"dialled": number.e164, "agent_key": "7", "disposition": "resolved"}
    over(**fields, caller="+12025550161", time_zone="America/New_York")
    other = {"disposition": "voicemail", "offered_at": NOON - timedelta(days=3)}
    over(caller="+12025550162", **other)
    enter_all()
    query = {"first": "2026-11-01", "last": "2026-11-30", "by": by.value}
    url = reverse("admin:billing_daytotal_changelist")
    found = admin_client.get(url, query).content.decode()
    addresses = re.findall(r'href="[^"]*(/admin/calls/call/\?[^"]+)"', found)
    lists = [admin_client.get(unescape(a)).text for a in addresses]
    assert addresses
    assert any("5550161" in x and "5550162" not in x for x in map(bare, lists))


def bare(page: str) -> str:
    return page.replace(" ", "").replace("\u00a0", "")


def test_spending_says_where_today_and_this_month_are_heading(
    admin_client: Client,
) -> None:
    set_prices()
    url = reverse("admin:billing_daytotal_changelist")
    with time_machine.travel(NOON.replace(hour=0, minute=0), tick=False):
        assert "Today $0.00 so far, too early to say" in words(admin_client.get(url))
    over()
    enter_all()
    with time_machine.travel(NOON.replace(hour=12, minute=0), tick=False):
        told = words(admin_client.get(url))
    assert "Today $2.00 so far, about $4.00 by the end of the day" in told
    assert "This month $2.00 so far, about $32.00 by the end of the month" in told


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"first": "2026-11-02", "last": "2026-11-01"}, "before the first one"),
        ({"first": "2020-11-02", "last": "2026-11-01"}, "at most 400 days"),
        ({"by": "colour"}, "valid choice"),
        ({"first": "x"}, "valid date"),
        ({"first": "2026-02-01", "last": "2026-02-28"}, "Nothing was spent"),
    ],
)
def test_spending_answers_odd_questions_with_words(
    admin_client: Client, query: dict[str, str], told: str
) -> None:
    url = reverse("admin:billing_daytotal_changelist")
    assert told in words(admin_client.get(url, query))

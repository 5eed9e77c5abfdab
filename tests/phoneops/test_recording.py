"""Who changed what outside of routing too: people, roles, money, work after calls."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.db.models import Model
from django.test import Client, RequestFactory
from django.urls import reverse

from billing.models import ExchangeRate, Price, ReportSubscription, TestCaller
from calls.core.words import FollowUpKind, HandoffReason, IncidentKind
from calls.models import Call, FollowUp, Incident
from routing.admin.pages import RecordedAdmin
from routing.models import PhoneNumber
from routing.services.audit import recorded_models
from routing.services.history import history
from tests import makers_routing as make
from tests.billing.report_rows import make_subscription
from tests.billing.rows import save_price
from tests.billing.test_budgets import make_budget
from tests.makers_calls import NOON, make_call, make_handoff
from tests.routing.admin.browsing import save

pytestmark = pytest.mark.django_db

Told = list[tuple[str, str, str]]


def newest(record: Model) -> tuple[str, Told]:
    told = history(type(record), record.pk)[0]
    return told.who, [(c.field, c.old, c.new) for c in told.changes]


def on_its_page(client: Client, record: Model) -> str:
    opts = record._meta
    name = f"admin:{opts.app_label}_{opts.model_name}_history"
    return client.get(reverse(name, args=[record.pk])).content.decode()


def test_a_price_that_is_corrected(admin_client: Client) -> None:
    price = save_price(amount="1", per=1000)
    save(admin_client, price, amount="1.5")
    assert newest(price) == ("admin", [("Amount", "1", "1.5")])
    assert "1.5" in on_its_page(admin_client, price)


def test_prices_from_a_file(admin_client: Client, tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    file.write_text(
        "provider,item,unit,amount,per,currency,valid_from,source,note\n"
        "openai,gpt-test,text_in,2.5,1000000,USD,2026-11-01,A page,\n"
    )
    with file.open() as lines:
        admin_client.post(reverse("admin:billing_price_file"), {"file": lines})
    price = Price.objects.get(item="gpt-test")
    who, told = newest(price)
    assert who == "admin"
    assert ("Amount", "", "2.5") in told
    price.delete()
    call_command("import_prices", str(file), verbosity=0)
    again = Price.objects.get(item="gpt-test")
    assert newest(again)[0] == "the portal itself (import_prices)"


def test_a_budget_and_its_steps(admin_client: Client) -> None:
    budget = make_budget(100, (50, "warn"))
    save(admin_client, budget, amount="200", steps__0__threshold="60")
    assert newest(budget) == (
        "admin",
        [("From (per cent)", "50", "60"), ("Amount", "100", "200")],
    )


def test_a_budget_of_a_number_has_a_history_of_its_own(admin_client: Client) -> None:
    number = make.make_number()
    budget = make_budget(100, scope="number", number=number)
    save(admin_client, budget, active=False)
    assert newest(budget)[1] == [("Active", "yes", "no")]
    assert all(
        "Budget" not in change.record
        for told in history(PhoneNumber, number.pk)
        for change in told.changes
    )


def test_who_gets_which_report(admin_client: Client) -> None:
    subscription = make_subscription("dana@example.com")
    save(admin_client, subscription, recipients="dana@example.com\nkim@example.com")
    both = "dana@example.com\nkim@example.com"
    assert newest(subscription) == (
        "admin",
        [("Recipients", "dana@example.com", both)],
    )
    pk = subscription.pk
    subscription.delete()
    titles = [c.record for c in history(ReportSubscription, pk)[0].changes]
    assert "Report subscription “Clinic”" in titles


def test_a_rate_and_a_caller_who_is_a_test(admin_client: Client) -> None:
    rate = ExchangeRate.objects.create(
        currency="EUR", rate=Decimal("0.9"), valid_from=date(2026, 11, 1)
    )
    save(admin_client, rate, note="From the bank")
    assert newest(rate) == ("admin", [("Note", "", "From the bank")])
    caller = TestCaller.objects.create(number="+12025550177")
    save(admin_client, caller, note="Ours")
    assert newest(caller)[1] == [("Note", "", "Ours")]


def test_what_a_role_of_our_own_may_do(admin_client: Client) -> None:
    group = Group.objects.create(name="Night shift")
    publish = Permission.objects.get(codename="publish_release")
    save(admin_client, group, permissions=[publish.pk])
    who, ((field, _, new),) = newest(group)
    assert (who, field) == ("admin", "Permissions, added")
    assert new == str(publish)
    assert "Night shift" in on_its_page(admin_client, group)


def test_a_password_is_said_to_be_changed_and_nothing_of_it(
    admin_client: Client,
) -> None:
    dana = User.objects.create_user("dana", password="first-Secret-1")
    address = reverse("admin:auth_user_password_change", args=[dana.pk])
    sent = {"password1": "second-Secret-2", "password2": "second-Secret-2"}
    admin_client.post(address, {**sent, "usable_password": "true"})
    assert newest(dana) == ("admin", [("Password", "", "changed")])
    dana.refresh_from_db()
    shown = on_its_page(admin_client, dana)
    assert dana.password not in shown
    assert dana.password[-12:] not in shown


def make_follow_up(**fields: object) -> FollowUp:
    return FollowUp.objects.create(
        call=make_call(),
        kind=FollowUpKind.CALLBACK,
        owner="Front desk",
        opened_at=NOON,
        due_at=NOON,
        **fields,
    )


def test_a_follow_up_that_somebody_finished_and_opened_again(
    admin_client: Client,
) -> None:
    work = make_follow_up()
    assert history(FollowUp, work.pk) == []
    address = reverse("admin:calls_followup_change", args=[work.pk])
    admin_client.post(address, {"note": "Called back", "done": "on"})
    who, told = newest(work)
    assert who == "admin"
    assert [field for field, *_ in told] == ["Done at", "Done by", "Note"]
    assert told[1:] == [("Done by", "", "admin"), ("Note", "", "Called back")]
    chosen = {"action": "open_again", "_selected_action": [work.pk]}
    admin_client.post(reverse("admin:calls_followup_changelist"), chosen)
    assert ("Done by", "admin", "") in newest(work)[1]
    assert "Called back" in on_its_page(admin_client, work)


def test_an_incident_that_somebody_settled(admin_client: Client) -> None:
    incident = Incident.objects.create(
        kind=IncidentKind.SOCKET_LOST, cause="carrier", key="1", at=NOON
    )
    address = reverse("admin:calls_incident_change", args=[incident.pk])
    admin_client.post(address, {"note": "Their outage", "settled": "on"})
    who, told = newest(incident)
    assert who == "admin"
    assert ("Note", "", "Their outage") in told
    assert ("Settled by", "", "admin") in told


def test_a_review_and_a_corrected_reason_stand_on_the_call(
    admin_client: Client,
) -> None:
    call = make_call(state="closed", disposition="resolved", closed_at=NOON)
    handoff = make_handoff(call, reason=HandoffReason.OTHER)
    address = reverse("admin:calls_handoff_change", args=[handoff.pk])
    admin_client.post(
        address, {"corrected_reason": "angry_caller", **management("attempts")}
    )
    assert [c.field for c in history(Call, call.pk)[0].changes] == ["Corrected reason"]
    url = reverse("admin:calls_call_review", args=[call.pk])
    admin_client.post(
        url, {"note": "Well done.", f"reason_{handoff.pk}": "angry_caller"}
    )
    told = history(Call, call.pk)[0]
    assert told.who == "admin"
    assert ("Review note", "Well done.") in [(c.field, c.new) for c in told.changes]
    assert "Well done." in on_its_page(admin_client, call)


def management(prefix: str) -> dict[str, str]:
    return {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}


def test_whatever_can_be_changed_by_hand_has_such_a_history() -> None:
    """So that a page that comes later is not forgotten."""
    request = RequestFactory().get("/")
    request.user = User(is_superuser=True, is_active=True)
    without = {
        model._meta.label
        for model, page in admin.site._registry.items()
        if page.has_change_permission(request)
        and not (isinstance(page, RecordedAdmin) and model in recorded_models())
    }
    assert without == set()

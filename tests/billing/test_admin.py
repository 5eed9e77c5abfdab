import re
from datetime import date
from html import unescape
from typing import Any

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing.models import Price
from tests.billing.rows import save_price

pytestmark = pytest.mark.django_db
LIST = reverse("admin:billing_price_changelist")
ADD = reverse("admin:billing_price_add")
TODAY = "2026-06-15T12:00Z"
FORM = {
    "provider": "openai",
    "item": "gpt-test",
    "unit": "text_in",
    "amount": "2",
    "currency": "USD",
    "per": "1000000",
    "valid_from": "2026-07-01",
    "source": "",
    "note": "",
}


@pytest.fixture(autouse=True)
def no_prices() -> None:
    Price.objects.all().delete()


def change(price: Price) -> str:
    return reverse("admin:billing_price_change", args=[price.pk])


def page(client: Client, url: str, **query: str) -> str:
    answer = client.get(url, query)
    assert answer.status_code == 200
    return words(answer)


def words(answer: Any) -> str:
    assert isinstance(answer, HttpResponse)
    text = re.sub(r"(?s)<(script|style).*?</\1>", " ", answer.content.decode())
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", text)).split())


@time_machine.travel(TODAY, tick=False)
def save(client: Client, url: str, **fields: str) -> str:
    """What the page after saving says, or the form with its mistakes."""
    answer = client.post(url, {**FORM, **fields}, follow=True)
    assert answer.status_code == 200
    return words(answer)


@time_machine.travel(TODAY, tick=False)
def test_the_list_says_what_is_in_force(admin_client: Client) -> None:
    save_price(valid_from=date(2026, 1, 1), amount="0.0085")
    save_price(valid_from=date(2026, 6, 1), amount="4", per=1_000_000)
    save_price(valid_from=date(2026, 7, 1))
    save_price(unit="text_out", valid_from=date(2026, 6, 15))
    told = page(admin_client, LIST)
    assert "$0.0085 each Jan. 1, 2026 Replaced on June 1, 2026" in told
    assert "$4.00 per 1,000,000 June 1, 2026 In force until July 1, 2026" in told
    assert "$1.00 each July 1, 2026 Begins later" in told
    assert "$1.00 each June 15, 2026 In force" in told


@time_machine.travel(TODAY, tick=False)
@pytest.mark.parametrize(
    ("state", "items"),
    [
        ("now", ["gpt-a", "gpt-b"]),
        ("coming", ["gpt-a"]),
        ("over", ["gpt-b"]),
        ("nonsense", ["gpt-a", "gpt-a", "gpt-b", "gpt-b"]),
    ],
)
def test_the_list_can_be_narrowed_to_a_state(
    admin_client: Client, state: str, items: list[str]
) -> None:
    for item, days in {"gpt-a": [(1, 1), (7, 1)], "gpt-b": [(1, 1), (6, 15)]}.items():
        for month, day in days:
            save_price(item=item, valid_from=date(2026, month, day))
    answer = admin_client.get(LIST, {"state": state})
    shown = answer.context["cl"].queryset.values_list("item", flat=True)
    assert sorted(shown) == items


@pytest.mark.parametrize(
    "query", [{"q": "gpt"}, {"provider__exact": "openai"}, {"unit__exact": "text_in"}]
)
def test_the_list_can_be_searched_and_filtered(
    admin_client: Client, query: dict[str, str]
) -> None:
    save_price()
    save_price(provider="twilio", item="voice_inbound", unit="voice_in_minute")
    answer = admin_client.get(LIST, query)
    assert [price.item for price in answer.context["cl"].queryset] == ["gpt-test"]


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        page(client, url)
    return len(captured)


def test_the_list_has_a_fixed_number_of_queries(admin_client: Client) -> None:
    save_price()
    before = queries(admin_client, LIST)
    for day in range(2, 20):
        save_price(valid_from=date(2026, 1, day))
    assert queries(admin_client, LIST) == before


def test_a_price_shows_the_others_of_the_same_thing(admin_client: Client) -> None:
    shown = save_price(valid_from=date(2026, 1, 1), amount="0.1", source="a page")
    save_price(valid_from=date(2026, 6, 1), amount="0.2")
    save_price(valid_from=date(2026, 3, 1), amount="7", unit="text_out")
    told = page(admin_client, change(shown))
    assert (
        "From June 1, 2026: $0.20 each From Jan. 1, 2026: $0.10 each (this one) a page"
    ) in told
    assert "$7.00" not in told


def test_the_amount_is_shown_without_needless_zeros(admin_client: Client) -> None:
    price = save_price(amount="0.1")
    answer = admin_client.get(change(price))
    assert 'value="0.1"' in answer.content.decode()


def test_a_new_price_can_be_prepared_by_a_link(admin_client: Client) -> None:
    answer = admin_client.get(ADD, {"item": "gpt-9-nova", "unit": "text_in"})
    assert 'value="gpt-9-nova"' in answer.content.decode()
    assert "All prices of this" not in words(answer)


def test_a_price_of_the_future_is_saved_without_a_word(admin_client: Client) -> None:
    told = save(admin_client, ADD)
    assert "was added successfully" in told
    assert "Days since" not in told
    assert Price.objects.get().amount == 2


def test_a_price_of_the_past_tells_its_consequence(admin_client: Client) -> None:
    told = save(admin_client, ADD, valid_from="2026-02-01")
    assert "Days since Feb. 1, 2026 that were charged already keep" in told


def test_changing_a_price_in_force_advises_a_new_one(admin_client: Client) -> None:
    price = save_price(valid_from=date(2026, 2, 1))
    told = save(admin_client, change(price), valid_from="2026-02-01", amount="3")
    assert "undo this and add a price with a later first day instead" in told
    assert LogEntry.objects.get().get_change_message() == (
        "Changed Amount and For how many."
    )


def test_moving_a_price_out_of_the_past_tells_its_consequence(
    admin_client: Client,
) -> None:
    price = save_price(valid_from=date(2026, 2, 1))
    told = save(admin_client, change(price), valid_from="2026-08-01")
    assert "Days since Feb. 1, 2026" in told


def test_changing_a_note_has_no_consequence(admin_client: Client) -> None:
    same = {"valid_from": "2026-02-01", "amount": "1", "per": "1"}
    price = save_price(valid_from=date(2026, 2, 1))
    told = save(admin_client, change(price), **same, note="from the invoice")
    assert "was changed successfully" in told
    assert "Days since" not in told


def test_save_as_new_leaves_the_old_price_alone(admin_client: Client) -> None:
    price = save_price(valid_from=date(2026, 2, 1))
    save(admin_client, change(price), _saveasnew="1", amount="3")
    prices = Price.objects.order_by("valid_from")
    assert [f"{price.valid_from} {price.amount:.2f}" for price in prices] == [
        "2026-02-01 1.00",
        "2026-07-01 3.00",
    ]


def test_another_currency_is_kept_but_not_counted(admin_client: Client) -> None:
    told = save(admin_client, ADD, currency="EUR")
    assert "A price in EUR is kept, but not counted" in told


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"valid_from": "2026-01-01"}, "There is a price for this from that day"),
        ({"unit": "sip_minute"}, "OpenAI does not charge by minutes over SIP."),
        (
            {"provider": "twilio", "unit": "sip_minute", "item": "voice_inbound"},
            "voice_inbound is charged by minutes of incoming call.",
        ),
        ({"amount": "-1"}, "greater than or equal to 0"),
        ({"amount": "cheap"}, "Enter a number."),
        ({"per": "0"}, "greater than or equal to 1"),
        ({"currency": "usd"}, "Write three letters, as in USD."),
        ({"valid_from": "soon"}, "Enter a valid date."),
        ({"item": ""}, "This field is required."),
    ],
)
def test_a_bad_form_says_what_to_change(
    admin_client: Client, fields: dict[str, str], told: str
) -> None:
    save_price(valid_from=date(2026, 1, 1))
    assert told in save(admin_client, ADD, **fields)
    assert Price.objects.count() == 1


def test_who_may_not_see_prices_does_not(client: Client) -> None:
    person = User.objects.create_user("ana", is_staff=True)
    client.force_login(person)
    assert client.get(LIST).status_code == 403


def test_who_may_only_look_sees_a_price_and_its_history(client: Client) -> None:
    person = User.objects.create_user("ana", is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="view_price"))
    client.force_login(person)
    price = save_price(valid_from=date(2026, 1, 1), amount="0.1")
    assert "From Jan. 1, 2026: $0.10 each (this one)" in page(client, change(price))

"""What has no price is named in every form of a report, never counted as nothing."""

from datetime import date
from email.message import EmailMessage
from io import StringIO

import pytest
from django.core import mail as outbox
from django.core.management import call_command
from django.test import Client

from billing.models import Price
from tests.billing.ledger_rows import enter_all, over, say, set_prices
from tests.billing.report_rows import make_subscription
from tests.makers_calls import NOON

pytestmark = pytest.mark.django_db
DAY = NOON.date()
PAGE = "/admin/billing/reportsubscription/report/"


@pytest.fixture(autouse=True)
def prices() -> None:
    set_prices()


def mailed(kind: str = "plain") -> str:
    call_command("send_reports", date=str(DAY), to="eve@example.org", stdout=StringIO())
    mail = outbox.outbox[-1].message()
    assert isinstance(mail, EmailMessage)
    body = mail.get_body((kind,))
    assert isinstance(body, EmailMessage)
    return str(body.get_content())


def use_an_unknown_model() -> None:
    say(over(), 5, 10, 0, 2, item="gpt-9-nova")
    enter_all()


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_the_mail_names_it(kind: str) -> None:
    make_subscription()
    use_an_unknown_model()
    told = mailed(kind)
    assert "used, but without a price" in told.lower()
    assert "gpt-9-nova" in told
    assert "text tokens in" in told
    assert "The price list does not know it." in told
    assert "so more was spent than this" in told


def test_plain_text_reads_as_a_sentence() -> None:
    make_subscription()
    use_an_unknown_model()
    line = "- gpt-9-nova: text tokens in; why: The price list does not know it."
    assert line in mailed()


def test_the_page_and_the_file_name_it(admin_client: Client) -> None:
    use_an_unknown_model()
    query = {"first": str(DAY), "last": str(DAY), "zone": "UTC"}
    assert "gpt-9-nova" in admin_client.get(PAGE, query).text
    as_csv = admin_client.get(PAGE, query | {"download": "csv"})
    assert "gpt-9-nova" in as_csv.text


def test_it_is_named_in_spanish() -> None:
    make_subscription(language="es")
    use_an_unknown_model()
    told = mailed()
    assert "usado, pero sin precio" in told.lower()
    assert "tokens de texto de entrada" in told
    assert "La lista de precios no lo conoce." in told


def test_a_carriers_item_is_named_by_what_it_is_for() -> None:
    make_subscription()
    Price.objects.filter(item="voice_inbound").update(valid_from=date(2027, 1, 1))
    over()
    enter_all()
    told = mailed()
    assert "Caller's leg" in told
    assert "Its first price begins on a later day." in told


def test_figures_that_are_missing_are_no_missing_prices() -> None:
    make_subscription()
    over(path="sip")
    enter_all()
    assert "What is missing are figures of the provider, not prices." in mailed()


def test_where_all_has_a_price_nothing_is_said() -> None:
    make_subscription()
    over()
    enter_all()
    assert "without a price" not in mailed().lower()

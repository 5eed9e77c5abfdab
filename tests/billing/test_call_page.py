import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.call_page import section
from billing.models import Price
from calls.core.words import CallState
from tests.billing.rows import make_usage, save_price
from tests.makers_calls import NOON, make_call

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def prices() -> None:
    Price.objects.all().delete()
    save_price(item="gpt-6-luna", amount="0.10", per=1000)
    save_price(item="gpt-6-luna", unit="text_cached", amount="0.01", per=1000)


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def test_the_section_explains_every_line() -> None:
    call = make_call(state=CallState.CLOSED)
    details = {"cached_tokens": 7_500}
    make_usage(
        call,
        {
            "input_tokens": 10_000,
            "input_tokens_details": details,
            "output_tokens": 0,
        },
    )
    told = words(section(call.pk))
    assert told.startswith("Cost $0.3250 75 % of what the models read came from the ca")
    assert "Language model $0.3250" in told
    assert "Text tokens in gpt-6-luna, $0.10 per 1,000 2,500 $0.2500" in told
    assert "from the cache gpt-6-luna, $0.01 per 1,000 7,500 $0.0750" in told
    assert "Without a price" not in told


def test_the_section_says_what_is_missing_and_how_to_help() -> None:
    call = make_call(state=CallState.CLOSED)
    make_usage(call, {"input_tokens": 12, "output_tokens": 0}, item="gpt-9-<nova>")
    make_usage(call, {"carrots": 1})
    html = section(call.pk, may_add_prices=True)
    told = words(html)
    assert "Not complete" in told
    assert "12 text tokens in gpt-9-<nova> The price list does not know it." in told
    assert "Figures gpt-6-luna The provider's figures cannot be read." in told
    assert "gpt-9-<nova>" not in html
    assert html.count("Add a price") == 1
    query = "?provider=openai&item=gpt-9-%3Cnova%3E&unit=text_in"
    assert f"/admin/billing/price/add/{query}" in unescape(html)
    assert "Add a price" not in section(call.pk)


def test_the_section_says_what_is_not_final() -> None:
    call = make_call(state=CallState.LIVE)
    make_usage(call, {"input_tokens": 1000, "output_tokens": 0}, estimated=True)
    told = words(section(call.pk))
    assert told.startswith("Cost $0.1000 so far")
    assert "$0.1000 of it is estimated" in told
    assert "Text tokens in estimated gpt-6-luna, $0.10 per 1,000 1,000" in told


def test_a_carriers_codes_are_not_shown() -> None:
    save_price(provider="twilio", item="voice_inbound", unit="voice_in_minute")
    call = make_call(state=CallState.CLOSED, carrier_seconds=61)
    make_usage(call, {"seconds": 1}, provider="twilio", item="conversation_relay")
    told = words(section(call.pk))
    assert "Caller's leg $2.00 Minutes of incoming call $1.00 each 2 $2.00" in told
    assert "1 minutes of ConversationRelay The price list does not know it." in told


def test_a_call_that_used_nothing_says_so() -> None:
    told = words(section(make_call(state=CallState.CLOSED).pk))
    assert told == "Cost $0.00 Nothing that costs money has been used."


def test_no_call_is_no_section() -> None:
    assert section(10**9) == ""


def test_a_long_call_is_a_short_bill() -> None:
    call = make_call(state=CallState.CLOSED, over_at=NOON + timedelta(hours=1))
    for _ in range(50):
        make_usage(call, {"input_tokens": 1000, "output_tokens": 0})
    with CaptureQueriesContext(connection) as queries:
        told = words(section(call.pk))
    assert len(queries) == 13
    assert told.count("gpt-6-luna") == 1
    assert "$0.10 per 1,000 50,000 $5.00" in told

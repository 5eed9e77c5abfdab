"""The shipped prices, and prices from a file."""

from datetime import UTC, datetime
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.apps import apps

from billing.core.errors import BadPriceFile
from billing.core.price_file import COLUMNS, read_prices
from billing.core.pricing import price_usage
from billing.models import Price
from billing.services import SHIPPED, load_prices, price_list
from tests.billing.makers import used

pytestmark = pytest.mark.django_db
NOVEMBER = datetime(2026, 11, 22, tzinfo=UTC)


def lines() -> int:
    return len(SHIPPED.read_text(encoding="utf-8").splitlines()) - 1


def test_the_shipped_prices_are_loaded_once() -> None:
    Price.objects.all().delete()
    assert load_prices() == lines()
    assert load_prices() == 0
    assert Price.objects.count() == lines()


def test_a_corrected_price_stays_corrected() -> None:
    load_prices()
    mine = Price.objects.filter(item="gpt-6-luna", unit="text_in")
    mine.update(amount=Decimal("0.08"))
    load_prices()
    assert mine.get().amount == Decimal("0.08")


def test_the_migration_loads_the_same_prices() -> None:
    migration = import_module("billing.migrations.0002_shipped_prices")
    Price.objects.all().delete()
    editor = SimpleNamespace(connection=SimpleNamespace(alias="default"))
    migration.load(apps, editor)
    migration.load(apps, editor)
    assert Price.objects.count() == lines()
    assert load_prices() == 0


def test_every_shipped_price_is_valid_and_says_where_it_is_from() -> None:
    Price.objects.all().delete()
    load_prices()
    for price in Price.objects.all():
        price.full_clean()
        assert price.source


def test_a_bad_file_loads_nothing(tmp_path: Path) -> None:
    head, good = ",".join(COLUMNS), "openai,gpt-x,text_in,1,1,USD,2026-01-01,,"
    path = tmp_path / "prices.csv"
    path.write_text(f"{head}\n{good}\nopenai,gpt-x,text_out,a lot,1,USD,2026-01-01,,")
    with pytest.raises(BadPriceFile, match="Line 3: “a lot” is not an amount"):
        load_prices(path)
    assert not Price.objects.filter(item="gpt-x").exists()


@pytest.mark.parametrize(
    ("provider", "item", "figures", "dollars"),
    [
        # A minute of agent speech and what it costs, as the provider's page says.
        (
            "openai",
            "gpt-realtime-2.1",
            {"input_tokens": 0, "output_token_details": {"audio_tokens": 1200}},
            "0.0768",
        ),
        ("openai", "gpt-live-1.1", {"seconds": 300}, "0.25"),
        (
            "openai",
            "gpt-live-transcribe",
            {"type": "duration", "seconds": 60},
            "0.017",
        ),
        (
            "openai",
            "gpt-6.1-terra",
            {"input_tokens": 10**5, "output_tokens": 10**4},
            "0.15",
        ),
        ("twilio", "conversation_relay", {"seconds": 61}, "0.14"),
        ("twilio", "voice_inbound", {"seconds": 300}, "0.0425"),
        ("twilio", "voice_outbound", {"seconds": 1}, "0.014"),
        ("twilio", "voice_sip", {"seconds": 59}, "0.004"),
        ("twilio", "recording", {"seconds": 90}, "0.005"),
        ("twilio", "sms", {"segments": 2}, "0.0166"),
        ("twilio", "number", {"months": 1}, "1.15"),
    ],
)
def test_what_is_shipped_prices_what_is_used(
    provider: str, item: str, figures: dict[str, object], dollars: str
) -> None:
    load_prices()
    measured = used(figures, item, provider=provider, at=NOVEMBER)
    assert price_usage(measured, price_list()).total() == Decimal(dollars)


def test_the_shipped_file_is_in_order() -> None:
    with SHIPPED.open(encoding="utf-8", newline="") as rows:
        assert len(read_prices(rows)) == lines()

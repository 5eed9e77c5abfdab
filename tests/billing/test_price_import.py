"""Prices from a file, in the admin and by command: all of a file or nothing of it."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from billing.models import Price

pytestmark = pytest.mark.django_db
PAGE = reverse("admin:billing_price_file")
HEAD = "provider,item,unit,amount,per,currency,valid_from,source,note\n"
GOOD = "openai,gpt-test,text_in,2,1000000,USD,2026-07-01,A page,\n"
OTHER = "twilio,sms,sms_segment,0.01,1,USD,2026-07-01,,\n"


@pytest.fixture(autouse=True)
def no_prices() -> None:
    Price.objects.all().delete()


def upload(client: Client, content: bytes | str) -> str:
    data = content if isinstance(content, bytes) else content.encode()
    file = SimpleUploadedFile("prices.csv", data)
    return client.post(PAGE, {"file": file}, follow=True).content.decode()


def test_a_file_adds_prices_and_leaves_known_ones(admin_client: Client) -> None:
    assert "1 prices were added." in upload(admin_client, HEAD + GOOD)
    Price.objects.update(amount=5)
    told = upload(admin_client, "\ufeff" + HEAD + GOOD + OTHER)
    assert "1 prices were added. 1 were there already" in told
    assert {p.amount for p in Price.objects.filter(item="gpt-test")} == {5}


@pytest.mark.parametrize(
    ("content", "mistake"),
    [
        (HEAD + GOOD + GOOD.replace("text_in", "carrots"), "Line 3: “carrots”"),
        (HEAD + GOOD + GOOD, "Line 3: repeats an earlier price."),
        (HEAD + GOOD.replace("USD", "usd"), "Line 2: “usd” is not a currency"),
        ("a,b\n1,2\n", "Line 1: the columns must be"),
        (b"\xff\xfe\x00", "The file is not plain text."),
        ("x" * 1_000_001, "too large to be a price list"),
        ("", "empty"),
    ],
)
def test_a_bad_file_is_refused_whole_and_its_lines_are_named(
    admin_client: Client, content: bytes | str, mistake: str
) -> None:
    assert mistake in upload(admin_client, content)
    assert not Price.objects.exists()


def test_prices_of_two_currencies_stand_beside_each_other(
    admin_client: Client,
) -> None:
    upload(admin_client, HEAD + GOOD + GOOD.replace("USD", "EUR"))
    assert {p.currency for p in Price.objects.all()} == {"USD", "EUR"}


def test_only_who_may_add_prices_may_upload_them(client: Client) -> None:
    assert client.get(PAGE).status_code == 302


def test_the_list_leads_to_the_page(admin_client: Client) -> None:
    shown = admin_client.get(reverse("admin:billing_price_changelist"))
    assert "From a file" in shown.content.decode()
    assert "valid_from" in admin_client.get(PAGE).content.decode()


def test_the_command_takes_a_file(tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    file.write_text(HEAD + GOOD)
    out = StringIO()
    call_command("import_prices", str(file), stdout=out)
    assert "1 prices were added, 0 were there already." in out.getvalue()
    file.write_text(HEAD + "openai\n")
    with pytest.raises(CommandError, match="Line 2"):
        call_command("import_prices", str(file))
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_prices", str(tmp_path / "none.csv"))

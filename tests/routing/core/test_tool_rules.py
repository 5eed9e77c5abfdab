import pytest

from routing.core.tool_rules import check_secret_name, check_tool_name, check_tool_url


def test_a_tool_is_named_like_a_function() -> None:
    assert check_tool_name("check_opening_slots") == ""
    for name in ("Check", "check-slots", "1st", "", "x" * 65, "class"):
        assert "small letters" in check_tool_name(name)


def test_a_tool_does_not_hide_one_that_is_built_in() -> None:
    assert "choose another name" in check_tool_name("transfer_to_person")


def test_a_secret_is_the_name_of_a_variable_made_for_tools() -> None:
    assert check_secret_name("TOOL_SECRET_CRM") == ""
    for name in (
        "SECRET_KEY",
        "TWILIO_AUTH_TOKEN",
        "TOOL_CRM",
        "sk-12345",
        "TOOL_SECRET_",
    ):
        assert "TOOL_" in check_secret_name(name)


@pytest.mark.parametrize(
    ("url", "remedy"),
    [
        ("", "complete address"),
        ("tools.example.com/slots", "complete address"),
        ("ftp://example.com/", "complete address"),
        ("https://", "complete address"),
        ("https://example.com:99999/", "complete address"),
        ("https://[::1/", "complete address"),
        ("http://example.com/", "Use https://"),
        ("https://me:secret@example.com/", "user name and password"),
        ("https://example.com/#top", "after #"),
        ("https://localhost/", "private network"),
        ("https://crm/", "private network"),
        ("https://crm.internal./", "private network"),
        ("https://printer.LOCAL/", "private network"),
        ("https://10.0.0.5/", "private network"),
        ("https://127.0.0.1/", "private network"),
        ("https://127.1/", "private network"),
        ("https://0x7f000001/", "private network"),
        ("https://169.254.169.254/", "private network"),
        ("https://[::1]/", "private network"),
        ("https://[fd00::1]/", "private network"),
        ("https://[::ffff:10.0.0.1]/", "private network"),
    ],
)
def test_refuses_an_address_and_says_what_to_change(url: str, remedy: str) -> None:
    assert any(remedy in text for text in check_tool_url(url, allow_private=False))


def test_a_public_address_is_fine() -> None:
    for url in ("https://tools.example.com/slots?x=1", "https://93.184.216.34:8443/"):
        assert check_tool_url(url, allow_private=False) == []


def test_private_addresses_can_be_allowed() -> None:
    url = "http://127.0.0.1:8100/tools/opening-slots"
    assert check_tool_url(url, allow_private=True) == []
    assert check_tool_url("http://me:x@crm/", allow_private=True) != []

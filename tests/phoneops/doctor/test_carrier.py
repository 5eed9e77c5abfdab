"""The account and its numbers, as Twilio's API tells them."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from pytest_django import Settings

from calls.providers.twilio.rest import CarrierAccount, CarrierNumber
from phoneops.doctor import carrier
from phoneops.doctor.finding import Finding, Mark
from routing.core.ruleset import Number, Path
from tests.calls.twilio_api import FakeTwilio, twilio_api

OURS = "https://phoneops.test/twilio"
LINE = Number("1", "+12025550100", "Main line", "UTC", Path.RELAY, True, "p", "a", "e")
THERE = CarrierNumber(
    e164=LINE.e164,
    voice_url=f"{OURS}/voice/",
    voice_method="POST",
    status_url=f"{OURS}/status/",
    fallback_url="https://handler.twilio.com/twiml/EH1",
    trunk=False,
    application=False,
)


@pytest.fixture
def twilio(settings: Settings) -> Iterator[FakeTwilio]:
    with twilio_api() as server:
        settings.TWILIO_API_BASE_URL = server.url
        yield server


def look_at(line: Number = LINE, **changes: Any) -> Finding:
    (finding,) = carrier.look_at_number(line, replace(THERE, **changes))
    return finding


def test_a_number_that_asks_us_is_in_order() -> None:
    assert look_at().mark is Mark.OK
    assert look_at(voice_url=f"{OURS}/voice/#rc=2").mark is Mark.OK


@pytest.mark.parametrize(
    ("changes", "mark", "words"),
    [
        ({"voice_url": "https://demo.twilio.com/x"}, Mark.FAIL, "demo.twilio.com"),
        ({"voice_url": ""}, Mark.FAIL, "asks nobody"),
        ({"voice_url": f"{OURS}/voice"}, Mark.FAIL, "when a call comes in"),
        ({"voice_method": "GET"}, Mark.FAIL, "asks with GET"),
        ({"trunk": True}, Mark.FAIL, "connected to a SIP trunk"),
        ({"application": True}, Mark.WARN, "TwiML application"),
        ({"status_url": ""}, Mark.WARN, "end of calls to nobody"),
        ({"fallback_url": ""}, Mark.WARN, "no VoiceFallbackUrl"),
        ({"fallback_url": f"{OURS}/voice/"}, Mark.WARN, "leads to this portal"),
    ],
)
def test_a_number_that_is_set_up_otherwise_says_what_to_do(
    changes: dict[str, Any], mark: Mark, words: str
) -> None:
    finding = look_at(**changes)
    assert (finding.mark, finding.subject) == (mark, "Main line")
    assert words in finding.says
    assert finding.remedy


def test_a_number_on_a_bare_trunk_has_to_be_connected_to_one() -> None:
    line = replace(LINE, path=Path.SIP, trunk=True)
    assert look_at(line, trunk=True, voice_url="").mark is Mark.OK
    finding = look_at(line)
    assert finding.mark is Mark.FAIL
    assert "not connected to a SIP trunk" in finding.says


def test_a_number_of_another_account_is_a_failure() -> None:
    (finding,) = carrier.look_at_number(LINE, None)
    assert finding.says == "+1 202 555 0100 is not a number of this account"


@pytest.mark.parametrize(
    ("account", "mark"),
    [
        (CarrierAccount("active", trial=False), Mark.OK),
        (CarrierAccount("active", trial=True), Mark.WARN),
        (CarrierAccount("suspended", trial=False), Mark.FAIL),
    ],
)
def test_an_account_may_be_of_no_use(account: CarrierAccount, mark: Mark) -> None:
    assert carrier.look_at_account(account, 3).mark is mark


@pytest.mark.parametrize(
    ("status", "remedy"), [(401, "TWILIO_AUTH_TOKEN"), (503, "make run")]
)
def test_without_an_answer_of_twilio_numbers_are_not_judged(
    twilio: FakeTwilio, status: int, remedy: str
) -> None:
    twilio.answer = status, {"code": 20003, "message": "no"}
    (finding,) = carrier.look([LINE])
    assert finding.mark is Mark.FAIL
    assert remedy in finding.remedy

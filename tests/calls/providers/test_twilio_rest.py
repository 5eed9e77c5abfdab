"""The real client against an address of ours."""

from collections.abc import Iterator

import pytest

from calls.errors import NotFoundThere, ProviderError
from calls.providers.twilio.rest import (
    Account,
    Carrier,
    CarrierAccount,
    CarrierCall,
)
from tests.calls.twilio_api import FakeTwilio, twilio_api

CALL = "CA" + "1" * 32
ACCOUNT = "AC" + "1" * 32


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    with twilio_api() as server:
        yield server


def carrier(twilio: FakeTwilio, path: str = "") -> Carrier:
    return Carrier(Account(ACCOUNT, "token", twilio.url + path))


def test_a_call_is_asked_about(twilio: FakeTwilio) -> None:
    twilio.answer = 200, {"sid": CALL, "status": "completed", "duration": "42"}
    assert carrier(twilio).fetch(CALL) == CarrierCall("completed", 42)
    path = f"/2010-04-01/Accounts/{ACCOUNT}/Calls/{CALL}.json"
    assert twilio.asked == [("GET", path, {})]


def test_a_base_address_may_have_a_path(twilio: FakeTwilio) -> None:
    twilio.answer = 200, {"sid": CALL, "status": "ringing", "duration": None}
    assert carrier(twilio, "/twilio/").fetch(CALL) == CarrierCall("ringing", None)
    assert twilio.asked[0][1].startswith("/twilio/2010-04-01/")


def test_a_live_call_is_sent_elsewhere_or_ended(twilio: FakeTwilio) -> None:
    twilio.answer = 200, {"sid": CALL, "status": "in-progress"}
    carrier(twilio).redirect(CALL, "<Response/>")
    carrier(twilio).send_to(CALL, "https://phones.example.com/x/")
    carrier(twilio).hang_up(CALL)
    assert [form for _, _, form in twilio.asked] == [
        {"Twiml": ["<Response/>"]},
        {"Url": ["https://phones.example.com/x/"], "Method": ["POST"]},
        {"Status": ["completed"]},
    ]


@pytest.mark.parametrize(
    ("statuses", "somebody"),
    [([], False), (["completed"], False), (["busy", "ringing"], True)],
)
def test_a_caller_is_with_somebody_while_a_leg_goes_on(
    twilio: FakeTwilio, statuses: list[str], somebody: bool
) -> None:
    legs = [{"sid": CALL, "status": status} for status in statuses]
    twilio.answer = 200, {"calls": legs, "page": 0, "page_size": 50}
    assert carrier(twilio).is_with_somebody(CALL) is somebody
    assert f"ParentCallSid={CALL}" in twilio.asked[0][1]


@pytest.mark.parametrize(
    ("status", "code", "retryable"),
    [(429, 20429, True), (503, 0, True), (401, 20003, False), (400, 21220, False)],
)
def test_a_refusal_says_whether_asking_again_helps(
    twilio: FakeTwilio, status: int, code: int, retryable: bool
) -> None:
    twilio.answer = status, {"message": "about +12025550199", "code": code}
    with pytest.raises(ProviderError) as refused:
        carrier(twilio).hang_up(CALL)
    assert refused.value.retryable is retryable
    assert refused.value.code == (str(code) if code else "")
    assert "+12025550199" not in str(refused.value)


def test_a_call_nobody_knows(twilio: FakeTwilio) -> None:
    twilio.answer = 404, {"message": "not found", "code": 20404}
    with pytest.raises(NotFoundThere):
        carrier(twilio).fetch(CALL)


def test_a_carrier_that_does_not_answer(twilio: FakeTwilio) -> None:
    twilio.server_close()
    with pytest.raises(ProviderError) as refused:
        Carrier(Account(ACCOUNT, "token", "http://127.0.0.1:9")).fetch(CALL)
    assert refused.value.retryable


def test_what_is_sent_is_not_logged(
    twilio: FakeTwilio, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    twilio.answer = 200, {"sid": CALL, "status": "in-progress"}
    carrier(twilio).redirect(CALL, "<Response><Dial>+12025550199</Dial></Response>")
    assert "+12025550199" not in caplog.text


@pytest.mark.parametrize(("kind", "trial"), [("Trial", True), ("Full", False)])
def test_the_account_is_asked_about(twilio: FakeTwilio, kind: str, trial: bool) -> None:
    twilio.answer = 200, {"sid": ACCOUNT, "status": "active", "type": kind}
    assert carrier(twilio).account() == CarrierAccount("active", trial=trial)
    assert twilio.asked == [("GET", f"/2010-04-01/Accounts/{ACCOUNT}.json", {})]


def test_an_account_nobody_knows(twilio: FakeTwilio) -> None:
    twilio.answer = 404, {"message": "not found", "code": 20404}
    with pytest.raises(NotFoundThere, match="this account"):
        carrier(twilio).account()


def test_numbers_tell_whom_twilio_asks(twilio: FakeTwilio) -> None:
    plain = {"phone_number": "+12025550100", "voice_url": "https://x.example/v"}
    trunked = {"phone_number": "+12025550101", "trunk_sid": "TK1"}
    numbers = [{**plain, "voice_method": "POST"}, trunked]
    twilio.answer = 200, {"incoming_phone_numbers": numbers}
    first, second = carrier(twilio).numbers()
    assert (first.voice_url, first.voice_method) == ("https://x.example/v", "POST")
    assert (first.trunk, first.status_url) == (False, "")
    assert (second.trunk, second.application) == (True, False)

"""The sound of a recording, from an address of ours."""

import base64
from collections.abc import Iterator

import pytest

from calls.errors import NotFoundThere, ProviderError
from calls.providers.twilio import recordings
from calls.providers.twilio.recordings import Sound, fetch_sound
from calls.providers.twilio.rest import Account
from tests.calls.twilio_api import FakeTwilio, twilio_api

ACCOUNT = "AC" + "1" * 32
SID = "RE" + "2" * 32


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    with twilio_api() as server:
        server.answer = 200, b"RIFF....WAVE"
        server.headers = {"Content-Type": "audio/x-wav"}
        yield server


def account(twilio: FakeTwilio, path: str = "") -> Account:
    return Account(ACCOUNT, "token", twilio.url + path)


def test_sound_is_fetched_with_the_accounts_password(twilio: FakeTwilio) -> None:
    assert fetch_sound(account(twilio), SID) == Sound(b"RIFF....WAVE", "audio/wav")
    path = f"/2010-04-01/Accounts/{ACCOUNT}/Recordings/{SID}"
    assert twilio.asked == [("GET", path, {})]
    password = base64.b64encode(f"{ACCOUNT}:token".encode()).decode()
    assert twilio.authorizations == [f"Basic {password}"]


def test_the_base_address_may_have_a_path(twilio: FakeTwilio) -> None:
    fetch_sound(account(twilio, "/carrier/"), SID)
    assert twilio.asked[0][1].startswith("/carrier/2010-04-01/Accounts/")


@pytest.mark.parametrize("sid", ["", "RE1", "../Calls", f"{SID}/../x", f"{SID}.json"])
def test_only_the_id_of_a_recording_is_asked_for(twilio: FakeTwilio, sid: str) -> None:
    with pytest.raises(NotFoundThere):
        fetch_sound(account(twilio), sid)
    assert twilio.asked == []


def test_the_password_follows_no_redirect(twilio: FakeTwilio) -> None:
    twilio.answer = 302, b""
    twilio.headers = {"Location": f"{twilio.url}/elsewhere"}
    with pytest.raises(ProviderError, match="answered 302"):
        fetch_sound(account(twilio), SID)
    assert len(twilio.asked) == 1


def test_a_recording_that_was_deleted(twilio: FakeTwilio) -> None:
    twilio.answer = 404, {}
    with pytest.raises(NotFoundThere):
        fetch_sound(account(twilio), SID)


@pytest.mark.parametrize(
    ("status", "retryable"), [(401, False), (429, True), (503, True)]
)
def test_a_refusal_says_whether_asking_again_helps(
    twilio: FakeTwilio, status: int, retryable: bool
) -> None:
    twilio.answer = status, {}
    with pytest.raises(ProviderError) as refused:
        fetch_sound(account(twilio), SID)
    assert refused.value.retryable is retryable


def test_what_is_not_sound_is_not_passed_on(twilio: FakeTwilio) -> None:
    twilio.headers = {"Content-Type": "text/html"}
    with pytest.raises(ProviderError, match="no sound"):
        fetch_sound(account(twilio), SID)


def test_a_recording_without_end_is_given_up(
    twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recordings, "MOST_BYTES", 8)
    with pytest.raises(ProviderError, match="too large"):
        fetch_sound(account(twilio), SID)


def test_a_recording_that_trickles_is_given_up(
    twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recordings, "MOST_SECONDS", -1)
    with pytest.raises(ProviderError, match="too slowly"):
        fetch_sound(account(twilio), SID)


def test_a_carrier_that_does_not_answer(twilio: FakeTwilio) -> None:
    with pytest.raises(ProviderError) as refused:
        fetch_sound(Account(ACCOUNT, "token", "http://127.0.0.1:9"), SID)
    assert refused.value.retryable
    assert SID not in str(refused.value)

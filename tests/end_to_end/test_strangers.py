"""Requests and sockets that are not what they should be, over the real network."""

import json
import secrets
from collections.abc import Iterator

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.sync.connection import Connection

from calls.simulator.signature import sign
from phoneops import simulated
from tests.end_to_end.over_http import (
    FORM,
    RELAY_ENDED,
    STATUS,
    VOICE,
    Answer,
    call_back,
    form,
    leave,
    request,
    signed,
)
from tests.end_to_end.portal import Portal

RELAY_URL = simulated.PUBLIC_BASE_URL.replace("https", "wss") + "/twilio/relay/"
EMPTY = "<Response />"
MULTIPART = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n'


def assert_plain(answer: Answer) -> None:
    """A short word for a stranger, and nothing of our insides."""
    assert answer.content_type.startswith("text/plain")
    assert 0 < len(answer.body) < 100
    assert "Traceback" not in answer.body


@pytest.mark.parametrize("path", [VOICE, RELAY_ENDED, STATUS, "/twilio/recording/"])
@pytest.mark.parametrize("signature", ["", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", "\xff"])
def test_a_request_without_a_right_signature_is_refused(
    portal: Portal, path: str, signature: str
) -> None:
    answer = call_back(portal.port, path, form(), X_Twilio_Signature=signature)
    assert answer.status == 403
    assert_plain(answer)


def test_a_signature_for_other_fields_is_refused(portal: Portal) -> None:
    right = signed(VOICE, form())
    body = b"CallSid=CA1&AccountSid=AC1&From=%2B1&To=%2B1"
    answer = request(portal.port, "POST", VOICE, body=body, headers=right)
    assert answer.status == 403
    assert_plain(answer)


def test_a_replayed_request_gets_the_same_answer_and_makes_no_second_call(
    portal: Portal,
) -> None:
    fields = form()
    answers = [call_back(portal.port, VOICE, fields).body for _ in range(3)]
    assert "<ConversationRelay" in answers[0]
    assert set(answers) == {answers[0]}
    counted = "SELECT count(*) AS calls FROM calls_call WHERE carrier_sid = %s"
    assert portal.books.rows(counted, fields["CallSid"]) == [{"calls": 1}]
    leave(portal.port, fields["CallSid"])
    assert portal.books.closed(fields["CallSid"]).disposition == "caller_hung_up_early"


@pytest.mark.parametrize("size", [70_000, 4_000_000])
def test_an_oversized_request_is_refused(portal: Portal, size: int) -> None:
    fields = form(Padding="x" * size)
    answer = call_back(portal.port, VOICE, fields)
    assert answer.status == 413
    assert_plain(answer)


@pytest.mark.parametrize(
    ("method", "kind", "body", "status"),
    [
        ("GET", FORM, b"", 405),
        ("PUT", FORM, b"a=b", 405),
        ("POST", "application/json", b"{", 400),
        ("POST", "application/json", b"[1]", 400),
        ("POST", "multipart/form-data; boundary=x", MULTIPART, 415),
        ("POST", "text/plain", b"hello", 415),
        ("POST", f"{FORM}; charset=utf-16", b"a=b", 400),
    ],
)
def test_what_is_no_form_is_refused(
    portal: Portal, method: str, kind: str, body: bytes, status: int
) -> None:
    headers = {"Content-Type": kind, "X-Twilio-Signature": "AAAA"}
    answer = request(portal.port, method, VOICE, body=body, headers=headers)
    assert answer.status == status
    assert_plain(answer)


def test_a_signed_request_without_its_fields_is_refused(portal: Portal) -> None:
    answer = call_back(portal.port, VOICE, {"CallStatus": "ringing"})
    assert answer.status == 400
    assert_plain(answer)


def test_an_end_of_a_call_that_nobody_knows_is_noted(portal: Portal) -> None:
    fields = form(CallStatus="completed", SequenceNumber="0")
    answer = call_back(portal.port, STATUS, fields)
    assert (answer.status, EMPTY in answer.body) == (200, True)
    assert unknown_calls(portal, fields["CallSid"]) == ["carrier"]


def test_a_caller_whom_nobody_knows_hears_an_apology(portal: Portal) -> None:
    session = {"SessionId": "VX1", "SessionStatus": "failed", "ErrorCode": "64105"}
    fields = form(CallStatus="in-progress", SessionDuration="3", **session)
    answer = call_back(portal.port, RELAY_ENDED, fields)
    assert answer.status == 200
    assert "sorry" in answer.body
    assert "<Hangup" in answer.body
    assert unknown_calls(portal, fields["CallSid"]) == ["carrier"]


def unknown_calls(portal: Portal, sid: str) -> list[str]:
    query = "SELECT cause FROM calls_incident WHERE kind = 'unknown_call' AND key = %s"
    return [row["cause"] for row in portal.books.rows(query, f"unknown call:{sid}")]


def socket(portal: Portal, signature: str) -> Connection:
    url = f"ws://127.0.0.1:{portal.port}/twilio/relay/"
    headers = {"X-Twilio-Signature": signature}
    return connect(url, additional_headers=headers, proxy=None)


@pytest.fixture
def relay(portal: Portal) -> Iterator[Connection]:
    signature = sign(RELAY_URL, {}, simulated.AUTH_TOKEN)
    with socket(portal, signature) as connection:
        yield connection


def refusal(relay: Connection) -> int | None:
    with pytest.raises(ConnectionClosed) as closed:
        relay.recv(10)
    return closed.value.rcvd.code if closed.value.rcvd else None


@pytest.mark.parametrize("signature", ["", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="])
def test_a_handshake_without_a_right_signature_is_refused(
    portal: Portal, signature: str
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        socket(portal, signature)
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize(
    "frame", ["no JSON", "[]", '{"type": "prompt", "voicePrompt": "Hi"}']
)
def test_a_socket_that_does_not_begin_with_setup_is_closed(
    relay: Connection, frame: str
) -> None:
    relay.send(frame)
    assert refusal(relay) == 1008


def test_a_socket_for_a_call_that_nobody_knows_is_closed(
    relay: Connection,
) -> None:
    setup = {
        "type": "setup",
        "sessionId": "VX" + secrets.token_hex(16),
        "callSid": "CA" + secrets.token_hex(16),
        "accountSid": simulated.ACCOUNT_SID,
        "customParameters": {"token": "made up"},
    }
    relay.send(json.dumps(setup))
    assert refusal(relay) == 1008

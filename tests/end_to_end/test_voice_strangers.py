"""Announcements that are not what they should be, over the real network.

The answer is never a failure of ours and never a redirect, and nothing is decided.
"""

import json
import socket
import time
from collections.abc import Callable, Mapping
from itertools import count

import pytest

from calls.simulator.realtime.standard_webhooks import sign
from phoneops import simulated
from tests.end_to_end.over_http import Answer, request
from tests.end_to_end.portal import Portal

WEBHOOK = "/openai/webhook/"
SERIAL = count(1)


def announcement(*headers: tuple[str, str]) -> bytes:
    found = [{"name": name, "value": value} for name, value in headers]
    data = {"call_id": f"rtc_stranger_{next(SERIAL)}", "sip_headers": found}
    event = {"type": "realtime.call.incoming", "created_at": time.time(), "data": data}
    return json.dumps({"object": "event", "id": "evt_1", **event}).encode()


def signed(
    body: bytes,
    *,
    age: int = 0,
    name: str = "",
    secret: str = simulated.WEBHOOK_SECRET,
) -> dict[str, str]:
    name = name or f"wh_stranger_{next(SERIAL)}"
    moment = int(time.time()) - age
    return {
        "Content-Type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(moment),
        "webhook-signature": sign(secret, name, moment, body),
    }


def deliver(portal: Portal, body: bytes, headers: Mapping[str, str]) -> Answer:
    answer = request(portal.port, "POST", WEBHOOK, body=body, headers=headers)
    assert answer.content_type.startswith("text/plain")
    assert 0 < len(answer.body) < 100
    return answer


def kept(portal: Portal, headers: Mapping[str, str]) -> int | None:
    """How often this delivery has come again; None if nothing of it was kept."""
    query = "SELECT repeats FROM calls_callback WHERE key = %s"
    found = portal.books.rows(query, f"openai:{headers['webhook-id']}")
    return int(found[0]["repeats"]) if found else None


def test_a_forged_announcement_is_refused(portal: Portal) -> None:
    body = announcement()
    headers = signed(body, secret="whsec_c29tZWJvZHkgZWxzZQ==")
    assert deliver(portal, body, headers).status == 400
    assert kept(portal, headers) is None


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp"])
def test_a_signature_for_other_headers_is_refused(portal: Portal, name: str) -> None:
    body = announcement()
    headers = signed(body) | {name: "1"}
    assert deliver(portal, body, headers).status == 400
    del headers[name]
    assert deliver(portal, body, headers).status == 400


@pytest.mark.parametrize("age", [310, -310, 10_000_000])
def test_a_recorded_announcement_is_refused(portal: Portal, age: int) -> None:
    body = announcement()
    headers = signed(body, age=age)
    assert deliver(portal, body, headers).status == 400
    assert kept(portal, headers) is None


@pytest.mark.parametrize(
    "mangled",
    [
        lambda body: body[:-20],
        lambda body: body + b"}",
        lambda body: b"",
        lambda body: b"\xff\xfe" + body,
        lambda body: body.replace(b"evt_1", b"\xc3\x28"),
        lambda body: body.decode().encode("utf-16"),
        lambda body: body.replace(b"evt_1", b"\x00"),
        lambda body: b"[" * 60_000,
    ],
)
def test_a_signed_body_that_cannot_be_read_is_refused(
    portal: Portal, mangled: Callable[[bytes], bytes]
) -> None:
    body = mangled(announcement())
    headers = signed(body)
    assert deliver(portal, body, headers).status == 400
    assert kept(portal, headers) is None


def test_what_was_changed_on_the_way_is_refused(portal: Portal) -> None:
    body = announcement()
    for changed in (body[:-1], body + b" ", body.replace(b"rtc_", b"rtc-")):
        assert deliver(portal, changed, signed(body)).status == 400


def test_a_delivery_that_breaks_off_harms_nobody(portal: Portal) -> None:
    body = announcement()
    headers = signed(body)
    lines = [f"POST {WEBHOOK} HTTP/1.1", "Host: x", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    with socket.create_connection(("127.0.0.1", portal.port)) as line:
        line.sendall("\r\n".join([*lines, "", ""]).encode() + body[:40])
    assert portal.get("/healthz").status == 200
    assert kept(portal, headers) is None


def test_an_oversized_announcement_is_refused(portal: Portal) -> None:
    body = announcement(("X-Long", "x" * 70_000))
    assert deliver(portal, body, signed(body)).status == 413


def test_a_delivery_that_comes_again_gets_the_same_answer(portal: Portal) -> None:
    body = announcement(("From", "<sip:anonymous@anonymous.invalid>"))
    headers = signed(body)
    answers = {deliver(portal, body, headers).status for _ in range(3)}
    assert answers == {200}
    assert kept(portal, headers) == 2


def test_the_second_try_may_come_before_the_first(portal: Portal) -> None:
    body = announcement()
    first = signed(body, age=20)
    second = signed(body, name=first["webhook-id"])
    assert deliver(portal, body, second).status == 200
    assert deliver(portal, body, first).status == 200
    assert kept(portal, first) == 1


@pytest.mark.parametrize("kind", ["response.completed", "live.call.incoming", "x" * 99])
def test_what_we_do_not_act_on_is_acknowledged(portal: Portal, kind: str) -> None:
    data = {"session_id": f"live_{next(SERIAL)}"}
    event = {"type": kind, "created_at": time.time(), "data": data}
    body = json.dumps(event).encode()
    headers = signed(body)
    assert deliver(portal, body, headers).status == 200
    assert kept(portal, headers) == 0


def test_a_stranger_makes_no_call(portal: Portal) -> None:
    body = announcement(("X-Call-Ref", "MQ.1xV6Be.forged"), ("X-Call-Ref", "MQ"))
    assert deliver(portal, body, signed(body)).status == 200
    name = json.loads(body)["data"]["call_id"]
    assert portal.books.sid_of(name) is None


def test_nobody_is_sent_elsewhere(portal: Portal) -> None:
    """The provider counts a redirect as a failure, and does not follow it."""
    body = announcement()
    headers = signed(body) | {"X-Forwarded-Proto": "http", "Host": "other.example"}
    assert request(portal.port, "POST", WEBHOOK, body=body, headers=headers).status in {
        200,
        400,
    }
    bare = request(portal.port, "POST", WEBHOOK[:-1], body=body, headers=signed(body))
    assert bare.status == 404

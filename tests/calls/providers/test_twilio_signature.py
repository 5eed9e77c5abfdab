"""Signatures as Twilio makes them, and what must not pass for one."""

import hashlib
import json

import pytest
from django.http import QueryDict
from twilio.request_validator import (  # type: ignore[import-untyped]  # has no stubs
    RequestValidator,
)

from calls.providers.twilio.signature import Signed, sign, verify, verify_handshake

TOKEN, NEXT = "present-token", "next-token"
URL = "https://phones.example.com/twilio/voice/"
FORM = "CallSid=CA1&From=%2B12025550199&Body=+hi+&Body=again"
RELAY = "wss://phones.example.com/twilio/relay/"


def signed(url: str = URL, form: str = FORM, token: str = TOKEN, **more: str) -> Signed:
    fields = QueryDict(form)
    signature = RequestValidator(token).compute_signature(url, fields)
    return Signed(**{"url": url, "form": fields, "signature": signature, **more})


def test_a_signed_form_is_believed() -> None:
    assert verify(signed(), [TOKEN])


@pytest.mark.parametrize("signature", ["", "x", "ä" * 28, "A" * 28])
def test_anything_else_is_not(signature: str) -> None:
    assert not verify(signed(signature=signature), [TOKEN])


def test_both_tokens_hold_while_they_are_rotated() -> None:
    assert verify(signed(token=NEXT), [TOKEN, NEXT])
    assert not verify(signed(token=NEXT), [TOKEN])
    assert not verify(signed(), [])


def test_a_changed_field_breaks_the_signature() -> None:
    good = signed()
    changed = QueryDict(FORM.replace("CA1", "CA2"))
    assert not verify(Signed(good.url, good.signature, changed), [TOKEN])


def test_a_stripped_value_breaks_the_signature() -> None:
    good = signed()
    stripped = QueryDict(FORM.replace("+hi+", "hi"))
    assert not verify(Signed(good.url, good.signature, stripped), [TOKEN])


def test_the_query_is_part_of_the_url() -> None:
    good = signed(url=f"{URL}?attempt=a%3Ab")
    assert verify(good, [TOKEN])
    assert not verify(Signed(URL, good.signature, good.form), [TOKEN])


def test_a_port_that_the_carrier_adds_does_no_harm() -> None:
    with_port = URL.replace(".com/", ".com:443/")
    signature = RequestValidator(TOKEN).compute_signature(with_port, QueryDict(FORM))
    assert verify(signed(signature=signature), [TOKEN])


def test_a_shared_key_signs_with_another_algorithm() -> None:
    form = QueryDict(FORM)
    signature = RequestValidator(TOKEN).compute_signature(URL, form, "HMAC_SHA256")
    settings = "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"
    assert verify(Signed(URL, signature, form, settings=settings), [TOKEN])
    assert not verify(Signed(URL, signature, form), [TOKEN])
    assert not verify(Signed(URL, signature, form, settings="algorithm=MD5"), [TOKEN])


def body_request(body: str, hashed: str | None = None) -> Signed:
    digest = hashlib.sha256((body if hashed is None else hashed).encode()).hexdigest()
    url = f"{URL}?bodySHA256={digest}"
    return Signed(url, sign(url, TOKEN), body=body)


def test_a_json_body_is_known_by_its_hash() -> None:
    body = json.dumps({"CallSid": "CA1"})
    assert verify(body_request(body), [TOKEN])
    assert not verify(body_request(body, hashed="{}"), [TOKEN])


def test_a_json_body_without_its_hash_is_refused() -> None:
    assert not verify(Signed(URL, sign(URL, TOKEN), body="{}"), [TOKEN])


def test_a_url_that_is_none_is_refused() -> None:
    assert not verify(Signed("https://h:port/", "A" * 28, QueryDict("")), [TOKEN])


def test_the_handshake_is_signed_over_the_literal_relay_url() -> None:
    assert verify_handshake(sign(RELAY, TOKEN), relay_url=RELAY, tokens=[NEXT, TOKEN])


@pytest.mark.parametrize(
    "url",
    [
        RELAY.replace("wss", "https"),
        RELAY.rstrip("/"),
        RELAY.replace(".com/", ".com:443/"),
        f"{RELAY}?x=1",
    ],
)
def test_a_handshake_over_anything_else_is_refused(url: str) -> None:
    assert not verify_handshake(sign(url, TOKEN), relay_url=RELAY, tokens=[TOKEN])


@pytest.mark.parametrize("signature", ["", "ä" * 28, "\udcff"])
def test_a_handshake_with_no_signature_is_refused(signature: str) -> None:
    assert not verify_handshake(signature, relay_url=RELAY, tokens=[TOKEN])

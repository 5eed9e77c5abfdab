"""What does not come from the carrier, or cannot be read, is refused plainly."""

import hashlib
import json
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.test import Client, RequestFactory
from pytest_django import Settings

from calls.models import Call, Callback
from calls.providers.twilio.signature import sign as sign_url
from calls.urls import urlpatterns
from calls.views.twilio import voice
from tests.calls.carrier import ACCOUNT, post, sign
from tests.makers_calls import sid
from tests.makers_routing import make_number, publish

pytestmark = pytest.mark.django_db

VOICE = "/twilio/voice/"
FORM = "application/x-www-form-urlencoded"
PATHS = sorted(
    f"/{pattern.pattern}"
    for pattern in urlpatterns
    if str(pattern.pattern).startswith("twilio")
)


def fields(**more: str) -> dict[str, str]:
    return {
        "CallSid": sid(),
        "AccountSid": ACCOUNT,
        "From": "+12025550199",
        "To": "+12025550100",
        **more,
    }


def raw(body: str | bytes, content_type: str = FORM, **headers: str) -> Any:
    return Client().post(VOICE, data=body, content_type=content_type, headers=headers)


def test_every_address_of_the_carrier_is_here() -> None:
    assert len(PATHS) == 13
    assert all(path.endswith("/") for path in PATHS)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["get", "put", "delete", "head"])
def test_only_post_is_allowed(path: str, method: str) -> None:
    answer = getattr(Client(), method)(path)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


@pytest.mark.parametrize("path", PATHS)
def test_an_unsigned_request_is_refused(path: str) -> None:
    answer = post(path, fields(), **{"X-Twilio-Signature": ""})
    assert answer.status_code == 403
    assert not Callback.objects.exists()


@pytest.mark.parametrize("path", PATHS)
def test_a_wrongly_signed_request_is_refused(path: str) -> None:
    params = fields()
    wrong = sign(path, params, token="somebody else's")
    answer = post(path, params, **{"X-Twilio-Signature": wrong})
    assert (answer.status_code, answer.content) == (403, b"signature missing or wrong")


def test_a_signature_for_another_address_is_refused() -> None:
    params = fields()
    other = sign("/twilio/status/", params)
    assert post(VOICE, params, **{"X-Twilio-Signature": other}).status_code == 403


def test_the_log_says_what_was_expected_and_never_the_token(
    caplog: pytest.LogCaptureFixture,
) -> None:
    post(f"{VOICE}?x=1", fields(), **{"X-Twilio-Signature": "x"})
    record = next(r for r in caplog.records if r.name == "calls.views.verified")
    assert vars(record)["expected_url"] == f"{settings.PUBLIC_BASE_URL}{VOICE}?x=1"
    assert settings.TWILIO_AUTH_TOKENS[0] not in str(vars(record))
    assert "+12025550199" not in str(vars(record))


def test_the_host_that_was_asked_for_does_not_matter(
    settings: Settings,
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    publish_line()
    assert post(VOICE, fields(), Host="internal:8000").status_code == 200


def publish_line() -> None:
    make_number(e164="+12025550100")
    publish()


def test_both_tokens_are_good_while_they_are_rotated(settings: Settings) -> None:
    publish_line()
    settings.TWILIO_AUTH_TOKENS = ["new", "old"]
    for token in ("new", "old"):
        params = fields()
        signed = sign(VOICE, params, token=token)
        assert post(VOICE, params, **{"X-Twilio-Signature": signed}).status_code == 200
    settings.TWILIO_AUTH_TOKENS = ["new"]
    params = fields()
    signed = sign(VOICE, params, token="old")
    assert post(VOICE, params, **{"X-Twilio-Signature": signed}).status_code == 403


def test_a_request_without_end_is_refused() -> None:
    assert post(VOICE, fields(Note="x" * 70_000)).status_code == 413


@pytest.mark.parametrize("length", ["abc", "-1", "²"])
def test_a_length_that_is_none_is_refused(length: str) -> None:
    request = RequestFactory().post(VOICE, data="a=1", content_type=FORM)
    request.META["CONTENT_LENGTH"] = length
    assert voice(request).status_code == 400


class Endless(BytesIO):
    """A body of unknown length, as it comes in chunks."""

    def read(self, size: int | None = -1) -> bytes:
        return b"x" * (size if size and size > 0 else 70_000)


class BrokenOff(BytesIO):
    def read(self, size: int | None = -1) -> bytes:
        raise OSError("the carrier hung up")


@pytest.mark.parametrize(
    ("body", "status"),
    [(Endless(), 413), (BytesIO(b"x" * 3_000_000), 413), (BrokenOff(), 400)],
)
def test_a_body_that_does_not_end_well_is_refused(body: BytesIO, status: int) -> None:
    environ = RequestFactory().post(VOICE, content_type=FORM).META
    request = WSGIRequest({**environ, "wsgi.input": body, "CONTENT_LENGTH": "0"})
    request._stream = body  # past Django's own limit
    assert voice(request).status_code == status


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data", "text/xml", ""])
def test_only_forms_are_read(kind: str) -> None:
    assert raw("CallSid=CA1", kind).status_code == 415


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (urlencode(fields()), f"{FORM}; charset=utf-16"),
        ("&".join(f"f{n}=1" for n in range(1200)), FORM),
        ("{", "application/json"),
        ("[]", "application/json"),
        (b"\xff\xfe", "application/json"),
    ],
)
def test_a_malformed_body_is_refused(body: str | bytes, kind: str) -> None:
    answer = raw(body, kind, **{"X-Twilio-Signature": "x"})
    assert answer.status_code == 400
    assert b"Traceback" not in answer.content


def test_a_signed_callback_without_its_fields_is_refused(
    caplog: pytest.LogCaptureFixture,
) -> None:
    answer = post(VOICE, {"From": "+12025550199"})
    assert answer.status_code == 400
    assert answer.content == b"missing or malformed: CallSid, AccountSid"
    assert not Callback.objects.exists()
    assert "+12025550199" not in str([vars(r) for r in caplog.records])


def test_a_json_callback_is_known_by_the_hash_of_its_body() -> None:
    publish_line()
    body = json.dumps({**fields(CallerName="\ud800"), "Extra": 7})
    path = f"{VOICE}?bodySHA256={hashlib.sha256(body.encode()).hexdigest()}"
    signature = sign_url(
        settings.PUBLIC_BASE_URL + path, settings.TWILIO_AUTH_TOKENS[0]
    )
    headers = {"X-Twilio-Signature": signature}
    kind = "application/json"
    good = Client().post(path, data=body, content_type=kind, headers=headers)
    assert good.status_code == 200
    changed = body.replace("0199", "0198")
    bad = Client().post(path, data=changed, content_type=kind, headers=headers)
    assert bad.status_code == 403
    assert Call.objects.get().caller == "+12025550199"


def test_no_cookie_is_needed() -> None:
    publish_line()
    params = fields()
    answer = Client(enforce_csrf_checks=True).post(
        VOICE,
        data=urlencode(params),
        content_type=FORM,
        headers={"X-Twilio-Signature": sign(VOICE, params)},
    )
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/xml")
    assert not answer.cookies

"""The voice provider's webhook over the wire: what is refused, and what is decided."""

import asyncio
import base64
import json
import time
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError
from django.test import AsyncClient

from calls.core.words import CallState, EngineState
from calls.driver.runtime import runtime
from calls.models import Call, Callback, EngineSession
from tests.calls.driver.sip_line import ringing, session_of, state_of
from tests.calls.voice_provider import (
    LIVE,
    PATH,
    Provider,
    event,
    post,
    sign,
    voice_provider,
)

pytestmark = pytest.mark.django_db(transaction=True)

OTHER_SECRET = "whsec_" + base64.b64encode(b"somebody else's secret").decode()


async def refused(body: bytes, headers: dict[str, str]) -> Any:
    """Nothing of it is stored, nobody is asked anything."""
    async with voice_provider() as provider:
        answer = await post(body, headers)
    assert provider.asked == []
    assert not await Callback.objects.aexists()
    assert len(answer.content) < 80
    return answer


# What is not from the provider, or cannot be read


async def test_a_forged_webhook_is_refused() -> None:
    _, body = event()
    headers = sign(body, secret=OTHER_SECRET)
    assert (await refused(body, headers)).status_code == 400


async def test_a_webhook_whose_body_was_changed_is_refused() -> None:
    _, body = event()
    headers = sign(body)
    assert (await refused(body.replace(b"rtc_", b"rtc-"), headers)).status_code == 400


@pytest.mark.parametrize("seconds", [-301, 301])
async def test_a_recorded_webhook_is_refused(seconds: int) -> None:
    _, body = event()
    headers = sign(body, at=time.time() + seconds)
    assert (await refused(body, headers)).status_code == 400


@pytest.mark.parametrize(
    "name", ["webhook-id", "webhook-timestamp", "webhook-signature"]
)
async def test_a_webhook_without_a_header_is_refused(name: str) -> None:
    _, body = event()
    headers = sign(body)
    del headers[name]
    assert (await refused(body, headers)).status_code == 400


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook-signature": "v1,né"},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "nonsense"},
        {"webhook-timestamp": "yesterday"},
        {"webhook-timestamp": "9" * 400},
    ],
)
async def test_nonsense_in_the_headers_is_refused(changed: dict[str, str]) -> None:
    _, body = event()
    assert (await refused(body, sign(body) | changed)).status_code == 400


def incoming(rest: str) -> bytes:
    return f'{{"type": "realtime.call.incoming", {rest}}}'.encode()


UNREADABLE = {
    "nothing": b"",
    "half an object": b"{",
    "a list": b"[]",
    "null": b"null",
    "no time": incoming('"data": {"call_id": "rtc_1"}'),
    "time in words": incoming('"created_at": "x", "data": {"call_id": "rtc_1"}'),
    "no time ever": incoming('"created_at": 1e999, "data": {"call_id": "rtc_1"}'),
    "no data": incoming('"created_at": 1'),
    "data is a list": incoming('"created_at": 1, "data": []'),
    "an id with a path": incoming('"created_at": 1, "data": {"call_id": "../x"}'),
    "cut off": event()[1][:-20],
    "not UTF-8": b"\xff\xfe" + event()[1],
    "UTF-16": event()[1].decode().encode("utf-16"),
    "UTF-32": event()[1].decode().encode("utf-32"),
    "a byte order mark": b"\xef\xbb\xbf" + event()[1],
    "too deep": b"[" * 60_000,
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=list(UNREADABLE))
async def test_a_signed_body_that_cannot_be_read_is_refused(body: bytes) -> None:
    assert (await refused(body, sign(body))).status_code == 400


async def test_a_body_larger_than_any_event_is_refused() -> None:
    _, body = event(("X-Long", "x" * 70_000))
    assert (await refused(body, sign(body))).status_code == 413


@pytest.mark.parametrize("method", ["get", "put", "delete"])
async def test_only_post_is_allowed(method: str) -> None:
    answer = await getattr(AsyncClient(), method)(PATH)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


async def test_without_a_secret_everything_is_refused(settings: Any) -> None:
    _, body = event()
    headers = sign(body)
    settings.OPENAI_WEBHOOK_SECRETS = []
    assert (await refused(body, headers)).status_code == 400


# What is acknowledged and left alone


async def acknowledged(body: bytes, headers: dict[str, str] | None = None) -> Provider:
    async with voice_provider() as provider:
        answer = await post(body, headers)
        assert (answer.status_code, answer.content) == (200, b"ok")
    return provider


async def test_an_event_of_another_kind_is_kept_and_acknowledged() -> None:
    body = json.dumps({"type": "response.completed", "created_at": 1}).encode()
    provider = await acknowledged(body)
    assert provider.asked == []
    stored = await Callback.objects.aget()
    assert stored.params == {"body": body.decode()}
    assert stored.endpoint == "openai"


async def test_a_stale_announcement_is_ignored() -> None:
    line, reference = await ringing()
    _, body = event(("X-Call-Ref", reference), age=61)
    assert (await acknowledged(body)).asked == []
    assert await state_of(line) == EngineState.EXPECTED


async def test_the_old_secret_is_good_while_secrets_are_rotated(settings: Any) -> None:
    settings.OPENAI_WEBHOOK_SECRETS = [*settings.OPENAI_WEBHOOK_SECRETS, OTHER_SECRET]
    line, reference = await ringing()
    _, body = event(("X-Call-Ref", reference))
    await acknowledged(body, sign(body, secret=OTHER_SECRET))
    assert await state_of(line) == EngineState.ACCEPTED


# Our calls


async def test_a_call_of_ours_is_accepted_with_the_agent_s_own_body() -> None:
    line, reference = await ringing()
    call, body = event(("From", "x"), ("x-call-ref", reference), ("Call-ID", "abc"))
    provider = await acknowledged(body)
    assert provider.asked == [("accept", call)]
    accepted = provider.bodies[0]
    assert accepted["model"] == "gpt-realtime-2.1"
    assert accepted["instructions"]
    assert {tool["name"] for tool in accepted["tools"]} > {"end_call"}
    session = await session_of(line)
    assert (session.state, session.engine, session.provider_call) == (
        EngineState.ACCEPTED,
        "realtime",
        call,
    )
    assert (session.sip_call_id, session.claims) == ("abc", 1)
    assert session.transcription_model == "gpt-live-transcribe"
    assert session.call.state == CallState.OFFERED


async def test_a_delivery_that_comes_again_decides_nothing_again() -> None:
    _, reference = await ringing()
    call, body = event(("X-Call-Ref", reference))
    headers = sign(body, id="wh_same")
    async with voice_provider() as provider:
        for _ in range(3):
            assert (await post(body, headers)).status_code == 200
        assert (await post(body)).status_code == 200  # under another id
    assert provider.asked == [("accept", call)]
    assert (await Callback.objects.aget(key="openai:wh_same")).repeats == 2


@pytest.mark.parametrize("first", [LIVE, "realtime.call.incoming"])
async def test_the_twin_of_another_engine_makes_no_second_decision(first: str) -> None:
    line, reference = await ringing()
    headers = ("X-Call-Ref", reference), ("Call-ID", "abc")
    call, ours = event(*headers)
    _, twin = event(*headers, type_=LIVE, call="live_1")
    async with voice_provider() as provider:
        for body in (twin, ours) if first == LIVE else (ours, twin):
            assert (await post(body)).status_code == 200
    assert provider.asked == [("accept", call)]
    assert (await session_of(line)).engine == "realtime"


async def test_deliveries_in_any_order_make_one_decision() -> None:
    """The second try of the announcement overtakes the first, and what is told of

    the same call besides overtakes both.
    """
    line, reference = await ringing()
    call, body = event(("X-Call-Ref", reference))
    ended = {"type": "realtime.call.ended", "created_at": 1, "data": {"call_id": call}}
    first_try = sign(body, id="wh_same", at=time.time() - 20)
    async with voice_provider() as provider:
        for told, headers in (
            (json.dumps(ended).encode(), None),
            (body, sign(body, id="wh_same")),
            (body, first_try),
        ):
            assert (await post(told, headers)).status_code == 200
    assert provider.asked == [("accept", call)]
    session = await session_of(line)
    assert (session.state, session.claims) == (EngineState.ACCEPTED, 1)


async def test_several_deliveries_at_once_make_one_decision() -> None:
    _, reference = await ringing()
    call, body = event(("X-Call-Ref", reference))
    async with voice_provider() as provider:
        answers = await asyncio.gather(*(post(body) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    assert provider.asked == [("accept", call)]


async def test_a_repeated_header_with_the_same_reference_is_ours() -> None:
    _, reference = await ringing()
    call, body = event(("X-Call-Ref", reference), ("X-CALL-REF", reference))
    assert (await acknowledged(body)).asked == [("accept", call)]


async def test_a_caller_who_left_while_it_rang_is_not_talked_to() -> None:
    line, reference = await ringing()
    await sync_to_async(line.hang_up)("canceled")
    _, body = event(("X-Call-Ref", reference))
    provider = await acknowledged(body)
    assert provider.asked == []
    assert await state_of(line) == EngineState.OVER


async def test_an_announcement_after_the_end_of_the_leg_comes_too_late() -> None:
    line, reference = await ringing()
    params = {"DialCallStatus": "no-answer", "CallStatus": "in-progress"}
    await sync_to_async(line.send)("sip-ended", **params)
    _, body = event(("X-Call-Ref", reference))
    assert (await acknowledged(body)).asked == []
    assert await state_of(line) == EngineState.FAILED


@pytest.mark.parametrize("odd", [None, "x", [7, None, {"name": "From"}, {"value": 1}]])
async def test_what_is_no_header_is_passed_over(odd: Any) -> None:
    _, reference = await ringing()
    ours = [{"name": "X-Call-Ref", "value": reference}]
    headers = [*odd, *ours] if isinstance(odd, list) else odd
    call, body = event(sip_headers=headers)
    provider = await acknowledged(body)
    verb = "accept" if isinstance(odd, list) else "reject"
    assert provider.asked == [(verb, call)]


# Something of ours breaks


class BrokenDatabase:
    def __init__(self, error: Exception) -> None:
        self.error = error

    async def run(self, *args: object, **kwargs: object) -> None:
        raise self.error

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("error", "status"),
    [(OperationalError("+12025550123"), 503), (ValueError("+12025550123"), 500)],
)
async def test_what_could_not_be_stored_is_delivered_again(
    error: Exception, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    _, body = event(("X-Call-Ref", "x"))
    async with voice_provider() as provider:
        runtime().admission.close()
        runtime().admission = BrokenDatabase(error)  # type: ignore[assignment]
        answer = await post(body)
    assert answer.status_code == status
    assert provider.asked == []
    assert b"+1202" not in answer.content
    assert "+1202" not in str([vars(record) for record in caplog.records])


# Strangers


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([], 404),
        ([("From", '"Ann" <sip:+12025550123@example.com>')], 404),
        ([("To", "<sip:proj_simulated@sip.api.openai.com>")], 404),
        ([("X-Call-Ref", "")], 603),
        ([("X-Call-Ref", "MQ.1xV6Be.forged")], 603),
        ([("X-Call-Ref", "\x00\ud800.é." + "x" * 500)], 603),
    ],
)
async def test_a_stranger_is_rejected(
    headers: list[tuple[str, str]], status: int
) -> None:
    await ringing()
    call, body = event(*headers)
    provider = await acknowledged(body)
    assert provider.asked == [("reject", call)]
    assert provider.bodies == [{"status_code": status}]
    assert await Call.objects.acount() == 1
    assert await Callback.objects.filter(endpoint="openai").acount() == 1


async def test_a_number_with_a_voice_webhook_cannot_be_reached_past_it() -> None:
    line, _ = await ringing()
    call, body = event(("To", f"<sip:{line.to}@sip.api.openai.com>"))
    assert (await acknowledged(body)).asked == [("reject", call)]


async def test_two_different_references_are_refused() -> None:
    line, reference = await ringing()
    call, body = event(("X-Call-Ref", reference), ("X-Call-Ref", "another"))
    assert (await acknowledged(body)).asked == [("reject", call)]
    assert await state_of(line) == EngineState.EXPECTED


async def test_a_reference_is_good_for_one_call() -> None:
    _, reference = await ringing()
    first, body = event(("X-Call-Ref", reference))
    second, replayed = event(("X-Call-Ref", reference))
    async with voice_provider() as provider:
        await post(body)
        await post(replayed)
    assert provider.asked == [("accept", first), ("reject", second)]


async def test_a_reference_expires() -> None:
    line, reference = await ringing()
    await EngineSession.objects.aupdate(
        reference_expires_at=(await session_of(line)).call.offered_at
    )
    call, body = event(("X-Call-Ref", reference))
    assert (await acknowledged(body)).asked == [("reject", call)]


async def test_a_stranger_who_is_gone_already_is_no_failure() -> None:
    call, body = event()
    async with voice_provider() as provider:
        provider.script["reject"] = [404]
        assert (await post(body)).status_code == 200
    assert provider.calls_for("reject") == [call]

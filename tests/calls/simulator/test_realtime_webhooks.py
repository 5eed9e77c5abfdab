"""The announcement of a SIP call: what it says, how it is signed and delivered."""

import time

import orjson
import pytest
from openai import InvalidWebhookSignatureError, OpenAI

from calls.simulator.realtime import announcer, call
from calls.simulator.realtime.standard_webhooks import sign
from tests.calls.simulator.realtime_product import (
    SECRET,
    RealtimeProduct,
    Talk,
    sip_world,
)

BODY = b'{"object":"event"}'


async def hang_up(talk: Talk) -> None:
    await talk.hang_up()


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announcer, "PAUSES_S", (0.01, 0.02, 0.04))


@pytest.fixture
def _undecided_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(call, "LEAST_UNDECIDED_S", 0.2)


@pytest.mark.parametrize("secret", [SECRET, "a plain secret"])
def test_the_clients_own_verification_agrees(secret: str) -> None:
    now = int(time.time())
    headers = {
        "webhook-id": "wh_1",
        "webhook-timestamp": str(now),
        "webhook-signature": sign(secret, "wh_1", now, BODY),
    }
    client = OpenAI(api_key="k")
    client.webhooks.verify_signature(BODY, headers, secret=secret)
    with pytest.raises(InvalidWebhookSignatureError):
        client.webhooks.verify_signature(BODY + b" ", headers, secret=secret)
    client.close()


async def test_a_call_is_announced_with_all_its_headers_in_order() -> None:
    product = RealtimeProduct(hang_up)
    async with sip_world(product) as w:
        record = await w.call(
            caller_name="DANA WHITFIELD", forwarded_from="+12025550177"
        )
    ((headers, _),) = product.deliveries
    assert headers["User-Agent"].startswith("OpenAI/1.0")
    assert headers["Content-Type"] == "application/json"
    assert headers["webhook-id"].startswith("wh_")
    (event,) = product.announced
    assert event["object"] == "event"
    assert event["data"]["call_id"] == record.voice_sessions[0].call_id
    assert event["data"]["sip_media_security"] == "srtp"
    pairs = [(h["name"], h["value"]) for h in event["data"]["sip_headers"]]
    names = [name for name, _ in pairs]
    assert names.index("From") < names.index("To") < names.index("Call-ID")
    assert names.count("Via") == 2
    given = dict(pairs)
    assert given["From"].startswith('"DANA WHITFIELD" <sip:+12025550120@')
    assert given["To"] == "<sip:proj_test@sip.api.openai.com;transport=tls>"
    assert given["Diversion"].startswith("<sip:+12025550177@")
    assert given["X-Call-Ref"] == "a+b"
    (ended,) = product.at("/twilio/sip-ended/")
    assert given["X-Twilio-CallSid"] == ended["DialCallSid"] != record.call_sid
    assert given["Call-ID"] == ended["DialSipCallId"]


async def test_a_withheld_caller_is_anonymous() -> None:
    product = RealtimeProduct(hang_up)
    async with sip_world(product) as w:
        await w.call(from_="anonymous")
    (event,) = product.announced
    given = {h["name"]: h["value"] for h in event["data"]["sip_headers"]}
    assert given["From"].startswith('"Anonymous" <sip:anonymous@anonymous.invalid>')
    assert given["Privacy"] == "id"


@pytest.mark.usefixtures("_impatient")
async def test_a_failed_delivery_is_tried_again_under_the_same_id() -> None:
    product = RealtimeProduct(hang_up)
    product.webhook_answers = [500, 302, 200]
    async with sip_world(product) as w:
        record = await w.call()
    assert record.voice_sessions[0].webhooks == [500, 302, 200]
    ids = {headers["webhook-id"] for headers, _ in product.deliveries}
    bodies = {body for _, body in product.deliveries}
    assert len(product.deliveries) == 3
    assert len(ids) == len(bodies) == 1
    assert record.violations == [
        "openai-webhook: /openai/webhook/ answered [500, 302, 200]"
    ]


@pytest.mark.usefixtures("_impatient", "_undecided_soon")
async def test_a_product_that_never_takes_it_is_given_up() -> None:
    product = RealtimeProduct(hang_up)
    product.webhook_answers = [400] * 9
    async with sip_world(product) as w:
        record = await w.call(undecided_s=1.0)
    assert record.voice_sessions[0].webhooks == [400] * 4
    (ended,) = product.at("/twilio/sip-ended/")
    assert ended["DialCallStatus"] == "failed"
    assert ended["DialSipResponseCode"] == "504"


async def test_a_duplicate_is_the_same_delivery() -> None:
    product = RealtimeProduct(hang_up)
    async with sip_world(product) as w:
        record = await w.call(duplicate_webhooks=1.0)
    first, second = product.deliveries
    assert first[0]["webhook-id"] == second[0]["webhook-id"]
    assert first[1] == second[1]
    assert record.ok


async def test_two_interfaces_announce_one_call_under_two_ids() -> None:
    product = RealtimeProduct(hang_up)
    async with sip_world(product) as w:
        record = await w.call(both_webhooks=True)
    by_type = {event["type"]: event["data"] for event in product.announced}
    assert set(by_type) == {"realtime.call.incoming", "live.transport.incoming"}
    live = by_type["live.transport.incoming"]
    assert live["session_id"].startswith("live_")
    assert live["type"] == "sip"
    assert live["sip_headers"] == by_type["realtime.call.incoming"]["sip_headers"]
    assert record.voice_sessions[0].decision == "accepted"


async def test_a_stale_announcement_is_old_but_freshly_signed() -> None:
    product = RealtimeProduct(hang_up)
    async with sip_world(product) as w:
        await w.call(webhook_age_s=300)
    (event,) = product.announced
    assert time.time() - event["created_at"] > 290


@pytest.mark.usefixtures("_undecided_soon")
async def test_a_missing_announcement_leaves_the_caller_ringing() -> None:
    product = RealtimeProduct(hang_up)
    async with sip_world(product) as w:
        record = await w.call(webhook_missing=True, undecided_s=1.0)
    assert product.deliveries == []
    assert record.voice_sessions[0].ended_by == "undecided"
    assert record.status == "no-answer"
    assert record.warnings == ["the voice model announced the call to nobody"]


@pytest.mark.usefixtures("_undecided_soon")
async def test_without_a_secret_nothing_is_announced() -> None:
    product = RealtimeProduct(hang_up)
    async with sip_world(product, openai_webhook_secret="") as w:
        record = await w.call(undecided_s=1.0)
    assert product.deliveries == []
    assert record.voice_sessions[0].sip_code == 504


async def test_an_event_cannot_be_read_without_the_secret() -> None:
    product = RealtimeProduct(hang_up)
    async with sip_world(product) as w:
        await w.call()
    ((headers, body),) = product.deliveries
    client = OpenAI(api_key="k", webhook_secret="whsec_YW5vdGhlcg==")
    with pytest.raises(InvalidWebhookSignatureError):
        client.webhooks.unwrap(body, headers)
    client.close()
    assert orjson.loads(body)["type"] == "realtime.call.incoming"

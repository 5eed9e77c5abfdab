"""The carrier's side of a call to the voice model: legs, redirects, trunks."""

from typing import Any

import pytest
from aiohttp import ClientSession, encode_basic_auth

from calls.simulator.carrier import Caller, Contact
from calls.simulator.carrier.sip import problems_of, read_address
from calls.simulator.twilio_api.usage import everything
from tests.calls.simulator.fake_product import TOKEN, relay_twiml, say
from tests.calls.simulator.realtime_product import (
    RealtimeProduct,
    SipWorld,
    Talk,
    dialled,
    sip_world,
)

ACCOUNT = "AC" + "1" * 32
GREETING = "Hello, this is the front desk."


async def hang_up(talk: Talk) -> None:
    await greet_once(talk)
    await talk.hang_up()


async def greet_once(talk: Talk) -> None:
    await talk.attach()
    await talk.say(GREETING)
    await talk.until("output_audio_buffer.stopped")


async def update(w: SipWorld, sid: str, **form: str) -> int:
    """The REST update of a call; gives the HTTP status."""
    url = f"{w.origin}/2010-04-01/Accounts/{ACCOUNT}/Calls/{sid}.json"
    headers = {"Authorization": encode_basic_auth(ACCOUNT, TOKEN)}
    async with (
        ClientSession() as session,
        session.post(url, data=form, headers=headers) as answer,
    ):
        return answer.status


# Addresses.


def test_an_address_is_taken_apart() -> None:
    address = read_address("sip:proj_1@sip.api.openai.com:5061;transport=tls?X-A=b%20c")
    assert (address.user, address.host) == ("proj_1", "sip.api.openai.com")
    assert address.headers == (("X-A", "b c"),)
    assert not address.encrypted
    assert address.uri == "sip:proj_1@sip.api.openai.com;transport=tls"
    assert problems_of(address) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("sip:p@sip.api.openai.com", "transport=tls is missing"),
        ("sip:p@sip.api.openai.com;transport=tls?Reason=x", "the header 'Reason'"),
        (f"sip:p@sip.api.openai.com;transport=tls?X-A={'a' * 1100}", "over 1024"),
    ],
)
def test_an_address_that_would_not_work_is_said(text: str, problem: str) -> None:
    (found,) = problems_of(read_address(text))
    assert problem in found


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("sip:proj_test@sip.api.openai.com", "503"),
        ("sip:proj_other@sip.api.openai.com;transport=tls", "404"),
    ],
)
async def test_a_wrong_address_reaches_nobody(address: str, code: str) -> None:
    product = RealtimeProduct(answers={"/twilio/voice/": dialled(address=address)})
    async with sip_world(product) as w:
        record = await w.call()
    (ended,) = product.at("/twilio/sip-ended/")
    assert ended["DialCallStatus"] == "failed"
    assert ended["DialSipResponseCode"] == code
    assert len(record.violations) == 1
    assert product.deliveries == []


# The leg.


async def test_the_caller_hears_ringing_until_the_model_answers() -> None:
    product = RealtimeProduct(hang_up)
    async with sip_world(product) as w:
        record = await w.call()
    states = [
        (p["CallStatus"], "ParentCallSid" in p) for p in product.at("/twilio/status/")
    ]
    assert states == [
        ("initiated", True),
        ("ringing", True),
        ("in-progress", True),
        ("completed", True),
        ("completed", False),
    ]
    (ended,) = product.at("/twilio/sip-ended/")
    assert ended["DialCallStatus"] == "completed"
    assert ended["DialSipResponseCode"] == "200"
    assert ended["DialBridged"] == "true"
    assert record.heard == f"[ringing] {GREETING}"
    assert not record.bridged
    assert record.outcome == "agent_ended"


async def test_the_dial_gives_up_before_anybody_decides(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("calls.simulator.carrier.model_leg.LEAST_RING_S", 0.2)
    product = RealtimeProduct(
        answers={"/twilio/voice/": dialled('timeout="5"')},
    )
    async with sip_world(product, speed=50.0) as w:
        record = await w.call(webhook_missing=True, undecided_s=600.0)
    (ended,) = product.at("/twilio/sip-ended/")
    assert ended["DialCallStatus"] == "no-answer"
    assert ended["DialSipResponseCode"] == "487"
    assert record.voice_sessions[0].ended_by == "carrier"


async def test_the_relay_takes_over_where_the_model_does_not() -> None:
    async def refuse(talk: Talk) -> None:
        await talk.client.realtime.calls.reject(talk.call_id)

    class Refusing(RealtimeProduct):
        async def decide(self, talk: Talk) -> None:
            await refuse(talk)

    product = Refusing(
        answers={"/twilio/sip-ended/": relay_twiml('welcomeGreeting="Hi."')},
    )

    async def caller(caller: Caller) -> None:
        await caller.sees("session_1")
        await caller.agent_done()
        caller.hang_up()

    async with sip_world(product) as w:
        record = await w.call(caller)
    assert record.heard == "[ringing] Hi."
    assert len(record.sessions) == 1


async def test_the_leg_can_be_found_and_ended_over_rest() -> None:
    async def ends_leg(talk: Talk) -> None:
        await greet_once(talk)
        (leg,) = [p for p in product.at("/twilio/status/") if "ParentCallSid" in p][:1]
        assert await update(w, leg["CallSid"], Status="completed") == 200
        await talk.until_closed()

    product = RealtimeProduct(ends_leg)
    async with sip_world(product) as w:
        record = await w.call()
    assert product.errors == []
    assert record.voice_sessions[0].ended_by == "carrier"


# Taking the caller out of the dial.


@pytest.mark.parametrize("late", [True, False])
async def test_a_redirect_ends_the_models_leg(late: bool) -> None:
    async def transfers(talk: Talk) -> None:
        await greet_once(talk)
        (call,) = product.at("/twilio/voice/")
        sid = call["CallSid"]
        assert await update(w, sid, Url="https://phoneops.test/next/") == 200
        await talk.until_closed()

    product = RealtimeProduct(transfers, answers={"/next/": say("Hold the line.")})
    async with sip_world(product) as w:
        record = await w.call(redirect_fires_action=late)
    assert product.errors == []
    assert record.heard.endswith("Hold the line.")
    assert product.talks[0].closed_with == 1000
    ended = product.at("/twilio/sip-ended/")
    assert [p["DialCallStatus"] for p in ended] == (["completed"] if late else [])


async def test_a_contact_can_take_over_from_the_model() -> None:
    async def transfers(talk: Talk) -> None:
        await greet_once(talk)
        (call,) = product.at("/twilio/voice/")
        twiml = "<Response><Dial>+12025550151</Dial></Response>"
        await update(w, call["CallSid"], Twiml=twiml)
        await talk.until_closed()

    product = RealtimeProduct(transfers)
    async with sip_world(product) as w:
        record = await w.call(contacts=(Contact(talk_s=2),))
    assert record.outcome == "handed_off"
    assert record.voice_sessions[0].ended_by == "carrier"


# Transfers asked for by the model's side.


async def refer(talk: Talk) -> None:
    await greet_once(talk)
    await talk.client.realtime.calls.refer(talk.call_id, target_uri="tel:+12025550151")
    await talk.until_closed()


async def test_a_refer_goes_where_the_dial_says() -> None:
    product = RealtimeProduct(
        refer,
        answers={
            "/twilio/voice/": dialled('referUrl="/refer/"'),
            "/refer/": say("Putting you through."),
        },
    )
    async with sip_world(product) as w:
        record = await w.call()
    (asked,) = product.at("/refer/")
    assert asked["ReferTransferTarget"] == "tel:+12025550151"
    assert record.heard.endswith("Putting you through.")
    assert record.voice_sessions[0].ended_by == "refer"
    assert product.at("/twilio/sip-ended/") == []


async def test_without_a_place_to_go_the_call_stays_up() -> None:
    async def caller(caller: Caller) -> None:
        await caller.agent_done()
        await caller.silence(0.3)
        caller.hang_up()

    product = RealtimeProduct(refer)
    async with sip_world(product) as w:
        record = await w.call(caller)
    assert record.warnings == ["REFER was refused: the <Dial> has no referUrl"]
    assert record.voice_sessions[0].ended_by == "carrier"
    assert record.voice_sessions[0].refers == ["tel:+12025550151"]


@pytest.mark.parametrize(
    ("target", "right"),
    [
        ("tel:+14155550123", True),
        ("sip:agent@example.com", True),
        ("+14155550123", False),
        ("https://example.com", False),
    ],
)
async def test_a_refer_needs_a_target(target: str, right: bool) -> None:
    async def refers(talk: Talk) -> None:
        await talk.attach()
        try:
            await talk.client.realtime.calls.refer(talk.call_id, target_uri=target)
            answers.append(True)
        except Exception as error:  # noqa: BLE001  looked at below
            answers.append("target_uri" not in str(error))
        await talk.hang_up()

    answers: list[bool] = []
    product = RealtimeProduct(refers)
    async with sip_world(product) as w:
        await w.call(refer_ignored=True)
    assert answers == [right]


async def test_a_refer_can_fail() -> None:
    async def refers(talk: Talk) -> None:
        calls: Any = talk.client.realtime.calls
        with pytest.raises(Exception, match="500"):
            await calls.refer(talk.call_id, target_uri="tel:+12025550151")
        await talk.hang_up()

    product = RealtimeProduct(refers)
    async with sip_world(product) as w:
        await w.call(refer_status=500)
    assert product.errors == []


# Trunks.


async def test_a_trunk_asks_nobody_and_is_not_to_be_found() -> None:
    async def looks(talk: Talk) -> None:
        await greet_once(talk)
        (found,) = product.announced
        headers = {h["name"]: h["value"] for h in found["data"]["sip_headers"]}
        assert await update(w, headers["X-Twilio-CallSid"], Status="completed") == 404
        await talk.hang_up()

    product = RealtimeProduct(looks)
    async with sip_world(product) as w:
        record = await w.call(trunk=True, to="+12025550103")
        used = everything(w.simulator.carrier, w.simulator.twilio.messages)
        billed = {one.category for one in used}
    assert billed == {"trunking-origination-local"}
    assert product.errors == []
    assert product.hooks == []
    assert record.heard == f"[ringing] {GREETING}"
    (found,) = product.announced
    headers = found["data"]["sip_headers"]
    assert "X-Call-Ref" not in {h["name"] for h in headers}
    naming = {"Diversion", "P-Called-Party-ID", "To"}
    named = [h["value"] for h in headers if h["name"] in naming]
    assert any("+12025550103" in value for value in named)


async def test_a_trunk_follows_a_refer_blindly() -> None:
    product = RealtimeProduct(refer)
    async with sip_world(product) as w:
        record = await w.call(trunk=True, contacts=(Contact(talk_s=2),))
    assert record.outcome == "handed_off"
    assert record.voice_sessions[0].ended_by == "refer"
    assert product.hooks == []


async def test_a_refer_that_is_ignored_leaves_the_caller_where_they_are() -> None:
    async def caller(caller: Caller) -> None:
        await caller.agent_done()
        await caller.silence(0.3)
        caller.hang_up()

    product = RealtimeProduct(refer)
    async with sip_world(product) as w:
        record = await w.call(caller, trunk=True, refer_ignored=True)
    assert record.outcome == "caller_hung_up"
    assert record.voice_sessions[0].refers == ["tel:+12025550151"]


@pytest.mark.parametrize("url", ["", "https://phoneops.test/disaster/"])
async def test_a_trunk_that_reaches_nobody_asks_for_the_disaster_document(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("calls.simulator.realtime.call.LEAST_UNDECIDED_S", 0.2)
    product = RealtimeProduct(answers={"/disaster/": say("Please call again.")})
    async with sip_world(product, fallback_url=url) as w:
        record = await w.call(trunk=True, webhook_missing=True, undecided_s=1.0)
    assert record.outcome == ("agent_ended" if url else "unreached")
    assert ("Please call again." in record.heard) is bool(url)


async def test_a_trunk_that_is_refused_does_not() -> None:
    class Refusing(RealtimeProduct):
        async def decide(self, talk: Talk) -> None:
            await talk.client.realtime.calls.reject(talk.call_id, status_code=486)

    product = Refusing()
    async with sip_world(product, fallback_url="https://phoneops.test/disaster/") as w:
        record = await w.call(trunk=True)
    assert record.outcome == "rejected"
    assert product.hooks == []

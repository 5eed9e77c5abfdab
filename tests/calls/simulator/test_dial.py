"""`<Dial>`: legs, whispers, acceptance, and what the action is told."""

import pytest

from calls.simulator.carrier import Caller, Contact
from calls.simulator.knobs import Knobs
from tests.calls.simulator.fake_product import FakeProduct, Params, say, world

WHISPER = """<Response><Gather numDigits="1" action="/twilio/whisper-answer/">
<Say>A caller wants an appointment. Press 1.</Say></Gather><Hangup/></Response>"""
DIAL = """<Response><Dial action="/twilio/dial-ended/" timeout="20" {dial}>
{nouns}</Dial></Response>"""
NUMBER = """<Number url="/twilio/whisper/" statusCallback="/twilio/status/"
 statusCallbackEvent="initiated ringing answered completed">{number}</Number>"""
FIRST, SECOND = "+12025550151", "+12025550152"


def accept(params: Params) -> str:
    pressed = params.get("Digits") == "1"
    return "<Response/>" if pressed else "<Response><Hangup/></Response>"


def dialling(nouns: str, dial: str = "", after: str = say("Done.")) -> FakeProduct:
    return FakeProduct(
        {
            "/twilio/voice/": DIAL.format(nouns=nouns, dial=dial),
            "/twilio/whisper/": WHISPER,
            "/twilio/whisper-answer/": accept,
            "/twilio/dial-ended/": after,
        }
    )


def number(of: str = FIRST) -> str:
    return NUMBER.format(number=of)


async def test_a_contact_who_presses_1_is_bridged() -> None:
    fake = dialling(number())
    async with world(fake) as w:
        record = await w.call()
    (ended,) = fake.at("/twilio/dial-ended/")
    (accepted,) = fake.at("/twilio/whisper-answer/")
    assert accepted["Digits"] == "1"
    assert accepted["ParentCallSid"] == record.call_sid
    assert ended["DialCallStatus"] == "completed"
    assert ended["DialBridged"] == "true"
    assert ended["DialCallSid"] == accepted["CallSid"]
    assert record.whispers == ["A caller wants an appointment. Press 1."]
    assert record.bridged
    assert record.outcome == "handed_off"
    assert record.heard.endswith("you are through to a person now. Done.")


async def test_the_leg_reports_its_progress_with_its_own_sid() -> None:
    fake = dialling(number())
    async with world(fake) as w:
        record = await w.call()
    legs = [p for p in fake.at("/twilio/status/") if "ParentCallSid" in p]
    assert [leg["CallStatus"] for leg in legs] == [
        "initiated",
        "ringing",
        "in-progress",
        "completed",
    ]
    assert [leg["SequenceNumber"] for leg in legs] == ["0", "1", "2", "3"]
    assert {leg["ParentCallSid"] for leg in legs} == {record.call_sid}
    assert len({leg["CallSid"] for leg in legs} | {record.call_sid}) == 2
    assert legs[-1]["SipResponseCode"] == "200"


@pytest.mark.parametrize(
    ("behaviour", "status"),
    [
        ("busy", "busy"),
        ("no_answer", "no-answer"),
        ("rejects", "busy"),
        ("fails", "failed"),
        ("own_voicemail", "completed"),
        ("declines", "completed"),
        ("hangs_up", "completed"),
    ],
)
async def test_a_contact_who_does_not_take_the_caller(
    behaviour: str, status: str
) -> None:
    fake = dialling(number())
    async with world(fake) as w:
        record = await w.call(contacts=(Contact(behaviour=behaviour),))
    (ended,) = fake.at("/twilio/dial-ended/")
    assert ended["DialCallStatus"] == status
    assert ended["DialBridged"] == "false"
    assert record.outcome == "agent_ended"
    assert not record.bridged


async def test_without_a_whisper_a_contacts_voicemail_gets_the_caller() -> None:
    fake = dialling(f"<Number>{FIRST}</Number>")
    async with world(fake) as w:
        record = await w.call(contacts=(Contact(behaviour="own_voicemail"),))
    assert record.bridged
    assert record.warnings == ["the caller was bridged to a contact's voicemail"]


async def test_sequential_nouns_ring_one_after_the_other() -> None:
    fake = dialling(number(FIRST) + number(SECOND), 'sequential="true"')
    async with world(fake) as w:
        record = await w.call(contacts=(Contact(behaviour="busy"), Contact()))
    rung = [p["To"] for p in fake.at("/twilio/status/") if p["CallStatus"] == "ringing"]
    assert rung == [FIRST, SECOND]
    assert record.bridged


async def test_the_first_to_answer_takes_the_call_from_the_others() -> None:
    fake = dialling(number(FIRST) + number(SECOND))
    slow, quick = Contact(ring_s=15), Contact(ring_s=1)
    async with world(fake) as w:
        record = await w.call(contacts_by_number={FIRST: slow, SECOND: quick})
    ends = {
        p["To"]: p["CallStatus"]
        for p in fake.at("/twilio/status/")
        if "ParentCallSid" in p and "CallDuration" in p
    }
    assert ends == {FIRST: "canceled", SECOND: "completed"}
    assert record.bridged


async def test_a_caller_who_hangs_up_while_it_rings_cancels_the_leg() -> None:
    async def caller(caller: Caller) -> None:
        await caller.hears("ringing")
        caller.hang_up()

    fake = dialling(number())
    async with world(fake, speed=5.0) as w:
        record = await w.call(caller)
    (ended,) = fake.at("/twilio/dial-ended/")
    assert ended["DialCallStatus"] == "canceled"
    assert ended["CallStatus"] == "completed"
    assert record.outcome == "caller_hung_up"


async def test_a_caller_may_hang_up_on_the_contact() -> None:
    async def caller(caller: Caller) -> None:
        await caller.sees("bridged")
        caller.hang_up()

    fake = dialling(number())
    async with world(fake) as w:
        record = await w.call(caller, contacts=(Contact(talk_s=500),))
    (ended,) = fake.at("/twilio/dial-ended/")
    assert ended["DialCallStatus"] == "completed"
    assert ended["DialBridged"] == "true"
    assert record.outcome == "handed_off"


async def test_the_star_ends_the_bridge_where_it_is_allowed_to() -> None:
    async def caller(caller: Caller) -> None:
        await caller.sees("bridged")
        await caller.press("*")

    fake = dialling(number(), 'hangupOnStar="true"')
    async with world(fake) as w:
        record = await w.call(caller, contacts=(Contact(talk_s=500),))
    assert record.heard.endswith("Done.")


async def test_answer_on_bridge_keeps_the_caller_ringing() -> None:
    fake = dialling(number(), 'answerOnBridge="true"')
    async with world(fake) as w:
        record = await w.call(contacts=(Contact(behaviour="busy"),))
    assert fake.at("/twilio/dial-ended/")[0]["CallStatus"] == "ringing"
    assert record.status == "completed"


async def test_a_strange_caller_id_fails_the_dial() -> None:
    fake = dialling(number(), 'callerId="anonymous"')
    async with world(fake) as w:
        record = await w.call()
    assert fake.at("/twilio/dial-ended/")[0]["DialCallStatus"] == "failed"
    assert record.violations == ["13214: <Dial callerId> may not be 'anonymous'"]


async def test_no_action_means_the_next_verb_also_after_a_conversation() -> None:
    twiml = f"<Response><Dial>{FIRST}</Dial><Say>Still here.</Say></Response>"
    async with world(FakeProduct({"/twilio/voice/": twiml})) as w:
        record = await w.call()
    assert record.bridged
    assert record.heard.endswith("Still here.")


async def test_openai_over_sip_is_not_reachable() -> None:
    sip = "<Sip>sip:proj_x@sip.api.openai.com;transport=tls?X-Call-Ref=1</Sip>"
    fake = dialling(sip)
    async with world(fake) as w:
        record = await w.call()
    (ended,) = fake.at("/twilio/dial-ended/")
    assert ended["DialCallStatus"] == "failed"
    assert ended["DialSipResponseCode"] == "503"
    assert record.ok


async def test_callbacks_can_arrive_in_any_order() -> None:
    fake = dialling(number())
    async with world(fake) as w:
        await w.call(knobs=Knobs(reorder_callbacks=True), seed=3)
    numbers = [p["SequenceNumber"] for p in fake.at("/twilio/status/")]
    assert sorted(numbers) == ["0", "0", "1", "2", "3"]
    assert [p["CallStatus"] for p in fake.at("/twilio/status/")] != [
        "initiated",
        "ringing",
        "in-progress",
        "completed",
        "completed",
    ]

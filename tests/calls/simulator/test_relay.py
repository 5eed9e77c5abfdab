"""ConversationRelay sessions, seen from the product's side of the socket."""

import re

import pytest
from aiohttp import WSCloseCode
from twilio.request_validator import (  # type: ignore[import-untyped]  # no stubs
    RequestValidator,
)

from calls.simulator.carrier import Caller
from calls.simulator.knobs import Knobs
from tests.calls.simulator.fake_product import (
    TOKEN,
    FakeProduct,
    Relay,
    relay_twiml,
    say,
    world,
)
from tests.calls.simulator.relay_products import (
    ANY_INPUT,
    INFO,
    LONG,
    answer_once_and_end,
    greet_and_wait,
    product,
)


async def test_setup_comes_first_with_the_callers_facts() -> None:
    twiml = """<Response><Connect><ConversationRelay url="wss://phoneops.test/twilio/relay/">
    <Parameter name="token" value="t-1"/></ConversationRelay></Connect></Response>"""
    fake = FakeProduct({"/twilio/voice/": twiml}, relay=greet_and_wait)

    async def caller(caller: Caller) -> None:
        await caller.agent_done()
        caller.hang_up()

    async with world(fake) as w:
        record = await w.call(caller, caller_name="DANA")
    setup = fake.relays[0].frames[0]
    assert re.fullmatch(r"VX[0-9a-f]{32}", setup.pop("sessionId"))
    assert setup == {
        "type": "setup",
        "accountSid": "AC" + "1" * 32,
        "parentCallSid": "",
        "callSid": record.call_sid,
        "from": "+12025550120",
        "to": "+12025550100",
        "forwardedFrom": "",
        "callType": "PSTN",
        "callerName": "DANA",
        "direction": "inbound",
        "callStatus": "RINGING",
        "customParameters": {"token": "t-1"},
    }


async def test_the_handshake_signs_the_literal_wss_url() -> None:
    async with world(product()) as w:
        await w.call(cap_s=0.2)
    expected = RequestValidator(TOKEN).compute_signature(
        "wss://phoneops.test/twilio/relay/", {}
    )
    assert w.product.relay_signatures == [expected]


async def test_an_ended_session_hands_its_data_to_the_action_verbatim() -> None:
    fake = product(
        INFO,
        relay=answer_once_and_end,
        answers={"/twilio/relay-ended/": say("Now dialling.")},
    )

    async def caller(caller: Caller) -> None:
        await caller.agent_done()
        await caller.say("A person, please.")

    async with world(fake) as w:
        record = await w.call(caller)
    (ended,) = fake.at("/twilio/relay-ended/")
    assert ended["SessionStatus"] == "ended"
    assert ended["HandoffData"] == '{"reason":"done"}'
    assert ended["CallStatus"] == "in-progress"
    assert "ErrorCode" not in ended
    assert record.heard.endswith("Now dialling.")
    assert record.sessions[0].status == "ended"


async def test_speech_that_is_still_queued_when_end_arrives_is_cut() -> None:
    async def relay(relay: Relay) -> None:
        await relay.next("setup")
        await relay.say(LONG)
        await relay.send("end")
        await relay.until_closed()

    async with world(product(relay=relay)) as w:
        record = await w.call()
    assert record.sessions[0].cut_by_end == len(LONG)
    assert "end cut" in record.warnings[0]


async def test_a_caller_who_hangs_up_completes_the_session() -> None:
    fake = product(relay=greet_and_wait, answers={"/twilio/relay-ended/": say("Hm?")})

    async def caller(caller: Caller) -> None:
        await caller.agent_done()
        caller.hang_up()

    async with world(fake) as w:
        record = await w.call(caller)
    (ended,) = fake.at("/twilio/relay-ended/")
    assert ended["SessionStatus"] == "completed"
    assert ended["CallStatus"] == "completed"
    assert fake.relays[0].socket.close_code == WSCloseCode.OK
    assert record.outcome == "caller_hung_up"
    assert record.heard == "How can I help?"
    assert record.ok


async def test_a_closed_socket_fails_the_session_and_the_action_decides() -> None:
    async def relay(relay: Relay) -> None:
        await relay.next("setup")
        if len(fake.relays) == 1:
            await relay.socket.close(code=1011)
        else:
            await greet_again(relay)

    async def greet_again(relay: Relay) -> None:
        await relay.say("I am back.")
        await relay.spoken()
        await relay.send("end")
        await relay.until_closed()

    fake = product(
        INFO, relay=relay, answers={"/twilio/relay-ended/": lambda p: again(p)}
    )

    def again(params: dict[str, str]) -> str:
        return relay_twiml(INFO) if params["SessionStatus"] == "failed" else say("Bye.")

    async with world(fake) as w:
        record = await w.call()
    first, second = fake.at("/twilio/relay-ended/")
    assert (first["ErrorCode"], first["ErrorMessage"]) == ("64105", "Websocket ended")
    assert first["CallStatus"] == "in-progress"
    assert first["SessionId"] != second["SessionId"]
    assert fake.relays[1].frames[0]["callStatus"] == "IN_PROGRESS"
    assert record.violations[0].startswith("64105: the product closed the socket")


async def test_a_refused_handshake_fails_with_64102() -> None:
    fake = product(
        handshake_status=403, answers={"/twilio/relay-ended/": say("One moment.")}
    )
    async with world(fake) as w:
        record = await w.call()
    (ended,) = fake.at("/twilio/relay-ended/")
    assert ended["SessionStatus"] == "failed"
    assert ended["ErrorCode"] == "64102"
    assert record.heard == "One moment."


async def test_a_drop_in_the_network_fails_the_session_without_blame() -> None:
    fake = product(
        relay=greet_and_wait, answers={"/twilio/relay-ended/": say("Sorry.")}
    )
    async with world(fake) as w:
        record = await w.call(knobs=Knobs(drop_at_frame=1))
    (ended,) = fake.at("/twilio/relay-ended/")
    assert ended["ErrorCode"] == "64105"
    assert fake.relays[0].socket.close_code == WSCloseCode.ABNORMAL_CLOSURE
    assert record.violations == []


async def test_the_greeting_is_spoken_by_the_carrier() -> None:
    async def caller(caller: Caller) -> None:
        await caller.agent_done()
        caller.hang_up()

    fake = product(f'welcomeGreeting="Front desk, good morning." {INFO}')
    async with world(fake) as w:
        record = await w.call(caller)
    assert record.heard == "Front desk, good morning."
    infos = [(f["name"], f["value"]) for f in fake.relays[0].frames[1:]]
    assert infos == [
        ("agentSpeaking", "on"),
        ("tokensPlayed", "Front desk,"),
        ("tokensPlayed", "good morning."),
        ("agentSpeaking", "off"),
    ]


async def test_barge_in_tells_what_was_heard_and_clears_the_queue() -> None:
    async def relay(relay: Relay) -> None:
        await relay.next("setup")
        await relay.say(LONG)
        await relay.say("A second cycle that nobody will hear.")
        await relay.until_closed()

    async def caller(caller: Caller) -> None:
        await caller.interrupt_after(4, "Stop.")
        caller.hang_up()

    fake = product(ANY_INPUT, relay=relay)
    async with world(fake, speed=20.0) as w:
        record = await w.call(caller)
    _, interrupt, prompt = fake.relays[0].frames
    heard = interrupt["utteranceUntilInterrupt"]
    assert LONG.startswith(heard)
    assert heard.split() == LONG.split()[: len(heard.split())]
    assert len(heard.split()) >= 4
    characters = interrupt["durationUntilInterruptMs"] / 1000 * 15
    assert len(heard) <= characters + 1
    assert prompt == {
        "type": "prompt",
        "voicePrompt": "Stop.",
        "lang": "en-US",
        "last": True,
    }
    assert "second cycle" not in record.heard
    assert record.sessions[0].interrupts == 1


async def test_speech_goes_on_after_a_barge_in_over_a_slow_network() -> None:
    async def relay(relay: Relay) -> None:
        await relay.next("setup")
        for word in LONG.split():
            await relay.send("text", token=word + " ")
        while await relay.next("interrupt"):
            await relay.send("text", token="late")
            if relay.frames[-1]["utteranceUntilInterrupt"] in {"", "late"}:
                break
        await relay.send("text", token="", last=True)
        await relay.next("prompt")
        for word in ("At ", "your ", "service."):
            await relay.send("text", token=word)
        await relay.send("text", token="", last=True)
        await relay.until_closed()

    async def caller(caller: Caller) -> None:
        await caller.interrupt_after(2, "Wait, I want to know something else entirely.")
        await caller.hears("service")
        caller.hang_up()

    fake = product(f"{ANY_INPUT} {INFO}", relay=relay)
    async with world(fake, speed=20.0) as w:
        record = await w.call(caller, knobs=Knobs(latency_ms=20))
    assert record.outcome == "caller_hung_up"
    assert record.heard.endswith("At your service.")


async def test_late_tokens_of_an_open_cycle_are_spoken_and_counted() -> None:
    async def relay(relay: Relay) -> None:
        await relay.next("setup")
        await relay.send("text", token=LONG)
        await relay.next("prompt")
        await relay.send("text", token="and stale.", last=True)
        await relay.until_closed()

    async def caller(caller: Caller) -> None:
        await caller.interrupt_after(2, "Wait.")
        await caller.hears("stale")
        caller.hang_up()

    async with world(product(ANY_INPUT, relay=relay), speed=20.0) as w:
        record = await w.call(caller)
    assert record.sessions[0].late_frames == 1
    assert record.heard.endswith("and stale.")


async def test_an_empty_last_token_closes_the_aborted_cycle() -> None:
    async def relay(relay: Relay) -> None:
        await relay.next("setup")
        await relay.send("text", token=LONG)
        await relay.next("interrupt")
        await relay.send("text", token="", last=True)
        await relay.next("prompt")
        await relay.say("A new answer.")
        await relay.until_closed()

    async def caller(caller: Caller) -> None:
        await caller.interrupt_after(2, "Wait.")
        await caller.agent_done()
        caller.hang_up()

    async with world(product(ANY_INPUT, relay=relay), speed=20.0) as w:
        record = await w.call(caller)
    assert record.sessions[0].late_frames == 0
    assert record.heard.endswith("A new answer.")


async def test_a_bad_message_is_answered_and_the_session_goes_on() -> None:
    async def relay(relay: Relay) -> None:
        await relay.next("setup")
        await relay.send("text", tokn="Hello")
        error = await relay.next("error")
        assert error["description"] == (
            'Invalid message received: {"type":"text","tokn":"Hello"}'
        )
        await relay.say("Hello.")
        await relay.until_closed()

    async def caller(caller: Caller) -> None:
        await caller.agent_done()
        caller.hang_up()

    async with world(product(relay=relay)) as w:
        record = await w.call(caller)
    assert record.heard == "Hello."
    assert record.violations[0].startswith("64107: text has no field 'tokn'")


async def test_the_tenth_bad_message_in_a_row_closes_the_socket() -> None:
    async def relay(relay: Relay) -> None:
        await relay.next("setup")
        for _ in range(9):
            await relay.send("hello")
        await relay.say("Good again.")
        for _ in range(10):
            await relay.send("hello")
        await relay.until_closed()

    fake = product(relay=relay)
    async with world(fake) as w:
        record = await w.call()
    (ended,) = fake.at("/twilio/relay-ended/")
    assert ended["ErrorCode"] == "64105"
    assert fake.relays[0].socket.close_code == WSCloseCode.INVALID_TEXT
    assert len(record.violations) == 19


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ('voice=""', "64101"),
        ('interruptible="sometimes"', "64101"),
        ('eotThreshold="0.2"', "64101"),
        ('ttsProvider="Google" voice="Joanna-Neural"', "64106"),
        ('ttsProvider="Google" voice="en-US-Journey-O" language="es-ES"', "64106"),
        ('language="multi" ttsProvider="Amazon"', "64106"),
        ('transcriptionLanguage="multi" transcriptionProvider="Google"', "64106"),
        ('transcriptionLanguage="multi" speechModel="flux"', "64106"),
        ('transcriptionProvider="Google" speechModel="flux"', "64106"),
    ],
)
async def test_unusable_attributes_fail_the_session(attributes: str, code: str) -> None:
    fake = product(attributes, answers={"/twilio/relay-ended/": say("Sorry.")})
    async with world(fake) as w:
        record = await w.call()
    (ended,) = fake.at("/twilio/relay-ended/")
    assert (ended["SessionStatus"], ended["ErrorCode"]) == ("failed", code)
    assert any(violation.startswith(code) for violation in record.violations)
    assert record.heard == "Sorry."


async def test_a_plain_ws_url_fails_with_64101() -> None:
    twiml = relay_twiml().replace("wss://", "ws://")
    fake = FakeProduct({"/twilio/voice/": twiml})
    async with world(fake) as w:
        record = await w.call()
    assert record.sessions[0].error_code == "64101"
    assert "must be a wss:// URL" in " ".join(record.violations)
    assert fake.relays == []


async def test_an_unknown_attribute_is_a_violation_though_the_call_goes_on() -> None:
    async def caller(caller: Caller) -> None:
        await caller.agent_done()
        caller.hang_up()

    fake = product('welcomeGreetingLanguage="en-US"', relay=greet_and_wait)
    async with world(fake) as w:
        record = await w.call(caller)
    assert record.violations == [
        "12200: <ConversationRelay> has no attribute 'welcomeGreetingLanguage'"
    ]
    assert record.heard == "How can I help?"


async def test_debugging_tells_the_round_trip() -> None:
    async def caller(caller: Caller) -> None:
        await caller.agent_done()
        await caller.say("Goodbye.")

    fake = product('debug="debugging speaker-events"', relay=answer_once_and_end)
    async with world(fake) as w:
        await w.call(caller)
    delays = [
        int(frame["value"])
        for frame in fake.relays[0].frames
        if frame.get("name") == "roundTripDelayMs"
    ]
    assert len(delays) == 1
    assert delays[0] < 2000


async def test_media_and_digits_queue_and_are_heard() -> None:
    async def relay(relay: Relay) -> None:
        await relay.next("setup")
        await relay.send("play", source="https://phoneops.test/beep.mp3")
        await relay.send("sendDigits", digits="12#")
        await relay.say("Done.", interruptible=False)
        await relay.until_closed()

    async def caller(caller: Caller) -> None:
        await caller.hears("Done")
        caller.hang_up()

    async with world(product(relay=relay)) as w:
        record = await w.call(caller)
    assert record.heard == ("[plays https://phoneops.test/beep.mp3] [dials 12#] Done.")


async def test_a_connect_without_an_action_goes_on_with_the_next_verb() -> None:
    twiml = relay_twiml().replace(' action="/twilio/relay-ended/"', "")
    twiml = twiml.replace("</Response>", "<Say>Behind.</Say></Response>")

    async def relay(relay: Relay) -> None:
        await relay.next("setup")
        await relay.send("end")
        await relay.until_closed()

    async with world(FakeProduct({"/twilio/voice/": twiml}, relay=relay)) as w:
        record = await w.call()
    assert record.heard == "Behind."


async def test_a_slow_reader_still_gets_everything() -> None:
    async def relay(relay: Relay) -> None:
        await relay.next("setup")
        for word in LONG.split():
            await relay.send("text", token=word + " ")
        await relay.send("text", token="", last=True)
        await relay.until_closed()

    async def caller(caller: Caller) -> None:
        await caller.hears("and so on")
        caller.hang_up()

    async with world(product(relay=relay)) as w:
        record = await w.call(caller, knobs=Knobs(slow_reader_ms=5))
    assert LONG in record.heard


async def test_the_carrier_may_add_things_nobody_knows() -> None:
    async with world(product()) as w:
        await w.call(knobs=Knobs(unknown_additions=True), cap_s=0.2)
    assert w.product.at("/twilio/voice/")[0]["NetworkMoodIndex"] == "7"
    setup, sentiment = w.product.relays[0].frames[:2]
    assert setup["carrierNote"] == "added without notice"
    assert sentiment["type"] == "sentiment"


async def test_every_frame_can_be_watched_with_its_time() -> None:
    seen: list[tuple[float, str]] = []

    async def caller(caller: Caller) -> None:
        await caller.agent_done()
        caller.hang_up()

    async with world(product(relay=greet_and_wait)) as w:
        await w.call(caller, on_frame=lambda at, f: seen.append((at, f["token"])))
    assert [token for _, token in seen] == ["How can I help?"]


async def test_a_talk_cycle_that_is_never_closed_is_warned_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("calls.simulator.carrier.relay_speaker.PATIENCE_S", 0.1)

    async def relay(relay: Relay) -> None:
        await relay.next("setup")
        await relay.send("text", token="Never finished")
        await relay.until_closed()

    async def caller(caller: Caller) -> None:
        await caller.agent_done()
        caller.hang_up()

    async with world(product(relay=relay)) as w:
        record = await w.call(caller)
    assert record.heard == "Never finished"
    assert record.warnings == ["a talk cycle was left open: no token had last=true"]

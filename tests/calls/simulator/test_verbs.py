"""Gather, Record, Reject, Enqueue, Start and the rest."""

from functools import partial

from calls.simulator.carrier import Caller
from tests.calls.simulator.fake_product import FakeProduct, Params, say, world


def voice(twiml: str, **answers: str) -> FakeProduct:
    paths = {f"/{name.replace('_', '-')}/": twiml for name, twiml in answers.items()}
    return FakeProduct({"/twilio/voice/": f"<Response>{twiml}</Response>", **paths})


async def test_gathered_digits_reach_the_action() -> None:
    async def caller(caller: Caller) -> None:
        await caller.hears("Enter your number")
        await caller.press("4711#")

    fake = voice(
        '<Gather action="/digits/"><Say>Enter your number.</Say></Gather>',
        digits=say("Thank you."),
    )
    async with world(fake) as w:
        record = await w.call(caller)
    (gathered,) = fake.at("/digits/")
    assert gathered["Digits"] == "4711"
    assert gathered["FinishedOnKey"] == "#"
    assert record.heard == "Enter your number. Thank you."


async def test_without_input_the_verb_after_gather_runs() -> None:
    fake = voice('<Gather action="/digits/" timeout="1"/><Say>Too slow.</Say>')
    async with world(fake) as w:
        record = await w.call()
    assert fake.at("/digits/") == []
    assert record.heard == "Too slow."


async def test_a_voicemail_reaches_the_action_and_the_callback() -> None:
    async def caller(caller: Caller) -> None:
        await caller.sees("beep")
        await caller.say("This is Dana, please call me back.")

    fake = voice(
        '<Say>Leave a message.</Say><Record action="/recorded/" maxLength="60"'
        ' recordingStatusCallback="/recording/"'
        ' recordingStatusCallbackEvent="in-progress completed absent"/>',
        recorded=say("Thank you."),
    )
    async with world(fake) as w:
        record = await w.call(caller)
    (recorded,) = fake.at("/recorded/")
    assert recorded["Digits"] == ""
    assert recorded["RecordingUrl"].endswith(recorded["RecordingSid"])
    assert int(recorded["RecordingDuration"]) >= 1
    events = [p["RecordingStatus"] for p in fake.at("/recording/")]
    assert events == ["in-progress", "completed"]
    assert record.outcome == "voicemail"
    assert record.voicemails == 1


async def test_a_caller_who_hangs_up_after_the_message_shows_as_hangup() -> None:
    async def caller(caller: Caller) -> None:
        await caller.sees("beep")
        await caller.say("Call me.")
        caller.hang_up()

    fake = voice('<Record action="/recorded/"/>', recorded=say("Unheard."))
    async with world(fake) as w:
        record = await w.call(caller)
    (recorded,) = fake.at("/recorded/")
    assert recorded["Digits"] == "hangup"
    assert recorded["CallStatus"] == "completed"
    assert record.outcome == "voicemail"
    assert "Unheard" not in record.heard


async def test_when_nothing_is_recorded_the_next_verb_runs() -> None:
    fake = voice(
        '<Record action="/recorded/" recordingStatusCallback="/recording/"'
        ' recordingStatusCallbackEvent="absent" timeout="1"/><Say>Goodbye.</Say>'
    )
    async with world(fake) as w:
        record = await w.call()
    assert fake.at("/recorded/") == []
    assert fake.at("/recording/")[0]["RecordingStatus"] == "absent"
    assert record.heard == "[beep] Goodbye."


async def test_a_key_finishes_the_recording() -> None:
    async def caller(caller: Caller) -> None:
        await caller.sees("beep")
        await caller.say("Call me.")
        await caller.press("#")

    fake = voice('<Record action="/recorded/" timeout="600"/>', recorded=say("Ok."))
    async with world(fake) as w:
        await w.call(caller)
    assert fake.at("/recorded/")[0]["Digits"] == "#"


async def test_record_without_action_asks_for_the_same_document_until_stopped() -> None:
    async def caller(caller: Caller) -> None:
        for beeps in range(1, 4):
            await caller.ear.until(partial(_beeped, caller, beeps))
            await caller.say("Hello?")
            await caller.press("1")

    def _beeped(caller: Caller, times: int) -> bool:
        return [heard.text for heard in caller.ear.heard].count("[beep]") == times

    fake = voice("<Record/>")
    async with world(fake) as w:
        record = await w.call(caller)
    assert len(fake.at("/twilio/voice/")) == 3
    assert record.violations == [
        "record-loop: <Record> without action asks again and again"
    ]


async def test_a_background_recording_is_reported_when_the_call_is_over() -> None:
    fake = voice(
        '<Start><Recording channels="dual" recordingStatusCallback="/recording/"/>'
        "</Start><Say>Hello.</Say>"
    )
    async with world(fake) as w:
        await w.call()
    (recorded,) = fake.at("/recording/")
    assert recorded["RecordingStatus"] == "completed"
    assert recorded["RecordingChannels"] == "2"
    assert recorded["RecordingSource"] == "StartCallRecordingTwiML"


async def test_a_rejected_call_is_never_answered() -> None:
    for reason, status in (("busy", "busy"), ("rejected", "no-answer")):
        fake = voice(f'<Reject reason="{reason}"/>')
        async with world(fake) as w:
            record = await w.call()
        assert record.outcome == "rejected"
        assert fake.at("/twilio/status/")[0]["CallStatus"] == status
        assert fake.at("/twilio/status/")[0]["CallDuration"] == "0"


async def test_a_queue_hands_the_caller_on() -> None:
    fake = voice(
        '<Enqueue action="/queued/">support</Enqueue>', queued=say("Good talk.")
    )
    async with world(fake) as w:
        record = await w.call()
    assert fake.at("/queued/")[0]["QueueResult"] == "bridged"
    assert record.heard == "[waits in queue support] Good talk."


async def test_keys_cut_a_prompt_and_enough_of_them_end_a_gather() -> None:
    async def caller(caller: Caller) -> None:
        await caller.ear.until(lambda: caller.ear.speaking)
        await caller.press("123")

    prompt = "A very long prompt that nobody wants to hear to its end. " * 5
    fake = voice(
        f'<Gather action="/digits/" numDigits="3"><Say>{prompt}</Say></Gather>',
        digits=say("Thank you."),
    )
    async with world(fake) as w:
        record = await w.call(caller)
    assert fake.at("/digits/")[0]["Digits"] == "123"
    assert record.heard == "Thank you."


async def test_an_empty_gather_may_ask_for_its_action() -> None:
    fake = voice(
        '<Gather action="/digits/" actionOnEmptyResult="true" timeout="1"/>',
        digits=say("Nothing came."),
    )
    async with world(fake) as w:
        record = await w.call()
    assert record.heard == "Nothing came."


async def test_speech_can_be_gathered() -> None:
    async def caller(caller: Caller) -> None:
        await caller.hears("Say something")
        await caller.say("Blue.")

    fake = voice(
        '<Gather input="speech" action="/spoken/"><Say>Say something.</Say></Gather>',
        spoken=say("I see."),
    )
    async with world(fake) as w:
        await w.call(caller)
    assert fake.at("/spoken/")[0]["SpeechResult"] == "Blue."


async def test_media_is_played_and_its_absence_pointed_out() -> None:
    fake = voice("<Play>/music.mp3</Play><Play/><Play digits='12'/><Say></Say>")
    async with world(fake) as w:
        record = await w.call()
    assert record.heard == "[plays /music.mp3]"
    assert record.violations == [
        "13420: <Play> without a URL",
        "13520: <Say> without text",
    ]


async def test_reject_comes_too_late_on_an_answered_call() -> None:
    async with world(voice("<Say>Hello.</Say><Reject/>")) as w:
        record = await w.call()
    assert record.violations == ["12200: <Reject> after the call was answered"]
    assert record.outcome == "agent_ended"


async def test_an_endless_redirect_is_stopped() -> None:
    def again(params: Params) -> str:
        return "<Response><Redirect>/twilio/voice/</Redirect></Response>"

    async with world(FakeProduct({"/twilio/voice/": again})) as w:
        record = await w.call()
    assert record.violations == ["loop: more than 60 documents in one call"]


async def test_a_caller_without_an_answer_gives_up() -> None:
    async def caller(caller: Caller) -> None:
        await caller.hears("a miracle", within=0.1)

    fake = voice('<Pause length="600"/>')
    async with world(fake) as w:
        record = await w.call(caller)
    assert record.outcome == "gave_up"
    assert record.warnings == ["the caller did not hear 'a miracle'"]


async def test_every_call_ends_by_itself_at_the_cap() -> None:
    fake = voice('<Pause length="600"/>')
    async with world(fake, speed=1.0) as w:
        record = await w.call(cap_s=0.1)
    assert record.outcome == "timed_out"

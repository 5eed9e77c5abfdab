"""The grammar of TwiML."""

import pytest
from twilio.twiml.voice_response import (  # type: ignore[import-untyped]  # no stubs
    Connect,
    Dial,
    Gather,
    VoiceResponse,
)

from calls.simulator.twiml.document import BadDocument, parse

URL = "https://phoneops.test/twilio/voice/"


def problems(xml: str) -> list[str]:
    return [p.text for p in parse(f"<Response>{xml}</Response>", URL).problems]


def test_what_the_library_renders_is_accepted() -> None:
    response = VoiceResponse()
    connect = Connect(action="/twilio/relay-ended/")
    relay = connect.conversation_relay(
        url="wss://phoneops.test/twilio/relay/",
        welcome_greeting="Hi & hello",
        language="en-US",
        tts_provider="ElevenLabs",
        voice="UgBBYS2sOqTuMpoF3BR0",
        transcription_provider="Deepgram",
        speech_model="nova-3-general",
        interruptible="any",
        report_input_during_agent_speech="any",
        dtmf_detection=True,
        partial_prompts=True,
        speechTimeout="auto",
        events="speaker-events tokens-played",
        debug="debugging",
    )
    relay.language(code="es-US", tts_provider="Amazon", voice="Lupe-Neural")
    relay.parameter(name="token", value="abc")
    gather = Gather(num_digits=1, action="/x/")
    gather.say("Press 1", language="en-US", voice="Polly.Joanna")
    dial = Dial(
        action="/y/", timeout=20, answer_on_bridge=True, caller_id="+12025550100"
    )
    dial.number("+12025550151", url="/w/", status_callback_event="initiated completed")
    dial.sip("sip:front@pbx.example?X-Call=1")
    for verb in (gather, dial, connect):
        response.append(verb)
    response.record(action="/z/", max_length=60, play_beep=True)
    document = parse(str(response), URL)
    assert document.problems == ()
    assert [verb.name for verb in document.verbs] == [
        "Gather",
        "Dial",
        "Connect",
        "Record",
    ]


@pytest.mark.parametrize(
    ("xml", "complaint"),
    [
        ('<Connect bogus="1"/>', "<Connect> has no attribute 'bogus'"),
        ("<Shout>Hello</Shout>", "<Shout> is not allowed in <Response>"),
        ("<Say><Play/></Say><Dial><Say/></Dial>", "<Say> is not allowed in <Dial>"),
        ('<Dial timeout="abc">+12025550151</Dial>', "must be a whole number from 5"),
        ('<Dial action="">+12025550151</Dial>', "is empty: leave it out"),
        ("<Dial>12345</Dial>", "must hold a number in E.164 form, not '12345'"),
        ("<Dial><Sip>front@pbx</Sip></Dial>", "must hold a SIP URI"),
        ('<Record recordingStatusCallbackEvent="done"/>', "must be a space-separated"),
        ("<Hangup>now</Hangup>", "<Hangup> holds text: 'now'"),
        ("<Enqueue></Enqueue>", "must hold a queue name"),
        ("<Redirect>ftp://x/</Redirect>", "must hold a relative or absolute http(s)"),
        ("<Connect><ConversationRelay/></Connect>", "needs the attribute 'url'"),
        (
            '<Connect><ConversationRelay url="wss://h/"><Language/>'
            "</ConversationRelay></Connect>",
            "<Language> needs the attribute 'code'",
        ),
        (
            '<Connect><ConversationRelay url="wss://h/" interruptByDtmf="true"/>'
            "</Connect>",
            "<ConversationRelay> has no attribute 'interruptByDtmf'",
        ),
    ],
)
def test_what_the_schema_does_not_have(xml: str, complaint: str) -> None:
    assert complaint in " | ".join(problems(xml))


@pytest.mark.parametrize(
    "xml",
    [
        '<Gather finishOnKey=""/>',
        "<Say>With <break/>a <emphasis>pause</emphasis>.</Say>",
        '<Connect><ConversationRelay url="wss://h/"><Parameter name="a" value=""/>'
        "</ConversationRelay></Connect>",
    ],
)
def test_what_may_look_odd_and_is_right(xml: str) -> None:
    assert problems(xml) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "12100"),
        ("<Response>", "12100"),
        ('<!DOCTYPE r [<!ENTITY a "b">]><Response>&a;</Response>', "12100"),
        ("<response/>", "12102"),
    ],
)
def test_what_cannot_be_run(text: str, code: str) -> None:
    with pytest.raises(BadDocument) as refused:
        parse(text, URL)
    assert refused.value.code == code

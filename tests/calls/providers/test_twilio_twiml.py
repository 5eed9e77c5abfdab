"""Every instruction as TwiML, held against our attribute table and the simulator's

grammar, which was written independently of it.
"""

from collections.abc import Sequence
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from calls.core.instructions import (
    AskContact,
    ConnectAgent,
    HangUp,
    Instruction,
    Nothing,
    RejectCall,
    RingContact,
    Spoken,
    TakeVoicemail,
)
from calls.errors import Unrenderable
from calls.providers.twilio.twiml import Place, render
from calls.simulator.twiml.document import parse
from routing.core.attribute_table import LANGUAGE_ELEMENT, PROFILE_ATTRIBUTES
from routing.core.phrases import ENGLISH
from routing.core.relay_attributes import check_attributes, missing_attributes
from routing.core.ruleset import Language, LanguageProfile

PLACE = Place("https://phones.example.com", "wss://phones.example.com/twilio/relay/")
VOICEMAIL = TakeVoicemail((Spoken("Speak.", "en-US"),), Spoken("Thanks.", "en-US"))
VALUES = {"speechTimeout": "auto", "events": "speaker-events tokens-played"}
BEHAVIOUR = {
    a.name: VALUES.get(a.name) or (a.allowed[0] if a.allowed else "true")
    for a in PROFILE_ATTRIBUTES
    if a.always
}
EN = Language(
    "en-US",
    "Deepgram",
    "nova-3-general",
    "Google",
    "en-US-Chirp3-HD-Aoede",
    "Hello & welcome.",
    "PhoneOps",
    ENGLISH,
)
ES = replace(EN, code="es-US", voice="es-US-Chirp3-HD-Aoede", greeting="", hints="")
FLUX = replace(EN, speech_model="flux")
MULTI = replace(EN, code="multi", tts_provider="ElevenLabs", voice="A" * 20)
THRESHOLDS = {**BEHAVIOUR, "eotThreshold": "0.8", "eagerEotThreshold": "0.5"}


def profile(*languages: Language, **attributes: str) -> LanguageProfile:
    return LanguageProfile("1", "Desk", languages, {**BEHAVIOUR, **attributes})


PROFILES = [
    profile(EN),
    profile(EN, ES),
    profile(FLUX, ES, **THRESHOLDS),
    profile(EN, replace(ES, speech_model="flux"), **THRESHOLDS),
    profile(MULTI, EN),
    profile(replace(EN, tts_provider="Amazon", voice="Joanna-Neural")),
    profile(EN, intelligenceService="", speechTimeout="900"),
]


def connect(wanted: LanguageProfile, **fields: object) -> ConnectAgent:
    entry = ConnectAgent(wanted, wanted.languages[0].code, "t" * 64, 1, True, VOICEMAIL)
    return replace(entry, **fields)  # type: ignore[arg-type]  # by name


def read(instruction: Instruction) -> ElementTree.Element:
    return ElementTree.fromstring(render(instruction, PLACE))


def relay(instruction: ConnectAgent) -> ElementTree.Element:
    found = read(instruction).find("Connect/ConversationRelay")
    assert found is not None
    return found


@pytest.mark.parametrize("wanted", PROFILES)
def test_every_profile_writes_out_all_that_shapes_a_call(
    wanted: LanguageProfile,
) -> None:
    written = relay(connect(wanted))
    assert check_attributes(written.attrib) == []
    assert missing_attributes(written.attrib) == []
    for language in written.findall("Language"):
        assert check_attributes(language.attrib, LANGUAGE_ELEMENT) == []
        assert missing_attributes(language.attrib, LANGUAGE_ELEMENT) == []


@pytest.mark.parametrize("wanted", PROFILES)
@pytest.mark.parametrize("greet", [True, False])
def test_no_attribute_is_ever_empty(wanted: LanguageProfile, greet: bool) -> None:
    text = render(connect(wanted, greet=greet), PLACE)
    for element in ElementTree.fromstring(text).iter():
        assert all(value.strip() for value in element.attrib.values())
    assert parse(text, PLACE.base_url).problems == ()


def test_the_conversation_is_connected_where_the_handshake_is_checked() -> None:
    written = relay(connect(profile(EN, ES)))
    assert written.attrib["url"] == PLACE.relay_url
    assert [p.attrib for p in written.findall("Parameter")] == [
        {"name": "token", "value": "t" * 64}
    ]
    assert [e.attrib["code"] for e in written.findall("Language")] == ["en-US", "es-US"]


def test_the_greeting_is_spoken_on_the_first_entry_only() -> None:
    assert relay(connect(profile(EN))).attrib["welcomeGreeting"] == "Hello & welcome."
    again = relay(connect(profile(EN), greet=False))
    assert "welcomeGreeting" not in again.attrib


def test_a_conversation_goes_on_in_the_language_it_was_in() -> None:
    written = relay(connect(profile(EN, ES), language="es", greet=False))
    assert (written.attrib["language"], written.attrib["voice"]) == (
        "es-US",
        ES.voice,
    )


def test_flux_thresholds_stand_only_where_flux_listens() -> None:
    both = profile(FLUX, ES, **THRESHOLDS)
    assert relay(connect(both)).attrib["eotThreshold"] == "0.8"
    assert "eotThreshold" not in relay(connect(both, language="es-US")).attrib


@pytest.mark.parametrize(
    "broken",
    [
        profile(),
        profile(EN, interruptible="sometimes"),
        profile(EN, interuptible="any"),
        profile(replace(EN, voice="Joanna-Neural")),
        profile(replace(MULTI, speech_model="flux")),
    ],
)
def test_a_profile_the_carrier_would_refuse_is_not_rendered(
    broken: LanguageProfile,
) -> None:
    entry = ConnectAgent(broken, "en-US", "t", 1, True, VOICEMAIL)
    with pytest.raises(Unrenderable) as refused:
        render(entry, PLACE)
    assert refused.value.problems


OTHERS: Sequence[tuple[Instruction, list[str]]] = [
    (RejectCall(), ["Reject"]),
    (
        RingContact("ref:1", "+12025550151", "+12025550100", 20, (Spoken("Hold."),)),
        ["Say", "Dial", "Hangup"],
    ),
    (RingContact("ref:1", "+12025550151", "", 20), ["Dial", "Hangup"]),
    (AskContact("ref:1", (Spoken("Press 1."),)), ["Gather", "Hangup"]),
    (VOICEMAIL, ["Say", "Record", "Say", "Hangup"]),
    (HangUp((Spoken("Goodbye.", "en-US"),)), ["Say", "Hangup"]),
    (HangUp(), ["Hangup"]),
    (Nothing(), []),
    (connect(profile(EN)), ["Connect", "Say", "Record", "Say", "Hangup"]),
]


@pytest.mark.parametrize(("instruction", "verbs"), OTHERS)
def test_every_instruction_is_twiml(instruction: Instruction, verbs: list[str]) -> None:
    text = render(instruction, PLACE)
    assert [verb.tag for verb in ElementTree.fromstring(text)] == verbs
    assert parse(text, PLACE.base_url).problems == ()


@pytest.mark.parametrize(("instruction", "verbs"), OTHERS)
def test_every_callback_is_absolute_posted_and_tried_again(
    instruction: Instruction, verbs: list[str]
) -> None:
    for element in read(instruction).iter():
        for name in ("action", "url", "statusCallback", "recordingStatusCallback"):
            url = element.attrib.get(name, "")
            if url and url != PLACE.relay_url:
                assert url.startswith("https://phones.example.com/twilio/")
                assert url.endswith("#rc=3&rp=all&ct=2000&rt=5000")
        if "action" in element.attrib:
            assert element.attrib["method"] == "POST"


@pytest.mark.parametrize("verb", ["Connect", "Dial", "Record", "Gather"])
def test_nothing_that_waits_is_left_without_an_action(verb: str) -> None:
    found = [e for given, _ in OTHERS for e in read(given).iter(verb)]
    assert found
    assert all(element.attrib["action"] for element in found)


def test_a_contact_is_rung_with_a_whisper() -> None:
    dial = read(OTHERS[1][0]).find("Dial")
    assert dial is not None
    assert (dial.attrib["timeout"], dial.attrib["callerId"]) == ("20", "+12025550100")
    number = dial.find("Number")
    assert number is not None
    assert number.text == "+12025550151"
    assert "/twilio/whisper/?attempt=ref%3A1#" in number.attrib["url"]
    assert number.attrib["statusCallbackEvent"].split()[-1] == "completed"


def test_a_busy_line_sounds_busy() -> None:
    for busy, reason in ((True, "busy"), (False, "rejected")):
        verb = read(RejectCall(busy=busy)).find("Reject")
        assert verb is not None
        assert verb.attrib == {"reason": reason}

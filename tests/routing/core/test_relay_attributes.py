import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.core.attribute_table import PROFILE_ATTRIBUTES, RELAY
from routing.core.behaviour_attributes import BEHAVIOUR
from routing.core.relay_attributes import (
    check_attributes,
    check_language_element,
    missing_attributes,
)

GOOD = {
    "url": "wss://phone.example.com/twilio/relay/",
    "welcomeGreeting": "Hello.",
    "language": "en-US",
    "ttsProvider": "Google",
    "voice": "en-US-Chirp3-HD-Aoede",
    "transcriptionProvider": "Deepgram",
    "speechModel": "nova-3-general",
    "hints": "Lindqvist, boiler",
    "interruptible": "any",
    "dtmfDetection": "true",
    "speechTimeout": "auto",
    "events": "speaker-events tokens-played",
}


def test_good_attributes_have_no_problem() -> None:
    assert check_attributes(GOOD) == []


def test_every_field_of_the_documentation_is_in_the_table() -> None:
    assert len(RELAY) == 38
    assert "turnDetection" not in {a.name for a in PROFILE_ATTRIBUTES}
    assert all(a.notices.endswith(".") for a in RELAY.values())


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("interruptByDtmf", "true", "check the spelling"),
        ("turnDetection", "true", "leave it out"),
        ("intelligenceService", "", "leave it out"),
        ("customerName", "  ", "leave it out"),
        ("interruptible", "true", "choose one of none, dtmf, speech, any"),
        ("dtmfDetection", "True", "write true or false"),
        ("speechTimeout", "599", "write auto or a number from 600 to 5000"),
        ("speechTimeout", "5001", "600 to 5000"),
        ("speechTimeout", "700.5", "600 to 5000"),
        ("speechTimeout", "soon", "600 to 5000"),
        ("eotThreshold", "0.95", "0.5 to 0.9"),
        ("language", "english", "such as en-US"),
        ("language", "en_US", "such as en-US"),
        ("events", "speaker-events agent-events", "agent-events is not known"),
        ("url", "https://phone.example.com/", "must begin with wss://"),
        ("url", "wss://phone.example.com/?call=1", "must begin with wss://"),
        ("hints", "card 4111 1111 1111 1111", "take it out"),
    ],
)
def test_says_what_is_wrong_and_what_to_do(name: str, value: str, remedy: str) -> None:
    problems = check_attributes({**GOOD, name: value})
    assert any(p.startswith(f"{name}: ") and remedy in p for p in problems), problems


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("speechTimeout", "600"),
        ("language", "es-419"),
        ("language", "zh-Hant-TW"),
        ("events", "config-updated"),
        ("debug", "debugging"),
        ("includeInPrompt", "turn-state prompt-segments"),
        ("hints", "order 1234 5678 9012 3456"),
        ("url", "wss://phone.example.com"),
    ],
)
def test_lets_pass_what_twilio_takes(name: str, value: str) -> None:
    problems = check_attributes({**GOOD, name: value})
    assert not any(problem.startswith(name) for problem in problems), problems


def test_names_what_must_always_be_written_out() -> None:
    missing = missing_attributes(GOOD)
    assert "reportInputDuringAgentSpeech" in missing
    assert "partialPrompts" in missing
    assert "hints" not in missing
    assert not set(missing) & GOOD.keys()


def test_a_language_element_has_its_own_attributes() -> None:
    element = {
        "code": "es-US",
        "ttsProvider": "Google",
        "voice": "es-US-Chirp3-HD-Aoede",
        "transcriptionProvider": "Deepgram",
        "speechModel": "nova-3-general",
    }
    assert check_language_element(element) == []
    assert check_language_element({**element, "interruptible": "any"}) == [
        "interruptible: is not an attribute that Twilio knows; check the spelling."
    ]


def test_the_model_fields_are_named_after_the_attributes() -> None:
    fields = {a.name: a.field for a in BEHAVIOUR}
    assert fields["reportInputDuringAgentSpeech"] == "report_input_during_agent_speech"


@given(st.dictionaries(st.sampled_from(sorted(RELAY)), st.text(max_size=12)))
def test_any_text_is_judged_without_an_error(attributes: dict[str, str]) -> None:
    assert all(": " in problem for problem in check_attributes(attributes))

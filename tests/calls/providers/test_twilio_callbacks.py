"""What Twilio sends, read: the fields we use, whatever else is there."""

import pytest

from calls.errors import BadCallback
from calls.providers.twilio.callbacks import (
    Callback,
    CallProgress,
    DialEnded,
    MessageProgress,
    RecordingProgress,
    RelayEnded,
    VoiceCall,
    VoicemailEnded,
    Whisper,
)

CALL = {"CallSid": "CA1", "AccountSid": "AC1"}


def test_fields_of_the_future_are_ignored() -> None:
    found = VoiceCall.read({**CALL, "From": "+1", "To": "+2", "Mood": "fine"})
    assert (found.caller, found.dialled) == ("+1", "+2")


def test_the_older_name_of_the_dialled_number_is_known() -> None:
    assert VoiceCall.read({**CALL, "Called": "+2"}).dialled == "+2"


@pytest.mark.parametrize(
    "given", [{}, {"CallSid": ""}, {"CallSid": "CA 1"}, {"CallSid": "C" * 65}]
)
def test_a_callback_about_no_call_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(BadCallback) as refused:
        VoiceCall.read({"AccountSid": "AC1", "From": "+12025550199", **given})
    assert refused.value.fields == ("CallSid",)
    assert "+12025550199" not in str(refused.value)


def test_a_text_without_end_is_cut() -> None:
    assert len(VoiceCall.read({**CALL, "CallerName": "A" * 9000}).caller_name) == 4000


@pytest.mark.parametrize(
    ("given", "number"),
    [
        ("12", 12),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("²", None),
        ("9" * 12, None),
    ],
)
def test_a_number_is_a_number_or_nothing(given: str, number: int | None) -> None:
    found = CallProgress.read({**CALL, "CallStatus": "ringing", "CallDuration": given})
    assert found.call_duration == number


@pytest.mark.parametrize(
    ("status", "gone"), [("in-progress", False), ("completed", True), ("", False)]
)
def test_whether_anybody_hears_the_answer(status: str, gone: bool) -> None:
    ended = {"SessionId": "VX1", "SessionStatus": "ended", "CallStatus": status}
    assert RelayEnded.read({**CALL, **ended}).caller_gone is gone


def test_a_caller_who_hangs_up_at_the_tone_is_gone() -> None:
    left = {**CALL, "CallStatus": "in-progress", "Digits": "hangup"}
    assert VoicemailEnded.read(left).caller_gone


@pytest.mark.parametrize(
    ("given", "bridged"), [("", True), ("true", True), ("false", False)]
)
def test_whether_the_two_could_talk(given: str, bridged: bool) -> None:
    ended = {**CALL, "DialCallStatus": "completed", "DialBridged": given}
    assert DialEnded.read(ended).bridged is bridged


@pytest.mark.parametrize(
    ("model", "fields", "once"),
    [
        (VoiceCall, {}, "CA1"),
        (RelayEnded, {"SessionId": "VX1", "SessionStatus": "failed"}, "CA1:VX1"),
        (RelayEnded, {"SessionStatus": "failed"}, ""),
        (DialEnded, {"DialCallStatus": "busy", "attempt": "x"}, "CA1:x"),
        (DialEnded, {"DialCallStatus": "busy", "DialCallSid": "CA2"}, "CA1:CA2"),
        (DialEnded, {"DialCallStatus": "busy"}, ""),
        (Whisper, {"attempt": "x"}, "CA1:x"),
        (
            CallProgress,
            {"CallStatus": "ringing", "SequenceNumber": "0"},
            "CA1:ringing:0",
        ),
        (CallProgress, {"CallStatus": "completed"}, "CA1:completed:"),
        (VoicemailEnded, {"RecordingSid": "RE1"}, "CA1:RE1"),
        (VoicemailEnded, {}, ""),
        (
            RecordingProgress,
            {"RecordingSid": "RE1", "RecordingStatus": "absent"},
            "RE1:absent",
        ),
        (
            MessageProgress,
            {"MessageSid": "SM1", "MessageStatus": "sent"},
            "SM1:sent:",
        ),
    ],
)
def test_the_natural_key(
    model: type[Callback], fields: dict[str, str], once: str
) -> None:
    assert model.read({**CALL, **fields}).once == once


def test_a_message_is_about_no_call() -> None:
    found = MessageProgress.read({"MessageSid": "SM1", "MessageStatus": "sent"})
    assert (found.sid, Callback().once) == ("", "")

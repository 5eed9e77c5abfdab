"""Messages after the tone, and the recordings that come of them."""

from itertools import permutations

import pytest

from calls.core.words import CallState, IncidentKind
from calls.models import Call, Incident, Recording
from tests.calls.carrier import Line, verbs
from tests.makers_calls import NOON, sid
from tests.makers_routing import make_number, make_rule, publish

pytestmark = pytest.mark.django_db


def at_the_tone() -> Line:
    number = make_number()
    make_rule(number, action="voicemail")
    publish()
    line = Line(number.e164)
    line.ring()
    return line


def leave(line: Line, recording: str, **params: str) -> None:
    fields = {
        "RecordingSid": recording,
        "RecordingUrl": f"https://api.twilio.com/{recording}",
        "RecordingDuration": "12",
        "CallStatus": "in-progress",
    }
    line.send("voicemail-ended", **{**fields, **params})


def tell(line: Line, recording: str, status: str, seconds: str = "12") -> None:
    line.send(
        "recording",
        RecordingSid=recording,
        RecordingStatus=status,
        RecordingDuration=seconds,
        RecordingUrl=f"https://api.twilio.com/{recording}",
    )


def test_the_voicemail_comes_back_to_us_and_ends_the_call() -> None:
    line = at_the_tone()
    record = line.verb("Record")
    assert "/twilio/voicemail-ended/" in record.attrib["action"]
    assert "/twilio/recording/" in record.attrib["recordingStatusCallback"]
    leave(line, sid("RE"))
    assert verbs(line.twiml) == ["Say", "Hangup"]
    assert line.call.state == CallState.OVER
    assert Recording.objects.get().seconds == 12


def test_a_caller_who_hangs_up_after_speaking_has_left_a_message_too() -> None:
    line = at_the_tone()
    leave(line, sid("RE"), Digits="hangup", CallStatus="completed")
    assert verbs(line.twiml) == []
    assert Recording.objects.get().call == line.call


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_recording_is_the_same_in_every_order(order: tuple[int, ...]) -> None:
    line, recording = at_the_tone(), sid("RE")
    steps = [
        lambda: leave(line, recording),
        lambda: tell(line, recording, "in-progress", "0"),
        lambda: tell(line, recording, "completed"),
    ]
    for place in order:
        steps[place]()
    kept = Recording.objects.get()
    assert (kept.status, kept.seconds) == ("completed", 12)
    assert kept.url.endswith(recording)
    left = line.call.events.filter(kind="voicemail_left")
    assert [event.data for event in left] == [{"seconds": 12}]


def test_a_recording_that_is_absent_holds_nothing() -> None:
    line, recording = at_the_tone(), sid("RE")
    tell(line, recording, "absent", "0")
    assert not Recording.objects.get().holds_speech()


def test_a_recording_that_comes_after_all_is_followed_up() -> None:
    line = at_the_tone()
    Call.objects.update(
        state=CallState.CLOSED, closed_at=NOON, disposition="caller_hung_up_early"
    )
    tell(line, sid("RE"), "completed")
    assert line.call.follow_ups.get().kind == "voicemail"
    assert line.call.disposition == "caller_hung_up_early"


def test_an_end_without_a_recording_is_an_end() -> None:
    line = at_the_tone()
    line.send("voicemail-ended", CallStatus="completed")
    assert line.call.state == CallState.OVER
    assert not Recording.objects.exists()


@pytest.mark.parametrize("path", ["recording", "voicemail-ended"])
def test_a_recording_of_an_unknown_call_is_reported(path: str) -> None:
    stranger = Line("+12025550100")
    stranger.send(path, RecordingSid=sid("RE"), RecordingStatus="completed")
    assert Incident.objects.get().kind == IncidentKind.UNKNOWN_CALL
    assert not Recording.objects.exists()

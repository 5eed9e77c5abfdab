"""What the relay takes from the product, message by message."""

import pytest

from calls.simulator.carrier.frames import BadFrame, read_frame


@pytest.mark.parametrize(
    "raw",
    [
        '{"type":"text","token":"Hello ","last":false,"lang":"en-US",'
        '"interruptible":true,"preemptible":false}',
        '{"type":"text","token":"","last":true}',
        '{"type":"text","token":"Hi","interruptible":"speech"}',
        '{"type":"play","source":"https://phoneops.test/a.mp3","loop":0}',
        '{"type":"sendDigits","digits":"9www4085551212#*"}',
        '{"type":"language","ttsLanguage":"es-ES"}',
        '{"type":"language","ttsLanguage":"multi","transcriptionLanguage":"multi"}',
        '{"type":"end"}',
        '{"type":"end","handoffData":"{\\"a\\":1}"}',
    ],
)
def test_every_documented_message_is_taken(raw: str) -> None:
    assert read_frame(raw)["type"]


@pytest.mark.parametrize(
    ("raw", "complaint"),
    [
        (b"\x00", "a binary frame"),
        ("hello", "not JSON"),
        ("[]", "not a JSON object"),
        ("{}", "unknown type None"),
        ('{"type":"connected"}', "unknown type 'connected'"),
        ('{"type":"config","interruptible":"none"}', "unknown type 'config'"),
        ('{"type":"text"}', "text needs 'token'"),
        ('{"type":"text","token":5}', "text.token may not be 5"),
        ('{"type":"text","token":"a","last":"true"}', "text.last may not be 'true'"),
        ('{"type":"text","token":"a","lang":"English"}', "text.lang may not be"),
        ('{"type":"text","token":"a","interruptible":"no"}', "text.interruptible"),
        ('{"type":"text","token":"a","voice":"x"}', "text has no field 'voice'"),
        ('{"type":"play","source":"file:///a"}', "play.source may not be"),
        ('{"type":"play","source":"https://h/a","loop":true}', "play.loop may not be"),
        ('{"type":"sendDigits","digits":"12p"}', "sendDigits.digits may not be"),
        ('{"type":"language"}', "language needs ttsLanguage or"),
        ('{"type":"end","handoffData":{"a":1}}', "end.handoffData may not be"),
        ('{"type":"end","reason":"done"}', "end has no field 'reason'"),
    ],
)
def test_everything_else_is_refused(raw: str | bytes, complaint: str) -> None:
    with pytest.raises(BadFrame) as refused:
        read_frame(raw)
    assert complaint in str(refused.value)

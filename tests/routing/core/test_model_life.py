from dataclasses import replace
from datetime import date

import pytest

from routing.core.model_life import (
    TEXT,
    TRANSCRIPTION,
    VOICE,
    Retiring,
    Use,
    retirement,
    retiring,
    retiring_in,
    uses,
)
from routing.core.ruleset import Path, Ruleset, VoiceSettings
from tests.routing.core.rulesets import AGENT, NUMBER

DAY = date(2027, 1, 20)
OLD_VOICE = VoiceSettings(model="gpt-realtime", transcription_models=("whisper-1",))


@pytest.mark.parametrize(
    ("model", "day"),
    [
        ("gpt-realtime", DAY),
        ("gpt-realtime-2025-08-28", DAY),
        ("gpt-realtime-mini-2025-12-15", DAY),
        ("whisper-1", date(2027, 2, 26)),
        ("gpt-4o-mini-transcribe-2025-12-15", date(2027, 2, 26)),
        ("gpt-4o", date(2027, 1, 14)),
        ("gpt-5-mini", date(2026, 12, 11)),
        ("gpt-5.1", date(2027, 4, 1)),
        ("gpt-realtime-2.1", None),
        ("gpt-realtime-1.5-2026-02-23", None),
        ("gpt-6-luna", None),
        ("", None),
    ],
)
def test_a_model_stops_when_it_was_announced(model: str, day: date | None) -> None:
    assert retirement(model) == day


def test_what_the_provider_said_later_comes_first() -> None:
    learned = {"gpt-6-luna": DAY, "gpt-realtime": date(2027, 3, 1)}
    assert retirement("gpt-6-luna", learned) == DAY
    assert retirement("gpt-6-luna-2026-09-22", learned) == DAY
    assert retirement("gpt-realtime", learned) == date(2027, 3, 1)


def test_an_agent_uses_models_for_three_purposes() -> None:
    assert uses("gpt-6-luna", OLD_VOICE) == [
        Use("gpt-6-luna", TEXT),
        Use("gpt-realtime", VOICE),
        Use("whisper-1", TRANSCRIPTION),
    ]


def test_the_first_to_stop_comes_first() -> None:
    found = retiring(uses("gpt-5.1", OLD_VOICE), {})
    assert [one.use.model for one in found] == ["gpt-realtime", "whisper-1", "gpt-5.1"]


def test_it_is_told_in_words_with_the_day() -> None:
    one = Retiring(Use("gpt-realtime", VOICE), DAY)
    words = "voice model gpt-realtime stops on 20 January 2027"
    assert one.words(date(2027, 1, 19)) == words
    assert one.words(DAY) == words.replace("stops", "stopped")


def test_a_release_needs_voices_only_where_a_line_is_answered_by_one() -> None:
    one = replace(AGENT, name="Ana", model="gpt-4o", voice=OLD_VOICE)
    other = replace(AGENT, key="b", name="Ben", model="gpt-4o")
    relay = Ruleset(1, numbers={"1": NUMBER}, agents={"a": one, "b": other})
    text = Retiring(Use("gpt-4o", TEXT), date(2027, 1, 14), ("Ana", "Ben"))
    assert retiring_in(relay, {}, before=DAY) == [text]
    sip = replace(relay, numbers={"1": replace(NUMBER, path=Path.SIP)})
    voice = Retiring(Use("gpt-realtime", VOICE), DAY, ("Ana",))
    assert retiring_in(sip, {}, before=DAY) == [text, voice]
    assert retiring_in(sip, {}, before=date(2026, 12, 31)) == []

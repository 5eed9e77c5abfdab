"""Reading server-sent events out of chunks that are cut anywhere."""

from collections import Counter

import pytest

from calls.providers.openai_responses.pieces import Failed
from calls.providers.openai_responses.reading import Reading
from calls.providers.openai_responses.stream import EventData
from calls.providers.openai_responses.troubles import Trouble

TWO = b'event: a\ndata: {"n": 1}\n\nevent: b\ndata: {"n": 2}\n\n'


def data_in(*chunks: bytes) -> list[bytes]:
    events = EventData()
    return [data for chunk in chunks for data in events.feed(chunk)]


def test_several_events_come_in_one_chunk() -> None:
    assert data_in(TWO) == [b'{"n": 1}', b'{"n": 2}']


@pytest.mark.parametrize("cut", range(len(TWO)))
def test_a_chunk_may_be_cut_anywhere(cut: int) -> None:
    assert data_in(TWO[:cut], TWO[cut:]) == [b'{"n": 1}', b'{"n": 2}']


@pytest.mark.parametrize("cut", range(len(TWO)))
def test_lines_may_end_with_a_carriage_return(cut: int) -> None:
    sent = TWO.replace(b"\n", b"\r\n")
    assert data_in(sent[:cut], sent[cut:]) == [b'{"n": 1}', b'{"n": 2}']


def test_data_on_several_lines_is_joined() -> None:
    assert data_in(b'data: {"n":\ndata: 1}\n\n') == [b'{"n":\n1}']


def test_comments_and_other_fields_say_nothing() -> None:
    assert data_in(b": keep alive\n\nid: 7\nretry: 10\n\ndata:{}\n\n") == [b"{}"]


def test_an_event_without_its_empty_line_does_not_count() -> None:
    assert data_in(b'data: {"n": 1}\n') == []


def test_the_mark_of_the_end_is_no_event() -> None:
    assert data_in(b"data: {}\n\ndata: [DONE]\n\n") == [b"{}"]


def test_an_error_without_a_type_is_an_error() -> None:
    piece = Reading(Counter()).read({"error": {"code": "overloaded", "message": "x"}})
    assert piece == Trouble(Failed("failed: overloaded"))

"""One line per record, without personal data."""

import logging
import sys

from phoneops.logs import LineFormatter


def line(message: str, *args: object, **extra: object) -> str:
    record = logging.LogRecord("calls", logging.INFO, "f", 1, message, args, None)
    vars(record).update(extra)
    return LineFormatter().format(record)


def test_a_record_is_its_moment_level_writer_message_and_values() -> None:
    moment, _, rest = line("call ended", call=7, reason="hung up").partition(" ")
    assert moment.endswith("Z")
    assert rest == 'info calls call ended call=7 reason="hung up"'


def test_personal_values_are_left_out() -> None:
    text = line("said", pii="a", caller_pii="b", pii_number="c", piiless="kept")
    assert text.endswith("said piiless=kept")


def test_a_message_with_line_ends_stays_on_one_line() -> None:
    assert "\n" not in line("one\ntwo", value="three\nfour")


def test_a_traceback_stays_on_the_line_of_its_record() -> None:
    record = logging.makeLogRecord({"msg": "failed", "name": "calls"})
    try:
        raise ValueError("broken")
    except ValueError:
        record.exc_info = sys.exc_info()
    text = LineFormatter().format(record)
    assert "ValueError: broken" in text
    assert "\n" not in text

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from calls.core.closing import CALLBACK_WAIT, RECORDING_WAIT, SETTLING, Ends, close_at

OVER = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def test_a_call_is_closed_once_all_is_in() -> None:
    assert close_at(Ends(OVER)) == OVER + SETTLING


@pytest.mark.parametrize(
    "missing",
    ["carrier_ended", "session_reported", "legs_reported", "voicemail_reported"],
)
def test_a_callback_that_is_missing_is_waited_for(missing: str) -> None:
    facts: dict[str, Any] = {missing: False}
    assert close_at(Ends(OVER, **facts)) == OVER + CALLBACK_WAIT


def test_a_recording_takes_longer() -> None:
    ends = Ends(OVER, recording_settled=False, carrier_ended=False)
    assert close_at(ends) == OVER + RECORDING_WAIT


def test_a_process_that_still_drives_the_call_is_waited_for() -> None:
    until = OVER + timedelta(seconds=15)
    assert close_at(Ends(OVER, driven_until=until)) == until


def test_a_lease_that_ran_out_before_holds_nothing() -> None:
    earlier = OVER - timedelta(seconds=5)
    assert close_at(Ends(OVER, driven_until=earlier)) == OVER + SETTLING


def test_a_process_that_hangs_does_not_hold_the_call() -> None:
    ends = Ends(OVER, driven_until=OVER + timedelta(hours=1))
    assert close_at(ends) == OVER + RECORDING_WAIT

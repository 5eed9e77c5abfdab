"""A driver that hangs is told from one that only did not get its turn."""

from calls.core.pulse import Pulse


def looked(pulse: Pulse, times: int, *, due: bool = True, silent: bool = False) -> None:
    for _ in range(times):
        pulse.look(due=due, silent=silent)


def test_what_is_due_and_never_done_stops_the_pulse() -> None:
    pulse = Pulse(5)
    looked(pulse, 3)
    assert not pulse.falters  # the first look only learns where it stands
    looked(pulse, 1)
    assert (pulse.falters, pulse.stopped) == (True, False)
    looked(pulse, 2)
    assert pulse.stopped


def test_a_driver_that_takes_its_time_is_alive() -> None:
    pulse = Pulse(3)
    for _ in range(10):
        pulse.step()
        looked(pulse, 2)
    assert not pulse.stopped


def test_nothing_due_is_no_standstill() -> None:
    pulse = Pulse(1)
    looked(pulse, 10, due=False)
    assert not pulse.stopped


def test_a_driver_that_is_busy_and_leaves_the_caller_in_silence_has_stopped() -> None:
    pulse = Pulse(2)
    for _ in range(2):
        pulse.step()
        looked(pulse, 1, due=False, silent=True)
    assert pulse.stopped


def test_one_look_at_which_it_moved_is_enough() -> None:
    pulse = Pulse(2)
    looked(pulse, 2)
    pulse.step()
    looked(pulse, 2)
    assert not pulse.stopped


def test_little_patience_falters_no_later_than_it_stops() -> None:
    pulse = Pulse(1)
    looked(pulse, 2)
    assert pulse.falters
    assert pulse.stopped

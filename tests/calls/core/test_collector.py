from calls.core.collector import MOST_DIGITS, DigitCollector


def make_collector(terminator: str = "#") -> DigitCollector:
    return DigitCollector(terminator=terminator, inter_digit_seconds=2.5)


def test_digits_wait_for_the_pause_after_the_last_one() -> None:
    collector = make_collector()
    assert collector.press("1", 10.0) is None
    assert collector.press("2", 11.0) is None
    assert collector.deadline == 13.5
    assert collector.complete(13.5) == "12"
    assert collector.deadline is None


def test_the_terminator_ends_the_number_at_once_and_is_swallowed() -> None:
    collector = make_collector()
    collector.press("1", 10.0)
    assert collector.press("#", 10.5) == "1"
    assert collector.deadline is None


def test_a_late_terminator_is_swallowed() -> None:
    collector = make_collector()
    collector.press("1", 10.0)
    collector.complete(12.5)
    assert collector.press("#", 14.0) is None


def test_a_terminator_pressed_twice_is_swallowed_twice() -> None:
    collector = make_collector()
    collector.press("1", 10.0)
    collector.press("#", 10.5)
    assert collector.press("#", 11.0) is None


def test_a_lone_terminator_is_a_key_of_its_own() -> None:
    assert make_collector().press("#", 10.0) == "#"


def test_a_terminator_long_after_the_number_is_a_key_of_its_own() -> None:
    collector = make_collector()
    collector.press("1", 10.0)
    collector.complete(12.5)
    assert collector.press("#", 20.0) == "#"


def test_a_profile_may_have_another_terminator() -> None:
    collector = make_collector("*")
    assert collector.press("#", 10.0) is None
    assert collector.press("*", 10.5) == "#"


def test_a_key_that_is_stuck_does_not_collect_for_ever() -> None:
    collector = make_collector()
    presses = [collector.press("5", 10.0) for _ in range(MOST_DIGITS)]
    assert presses == [None] * (MOST_DIGITS - 1) + ["5" * MOST_DIGITS]

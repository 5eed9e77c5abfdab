from calls.core.timers import Timer, Timers


def test_the_earliest_timer_is_the_deadline() -> None:
    timers = Timers[Timer]()
    timers.start(Timer.SILENCE, 9.0)
    timers.start(Timer.CAP, 20.0)
    assert timers.deadline == 9.0


def test_without_timers_there_is_no_deadline() -> None:
    timers = Timers[Timer]()
    timers.start(Timer.SILENCE, 9.0)
    timers.stop(Timer.SILENCE, Timer.CAP)
    assert timers.deadline is None
    assert not timers.running(Timer.SILENCE)


def test_nothing_is_due_before_its_time() -> None:
    timers = Timers[Timer]()
    timers.start(Timer.SILENCE, 9.0)
    assert timers.pop_due(8.9) is None
    assert timers.running(Timer.SILENCE)


def test_of_several_due_timers_the_most_important_comes_first() -> None:
    timers = Timers[Timer]()
    timers.start(Timer.SILENCE, 1.0)
    timers.start(Timer.MERGE, 2.0)
    timers.start(Timer.CAP, 3.0)
    due = [timers.pop_due(3.0) for _ in range(4)]
    assert due == [Timer.CAP, Timer.MERGE, Timer.SILENCE, None]


def test_a_timer_that_is_started_again_is_moved() -> None:
    timers = Timers[Timer]()
    timers.start(Timer.STALL, 1.0)
    timers.start(Timer.STALL, 5.0)
    assert timers.deadline == 5.0


def test_all_but_some_can_be_stopped() -> None:
    timers = Timers[Timer]()
    for timer in Timer:
        timers.start(timer, 1.0)
    timers.stop_all(but=frozenset({Timer.CAP}))
    assert [t for t in Timer if timers.running(t)] == [Timer.CAP]
    timers.stop_all()
    assert timers.deadline is None

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection

from routing.core.ruleset import Ruleset
from routing.errors import NoRelease, UnknownRelease
from routing.models import PhoneNumber, Release
from routing.services import live
from tests import makers_routing as make

# Far more than it takes: a pool that lost its connections waits before it tries again.
PATIENCE_SECONDS = 30.0


def eventually(holds: Callable[[], bool]) -> None:
    """Wait for what another thread does, and no longer than it takes."""
    waiting = threading.Event()
    end = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < end, "nothing happened"
        waiting.wait(0.02)


@pytest.fixture
def follower(settings: Any) -> Iterator[live.Live]:
    """One that follows releases in a thread, as in production, but in a hurry."""
    settings.ROUTING_REFRESH_SECONDS = 0.02
    follower = live.Live()
    yield follower
    follower.stop()


@pytest.mark.django_db
def test_says_clearly_that_nothing_was_published() -> None:
    with pytest.raises(NoRelease, match="Publish a release in the admin"):
        live.current()


@pytest.mark.django_db
def test_holds_the_newest_release() -> None:
    make.make_number()
    make.publish()
    first = live.current()
    assert first.number == 1
    assert live.current() is first
    make.publish()
    assert live.current().number == 2


@pytest.mark.django_db
def test_an_older_release_is_loaded_once() -> None:
    make.make_number(label="Then")
    make.publish()
    PhoneNumber.objects.update(label="Now")
    make.publish()
    (then,) = live.ruleset(1).numbers.values()
    assert then.label == "Then"
    assert live.ruleset(1) is live.ruleset(1)
    assert live.ruleset(2) is live.current()


@pytest.mark.django_db
def test_older_releases_are_forgotten_when_they_get_many() -> None:
    for _ in range(live.OLDER_RULESETS + 2):
        make.publish()
    for number in range(1, live.OLDER_RULESETS + 2):
        live.ruleset(number)
    assert list(live.LIVE.older) == list(range(2, live.OLDER_RULESETS + 2))


@pytest.mark.django_db
def test_a_release_that_does_not_exist_is_named() -> None:
    with pytest.raises(UnknownRelease, match="Release 9 does not exist"):
        live.ruleset(9)


@pytest.mark.django_db(transaction=True)
def test_learns_of_a_new_release_by_itself(follower: live.Live) -> None:
    make.make_number()
    make.publish()
    assert follower.current().number == 1
    thread = follower.thread
    make.publish()
    eventually(lambda: follower.current().number == 2)
    assert follower.thread is thread


@pytest.mark.django_db(transaction=True)
def test_keeps_the_release_while_the_database_is_away(
    follower: live.Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.publish()
    assert follower.current().number == 1
    looks = []

    def away(number: int) -> None:
        looks.append(number)
        raise OperationalError

    with monkeypatch.context() as outage:
        outage.setattr(live, "load", away)
        make_release_behind_our_back(2)
        eventually(lambda: len(looks) > 2)
        assert follower.current().number == 1
    eventually(lambda: follower.current().number == 2)


def make_release_behind_our_back(number: int) -> None:
    Release.objects.create(number=number, snapshot={})


@pytest.mark.django_db(transaction=True)
def test_survives_the_end_of_its_connections(follower: live.Live) -> None:
    make.publish()
    assert follower.current().number == 1
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    make_release_behind_our_back(2)
    eventually(lambda: follower.current().number == 2)


@pytest.mark.django_db(transaction=True)
def test_a_release_that_cannot_be_read_changes_nothing(follower: live.Live) -> None:
    make.publish()
    assert follower.current().number == 1
    bad = Release.objects.create(number=2, snapshot={"numbers": "none"})
    make_release_behind_our_back_after(bad)
    eventually(lambda: follower.current().number == 3)


def make_release_behind_our_back_after(bad: Release) -> None:
    make_release_behind_our_back(bad.number + 1)


@pytest.mark.django_db(transaction=True)
async def test_may_be_asked_from_an_event_loop() -> None:
    await asyncio.to_thread(publish_apart)
    assert live.current().number == 1


def publish_apart() -> None:
    try:
        make.publish()
    finally:
        connection.close()


def test_a_forked_process_begins_anew() -> None:
    copy = live.Live()
    copy.older[1] = Ruleset(1)
    copy.reset()
    assert not copy.older
    assert not copy.looked.is_set()

"""A process hears of a new release instead of asking for it."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from routing.services import live
from routing.services.announcements import Listener, announce
from tests import makers_routing as make
from tests.routing.services.test_live import PATIENCE_SECONDS, eventually

LONG_SECONDS = 600.0
AWAY = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": ["redis://127.0.0.1:1/0"]},
    }
}


@contextmanager
def announcing() -> Iterator[None]:
    """Again and again: what is said before somebody listens reaches nobody."""
    over = threading.Event()

    def go_on() -> None:
        while not over.wait(0.02):
            announce()

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@pytest.fixture
def follower(settings: Any) -> Iterator[live.Live]:
    """One that would ask again only when this test is long over."""
    settings.ROUTING_REFRESH_SECONDS = LONG_SECONDS
    follower = live.Live()
    yield follower
    with announcing():
        follower.stop()


@pytest.mark.django_db(transaction=True)
def test_a_published_release_is_heard_of(follower: live.Live) -> None:
    make.make_number()
    make.publish()
    assert follower.current().number == 1
    make.publish()
    with announcing():
        eventually(lambda: follower.current().number == 2)
    make.publish()
    eventually(lambda: follower.current().number == 3)


def test_an_announcement_ends_a_wait() -> None:
    began = time.monotonic()
    with closing(Listener()) as listener, announcing():
        listener.wait(LONG_SECONDS)
    assert time.monotonic() - began < PATIENCE_SECONDS


def test_without_redis_only_time_passes(settings: Any) -> None:
    settings.CHANNEL_LAYERS = AWAY
    announce()
    with closing(Listener()) as listener:
        for _ in range(2):
            began = time.monotonic()
            listener.wait(0.05)
            assert time.monotonic() - began >= 0.04


def test_without_a_channel_layer_a_wait_is_only_that(settings: Any) -> None:
    settings.CHANNEL_LAYERS = {}
    announce()
    with closing(Listener()) as listener:
        began = time.monotonic()
        listener.wait(0.05)
    assert time.monotonic() - began >= 0.04

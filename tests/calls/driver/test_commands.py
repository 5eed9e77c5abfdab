"""What a driver cannot hear for itself reaches it, wherever it is."""

import asyncio

import pytest
from asgiref.sync import sync_to_async
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from calls.driver import commands
from calls.driver.runtime import close_runtime, runtime
from tests.calls.driver.sip_line import ringing, ringing_line
from tests.calls.views.lines import live_line


class Driver:
    """A call that is being driven."""

    def __init__(self, call: int) -> None:
        self.call = call
        self.told = asyncio.Event()

    def caller_gone(self) -> None:
        self.told.set()

    def let_go(self) -> None:
        raise AssertionError

    def take_over(self, name: str) -> None:
        raise AssertionError

    async def gone(self) -> None:
        pass


async def told(driver: Driver) -> bool:
    """Commands that nobody listens to yet are lost, so it is said again."""
    for _ in range(50):
        await sync_to_async(commands.send)({"type": "caller.gone", "call": driver.call})
        try:
            await asyncio.wait_for(driver.told.wait(), 0.1)
        except TimeoutError:
            continue
        return True
    return False


@pytest.mark.django_db(transaction=True)
async def test_the_driver_learns_that_the_caller_has_left() -> None:
    line, _ = await ringing()
    driver = Driver((await sync_to_async(lambda: line.call)()).pk)
    try:
        runtime().live[driver.call] = driver
        assert await told(driver)
        driver.told.clear()
        await sync_to_async(line.hang_up)()
        await asyncio.wait_for(driver.told.wait(), 5)
    finally:
        runtime().live.clear()
        await close_runtime()


async def test_without_a_broker_a_command_is_only_logged(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": ["redis://127.0.0.1:9/0"]},
        }
    }
    await commands.send_to_all({"type": "caller.gone", "call": 1})
    assert "command was not sent" in caplog.text


@pytest.mark.django_db
def test_only_ends_of_voice_calls_are_told(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    sip, relay = ringing_line()[0], live_line()
    with django_capture_on_commit_callbacks() as later:
        relay.hang_up()
    alone = len(later)
    with django_capture_on_commit_callbacks() as later:
        sip.hang_up("ringing")
        assert later == []
        sip.hang_up()
    assert len(later) == alone + 1

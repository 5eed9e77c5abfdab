"""The verbs of a SIP call, each with its own rule for trying again."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from calls.errors import ProviderError
from calls.providers.openai_realtime import control
from calls.providers.openai_realtime.control import (
    BodyRefused,
    CallControl,
    CallGone,
    FateUnknown,
)
from tests.calls.voice_provider import CUT, Provider, refusal, voice_provider

BODY = {"type": "realtime"}


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with voice_provider() as provider:
        yield provider


@pytest.fixture
async def verbs(provider: Provider) -> AsyncIterator[CallControl]:
    made = CallControl(control.Account("key", provider.url), accept_seconds=0.1)
    yield made
    await made.close()


async def test_the_verbs_go_to_the_call_they_are_about(
    provider: Provider, verbs: CallControl
) -> None:
    await verbs.accept("rtc_1", BODY)
    await verbs.reject("rtc_2", status=486)
    await verbs.refer("rtc_3", target="tel:+12025550151")
    await verbs.hang_up("rtc_4")
    assert provider.asked == [
        ("accept", "rtc_1"),
        ("reject", "rtc_2"),
        ("refer", "rtc_3"),
        ("hangup", "rtc_4"),
    ]
    assert provider.bodies[:3] == [
        BODY,
        {"status_code": 486},
        {"target_uri": "tel:+12025550151"},
    ]


async def test_a_transfer_is_never_asked_for_twice(
    provider: Provider, verbs: CallControl
) -> None:
    provider.script["refer"] = [CUT]
    with pytest.raises(ProviderError):
        await verbs.refer("rtc_1", target="tel:+12025550151")
    assert len(provider.asked) == 1


async def test_hanging_up_is_tried_once_more(
    provider: Provider, verbs: CallControl
) -> None:
    provider.script["hangup"] = [CUT]
    await verbs.hang_up("rtc_1")
    assert len(provider.asked) == 2


@pytest.mark.parametrize("verb", ["accept", "reject", "refer", "hangup"])
async def test_a_call_nobody_knows_is_gone(
    provider: Provider, verbs: CallControl, verb: str
) -> None:
    provider.script[verb] = [404]
    ask = {
        "accept": lambda: verbs.accept("rtc_1", BODY),
        "reject": lambda: verbs.reject("rtc_1", status=603),
        "refer": lambda: verbs.refer("rtc_1", target="tel:+12025550151"),
        "hangup": lambda: verbs.hang_up("rtc_1"),
    }
    with pytest.raises(CallGone):
        await ask[verb]()
    assert len(provider.asked) == 1


@pytest.mark.parametrize(
    ("status", "kind", "retryable"),
    [
        (400, BodyRefused, False),
        (422, BodyRefused, False),
        (401, ProviderError, False),
        (403, ProviderError, False),
        (409, FateUnknown, False),
        (429, ProviderError, True),
        (500, ProviderError, True),
    ],
)
async def test_what_a_refusal_means(
    provider: Provider,
    verbs: CallControl,
    status: int,
    kind: type[ProviderError],
    retryable: bool,
) -> None:
    provider.script["accept"] = [refusal(status, "session.model")]
    with pytest.raises(ProviderError) as refused:
        await verbs.accept("rtc_1", BODY)
    assert type(refused.value) is kind
    assert refused.value.retryable is retryable
    assert "session.model" not in str(refused.value)
    assert len(provider.asked) == 1


async def test_the_field_that_was_refused_is_known(
    provider: Provider, verbs: CallControl
) -> None:
    provider.script["accept"] = [refusal(400, "session.model")]
    with pytest.raises(BodyRefused) as refused:
        await verbs.accept("rtc_1", BODY)
    assert refused.value.param == "session.model"


async def test_an_accept_that_is_not_answered_may_have_been_heard(
    provider: Provider, verbs: CallControl
) -> None:
    never = asyncio.Event()
    provider.script["accept"] = [never]
    with pytest.raises(FateUnknown):
        await verbs.accept("rtc_1", BODY)
    never.set()
    assert len(provider.asked) == 1


@pytest.mark.parametrize("second", [404, 409])
async def test_the_second_of_two_tries_does_not_say_what_the_first_did(
    provider: Provider, verbs: CallControl, second: int
) -> None:
    provider.script["accept"] = [CUT, second]
    with pytest.raises(FateUnknown):
        await verbs.accept("rtc_1", BODY)

"""Twilio's REST API, asked with Twilio's own client."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientSession, encode_basic_auth, web
from twilio.base.exceptions import (  # type: ignore[import-untyped]  # no stubs
    TwilioRestException,
)
from twilio.http.http_client import (  # type: ignore[import-untyped]  # no stubs
    TwilioHttpClient,
)
from twilio.rest import Client  # type: ignore[import-untyped]  # no stubs

from calls.simulator.app import Simulator, serve
from calls.simulator.carrier import Caller, CallOrder, place_call
from calls.simulator.config import SimulatorConfig
from calls.simulator.knobs import Knobs
from tests.calls.simulator.fake_product import (
    ORIGIN,
    TOKEN,
    FakeProduct,
    Relay,
    relay_twiml,
    say,
)

ACCOUNT = "AC" + "1" * 32
MAIN = "+12025550100"


class HereInstead(TwilioHttpClient):  # type: ignore[misc]  # it is not annotated
    """Twilio's client, sent to the simulator."""

    def __init__(self, origin: str) -> None:
        super().__init__()
        self.origin = origin

    def request(self, method: str, url: str, *rest: Any, **named: Any) -> Any:
        url = url.replace("https://api.twilio.com", self.origin)
        return super().request(method, url, *rest, **named)


class Account:
    def __init__(self, simulator: Simulator, origin: str, product: FakeProduct) -> None:
        self.simulator = simulator
        self.origin = origin
        self.product = product
        self.client = Client(ACCOUNT, TOKEN, http_client=HereInstead(origin))

    async def ask(self, question: Callable[[], Any]) -> Any:
        """The client blocks, and the simulator runs in this very loop."""
        return await asyncio.to_thread(question)

    async def call(self, script: Any, **fields: Any) -> Any:
        order = CallOrder(script=script, **fields)
        return await place_call(self.simulator.carrier, order)


@asynccontextmanager
async def account(product: FakeProduct | None = None) -> AsyncIterator[Account]:
    product = product or FakeProduct()
    runner = web.AppRunner(product.app())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    config = SimulatorConfig(
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        openai_key="sk-test",
        port=0,
        connect_to=f"127.0.0.1:{runner.addresses[0][1]}",
        speed=40.0,
        price_after_s=0.0,
        call_cap_s=10.0,
    )
    try:
        async with serve(config, {}) as (simulator, port):
            found = Account(simulator, f"http://127.0.0.1:{port}", product)
            yield found
            found.client.http_client.session.close()
    finally:
        await runner.cleanup()


async def hold(relay: Relay) -> None:
    await relay.next("setup")
    await relay.say("Hello.")
    await relay.until_closed()


def talking(**answers: str) -> FakeProduct:
    paths = {f"/twilio/{name.replace('_', '-')}/": t for name, t in answers.items()}
    return FakeProduct({"/twilio/voice/": relay_twiml(), **paths}, relay=hold)


async def test_a_call_can_be_fetched_while_it_goes_on_and_after() -> None:
    async with account(talking()) as a:
        seen: list[Any] = []

        async def caller(caller: Caller) -> None:
            await caller.agent_done()
            fetch = a.client.calls(caller.call.sid).fetch
            seen.append(await a.ask(fetch))
            caller.hang_up()

        record = await a.call(caller)
        after = await a.ask(a.client.calls(record.call_sid).fetch)
        listed = await a.ask(lambda: a.client.calls.list(status="completed"))
    (during,) = seen
    assert (during.status, during.price, during.duration) == ("in-progress", None, None)
    assert (after.status, after.price) == ("completed", "-0.0085")
    assert int(after.duration) >= 1
    assert (after._from, after.to, after.direction) == (
        "+12025550120",
        MAIN,
        "inbound",
    )
    assert [call.sid for call in listed] == [record.call_sid]


async def test_a_price_comes_later_than_the_end() -> None:
    product = FakeProduct({"/twilio/voice/": say("Bye.")})
    async with account(product) as a:
        record = await place_call(a.simulator.carrier, CallOrder())
        call = a.simulator.carrier.calls[record.call_sid]
        call.ended_at += 1000
        fetched = await a.ask(a.client.calls(record.call_sid).fetch)
    assert fetched.price is None


async def test_an_operator_can_end_a_call() -> None:
    fake = talking(relay_ended=say("Unheard."))
    async with account(fake) as a:

        async def caller(caller: Caller) -> None:
            await caller.agent_done()
            call = a.client.calls(caller.call.sid)
            await a.ask(lambda: call.update(status="completed"))

        record = await a.call(caller)
        over = a.client.calls(record.call_sid)
        with pytest.raises(TwilioRestException) as refused:
            await a.ask(lambda: over.update(status="completed"))
    assert record.outcome == "ended_by_rest"
    assert fake.at("/twilio/relay-ended/")[0]["SessionStatus"] == "completed"
    assert (refused.value.status, refused.value.code) == (400, 21220)


@pytest.mark.parametrize("fires", [True, False])
async def test_an_operator_can_redirect_a_call(*, fires: bool) -> None:
    fake = talking(relay_ended=say("Unheard."), taken_over=say("I am a person."))
    async with account(fake) as a:

        async def caller(caller: Caller) -> None:
            await caller.agent_done()
            call = a.client.calls(caller.call.sid)
            await a.ask(lambda: call.update(url=ORIGIN + "/twilio/taken-over/"))

        record = await a.call(caller, knobs=Knobs(redirect_fires_action=fires))
    assert record.heard == "Hello. I am a person."
    assert len(fake.at("/twilio/relay-ended/")) == fires


async def test_inline_twiml_needs_absolute_urls() -> None:
    async with account(talking()) as a:

        async def caller(caller: Caller) -> None:
            await caller.agent_done()
            twiml = "<Response><Say>Over.</Say><Redirect>/x/</Redirect></Response>"
            call = a.client.calls(caller.call.sid)
            await a.ask(lambda: call.update(twiml=twiml))

        record = await a.call(caller)
    assert "Over." in record.heard
    assert record.outcome == "application_error"


async def test_a_bad_update_is_refused() -> None:
    async with account(talking()) as a:
        codes: list[int] = []

        async def caller(caller: Caller) -> None:
            await caller.agent_done()
            call = a.client.calls(caller.call.sid)
            for fields in ({"status": "ringing"}, {}, {"twiml": "x" * 4001}):
                with pytest.raises(TwilioRestException) as refused:
                    await a.ask(lambda f=fields: call.update(**f))  # type: ignore[misc]
                codes.append(refused.value.code)
            caller.hang_up()

        await a.call(caller)
    assert codes == [21218, 20001, 21624]


async def test_the_leg_of_a_dial_is_a_call_of_its_own() -> None:
    twiml = "<Response><Dial>+12025550151</Dial></Response>"
    async with account(FakeProduct({"/twilio/voice/": twiml})) as a:
        record = await place_call(a.simulator.carrier, CallOrder())
        leg = a.simulator.carrier.calls[record.call_sid].legs[0]
        fetched = await a.ask(a.client.calls(leg.sid).fetch)
    assert fetched.parent_call_sid == record.call_sid
    assert (fetched.direction, fetched.status) == ("outbound-dial", "completed")
    assert fetched.price == "-0.0140"


async def test_recordings_can_be_listed_and_heard() -> None:
    async def caller(caller: Caller) -> None:
        await caller.sees("beep")
        await caller.say("Please call me back.")
        caller.hang_up()

    fake = FakeProduct({"/twilio/voice/": "<Response><Record/></Response>"})
    async with account(fake) as a:
        record = await a.call(caller)
        listed = await a.ask(lambda: a.client.recordings.list(call_sid=record.call_sid))
        fetched = await a.ask(a.client.recordings(listed[0].sid).fetch)
        assert fetched.call_sid == record.call_sid
        headers = {"Authorization": encode_basic_auth(ACCOUNT, TOKEN)}
        async with ClientSession(headers=headers) as session:
            url = (
                f"{a.origin}/2010-04-01/Accounts/{ACCOUNT}/Recordings/{fetched.sid}.wav"
            )
            answer = await session.get(url)
            assert (await answer.read())[:4] == b"RIFF"


async def test_a_message_is_queued_and_then_delivered() -> None:
    async with account() as a:
        message = await a.ask(
            lambda: a.client.messages.create(
                to="+12025550170",
                from_=MAIN,
                body="We will call you back.",
                status_callback=ORIGIN + "/twilio/message-status/",
            )
        )
        await a.simulator.twilio.messages.settle()
        after = await a.ask(a.client.messages(message.sid).fetch)
    assert (message.status, message.num_segments, message.price) == (
        "queued",
        "1",
        None,
    )
    callbacks = a.product.at("/twilio/message-status/")
    assert [c["MessageStatus"] for c in callbacks] == ["sent", "delivered"]
    assert all(hook.signed for hook in a.product.hooks)
    assert (after.status, after.price) == ("delivered", "-0.00830")


async def test_a_message_may_fail_later() -> None:
    async with account() as a:
        await a.ask(
            lambda: a.client.messages.create(
                to="+12025550131",
                from_=MAIN,
                body="x",
                status_callback=ORIGIN + "/twilio/message-status/",
            )
        )
        await a.simulator.twilio.messages.settle()
    last = a.product.at("/twilio/message-status/")[-1]
    assert (last["MessageStatus"], last["ErrorCode"]) == ("undelivered", "30006")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to": "+15005550001"}, 21211),
        ({"to": "+15005550002"}, 21612),
        ({"to": "+15005550003"}, 21408),
        ({"to": "+15005550004"}, 21610),
        ({"to": "+15005550009"}, 21614),
        ({"to": "anonymous"}, 21211),
        ({"from_": "+15005550001"}, 21212),
        ({"from_": "+15005550007"}, 21606),
        ({"from_": "+15005550008"}, 21611),
        ({"from_": "+12025550999"}, 21606),
        ({"body": ""}, 21602),
        ({"body": "x" * 1601}, 21617),
    ],
)
async def test_a_message_that_cannot_be_sent(
    changes: dict[str, str], code: int
) -> None:
    fields = {"to": "+12025550170", "from_": "+15005550006", "body": "x", **changes}
    async with account() as a:
        with pytest.raises(TwilioRestException) as refused:
            await a.ask(lambda: a.client.messages.create(**fields))
    assert refused.value.code == code


async def test_numbers_and_the_account_can_be_read() -> None:
    async with account() as a:
        numbers = await a.ask(lambda: a.client.incoming_phone_numbers.list())
        one = await a.ask(
            lambda: a.client.incoming_phone_numbers.list(phone_number=MAIN)
        )
        found = await a.ask(a.client.api.accounts(ACCOUNT).fetch)
    assert [n.phone_number[-2:] for n in numbers] == ["00", "01", "02", "03"]
    assert [bool(n.trunk_sid) for n in numbers] == [False, False, False, True]
    assert one[0].voice_url == ORIGIN + "/twilio/voice/"
    assert found.status == "active"


async def test_lists_come_in_pages() -> None:
    async with account() as a:
        for _ in range(3):
            await place_call(a.simulator.carrier, CallOrder())
        calls = await a.ask(lambda: a.client.calls.list(page_size=2))
    assert len({call.sid for call in calls}) == 3


async def test_strangers_and_unknown_things_are_refused() -> None:
    async with account() as a:
        stranger = Client(ACCOUNT, "wrong", http_client=HereInstead(a.origin))
        with pytest.raises(TwilioRestException) as unknown:
            await a.ask(a.client.calls("CA" + "0" * 32).fetch)
        with pytest.raises(TwilioRestException) as refused:
            await a.ask(stranger.calls("CA" + "0" * 32).fetch)
        with pytest.raises(TwilioRestException) as nowhere:
            await a.ask(a.client.queues("QU" + "0" * 32).fetch)
        with pytest.raises(TwilioRestException) as nobody:
            await a.ask(a.client.api.accounts("AC" + "2" * 32).fetch)
    assert (unknown.value.status, unknown.value.code) == (404, 20404)
    assert (refused.value.status, refused.value.code) == (401, 20003)
    assert nowhere.value.status == 404
    assert nobody.value.status == 404

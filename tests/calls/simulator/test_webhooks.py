"""Webhooks: signatures, retries, fallback, and what is refused."""

from collections.abc import Iterator
from dataclasses import replace

from aiohttp import web

from calls.simulator.knobs import Knobs
from calls.simulator.signature import sign
from tests.calls.simulator.fake_product import (
    ORIGIN,
    TOKEN,
    Answer,
    FakeProduct,
    Params,
    Waits,
    say,
    world,
)


def hold_on(params: Params) -> Answer:
    """The fake product keeps this request until it is released."""
    raise Waits


def failing_times(count: int, then: str) -> Iterator[Answer]:
    for _ in range(count):
        yield web.Response(status=500)
    while True:
        yield then


async def test_the_voice_webhook_is_signed_and_complete() -> None:
    product = FakeProduct({"/twilio/voice/": say("Good morning.")})
    async with world(product) as w:
        record = await w.call(caller_name="DANA WHITFIELD")
    voice = product.at("/twilio/voice/")[0]
    assert all(hook.signed for hook in product.hooks)
    assert voice["From"] == "+12025550120"
    assert voice["To"] == "+12025550100"
    assert voice["CallStatus"] == "ringing"
    assert voice["CallerName"] == "DANA WHITFIELD"
    assert voice["StirVerstat"] == "TN-Validation-Passed-A"
    assert record.heard == "Good morning."
    assert record.outcome == "agent_ended"
    assert record.ok


async def test_the_number_is_told_of_the_end_once() -> None:
    async with world(FakeProduct({"/twilio/voice/": say("Bye.")})) as w:
        record = await w.call()
        (status,) = w.product.at("/twilio/status/")
    assert status["CallSid"] == record.call_sid
    assert status["CallStatus"] == "completed"
    assert status["CallbackSource"] == "call-progress-events"
    assert status["Timestamp"].endswith("0000")


async def test_a_withheld_caller_has_no_place_and_no_attestation() -> None:
    async with world() as w:
        await w.call(from_="anonymous")
        voice = w.product.at("/twilio/voice/")[0]
    assert voice["From"] == "anonymous"
    assert "FromCity" not in voice
    assert "StirVerstat" not in voice


async def test_a_retry_carries_the_same_token_and_no_fragment() -> None:
    answers = failing_times(1, say("Here I am."))
    product = FakeProduct(
        {
            "/twilio/voice/": '<Response><Redirect method="POST">/next/#rc=2&amp;rp=5xx'
            "</Redirect></Response>",
            "/next/": lambda params: next(answers),
        }
    )
    async with world(product) as w:
        record = await w.call()
    first, second = (hook for hook in product.hooks if hook.path == "/next/")
    assert first.token == second.token
    assert first.signed
    assert record.heard == "Here I am."


async def test_a_server_error_is_not_retried_by_default() -> None:
    product = FakeProduct({"/twilio/voice/": lambda p: web.Response(status=500)})
    async with world(product) as w:
        record = await w.call()
    assert len(product.at("/twilio/voice/")) == 1
    assert record.outcome == "application_error"
    assert record.violations == ["11200: /twilio/voice/ answered 500"]


async def test_a_failing_webhook_falls_back_to_the_numbers_fallback_url() -> None:
    product = FakeProduct(
        {
            "/twilio/voice/": lambda params: web.Response(status=500),
            "/fallback/": say("Please call again later."),
        }
    )
    async with world(product, fallback_url=ORIGIN + "/fallback/") as w:
        record = await w.call()
    fallback = product.at("/fallback/")[0]
    assert fallback["ErrorCode"] == "11200"
    assert fallback["ErrorUrl"] == ORIGIN + "/twilio/voice/"
    assert record.heard == "Please call again later."


async def test_an_answer_that_is_no_twiml_is_an_application_error() -> None:
    product = FakeProduct({"/twilio/voice/": "<Response><Say>half"})
    async with world(product) as w:
        record = await w.call()
    assert record.outcome == "application_error"
    assert record.violations[0].startswith("12100: not well-formed XML")


async def test_a_wrong_content_type_is_an_application_error() -> None:
    product = FakeProduct(
        {"/twilio/voice/": lambda p: web.json_response({"say": "hello"})}
    )
    async with world(product) as w:
        record = await w.call()
    assert record.violations == ["12300: content type application/json for TwiML"]


async def test_no_url_outside_the_public_origin_is_called() -> None:
    product = FakeProduct(
        {
            "/twilio/voice/": "<Response><Redirect>https://elsewhere.example/x"
            "</Redirect></Response>"
        }
    )
    async with world(product) as w:
        record = await w.call()
    assert record.outcome == "application_error"
    assert "is outside https://phoneops.test" in record.violations[0]


async def test_a_redirecting_webhook_is_followed_with_get() -> None:
    def elsewhere(params: Params) -> Answer:
        return web.Response(status=302, headers={"Location": "/there/"})

    product = FakeProduct({"/twilio/voice/": elsewhere, "/there/": say("Found.")})
    async with world(product) as w:
        record = await w.call()
    assert record.heard == "Found."


async def test_duplicates_share_a_token_and_must_be_answered_alike() -> None:
    answers = iter([say("One."), say("Two."), say("Three."), say("Four.")])
    product = FakeProduct({"/twilio/voice/": lambda params: next(answers)})
    async with world(product) as w:
        record = await w.call(knobs=Knobs(duplicate_webhooks=1.0))
    tokens = [h.token for h in product.hooks if h.path == "/twilio/voice/"]
    assert len(tokens) == 2
    assert len(set(tokens)) == 1
    assert record.violations == [
        "duplicate: https://phoneops.test/twilio/voice/ answered a repeat differently"
    ]


async def test_a_failing_status_callback_is_a_violation() -> None:
    product = FakeProduct(
        {
            "/twilio/voice/": say("Bye."),
            "/twilio/status/": lambda params: web.Response(status=403),
        }
    )
    async with world(product) as w:
        record = await w.call()
    assert record.violations == ["11200: callback: /twilio/status/ answered 403"]


async def test_a_product_that_cannot_be_reached_is_tried_twice() -> None:
    async with world() as w:
        w.carrier.product.config = replace(w.carrier.config, connect_to="127.0.0.1:1")
        record = await w.call()
    assert record.outcome == "application_error"
    assert record.violations[0] == "11205: /twilio/voice/: ClientConnectorError"


async def test_a_product_that_does_not_answer_in_time_is_given_up() -> None:
    product = FakeProduct({"/slow/": hold_on})
    product.answers["/twilio/voice/"] = (
        "<Response><Redirect>/slow/#rt=100&amp;rc=1&amp;rp=rt</Redirect></Response>"
    )
    async with world(product) as w:
        record = await w.call()
        product.released.set()
    tokens = [hook.token for hook in product.hooks if hook.path == "/slow/"]
    assert len(tokens) == 2
    assert len(set(tokens)) == 1
    assert record.violations == ["11200: /slow/ did not answer"]


async def test_all_tries_together_have_fifteen_seconds_or_less() -> None:
    product = FakeProduct({"/slow/": hold_on})
    product.answers["/twilio/voice/"] = (
        "<Response><Redirect>/slow/#tt=100&amp;rc=5&amp;rp=all</Redirect></Response>"
    )
    async with world(product) as w:
        record = await w.call()
        product.released.set()
    assert record.violations == ["11200: /slow/ took too long"]


async def test_an_unknown_override_is_pointed_out() -> None:
    product = FakeProduct(
        {
            "/twilio/voice/": "<Response><Redirect>/next/#rt=99&amp;zz=1"
            "</Redirect></Response>"
        }
    )
    async with world(product) as w:
        await w.call()
        texts = [violation.text for violation in w.carrier.violations.kept]
    assert texts == [
        "override rt must be 100 to 15000, not 99",
        "there is no override zz",
    ]


def test_the_signature_leaves_out_the_fragment() -> None:
    url = ORIGIN + "/x/"
    assert sign(url + "#rc=2", {"B": "2", "A": "1"}, TOKEN) == sign(
        url, {"A": "1", "B": "2"}, TOKEN
    )

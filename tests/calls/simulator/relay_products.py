"""Small products at the other end of a simulated relay session."""

from typing import Any

from tests.calls.simulator.fake_product import (
    FakeProduct,
    Relay,
    relay_twiml,
)

LONG = "One two three four five six seven eight nine ten eleven twelve, and so on."
ANY_INPUT = 'reportInputDuringAgentSpeech="any"'
INFO = 'events="speaker-events tokens-played"'


def product(attributes: str = "", **fields: Any) -> FakeProduct:
    answers = {"/twilio/voice/": relay_twiml(attributes), **fields.pop("answers", {})}
    return FakeProduct(answers, **fields)


async def greet_and_wait(relay: Relay) -> None:
    await relay.next("setup")
    await relay.say("How can I help?")
    await relay.until_closed()


async def answer_once_and_end(relay: Relay) -> None:
    await relay.next("setup")
    await relay.say("How can I help?")
    await relay.next("prompt")
    await relay.say("Goodbye.")
    await relay.spoken()
    await relay.send("end", handoffData='{"reason":"done"}')
    await relay.until_closed()

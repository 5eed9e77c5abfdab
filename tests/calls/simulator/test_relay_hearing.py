"""What a simulated caller says and hears, from the product's side of the socket."""

from itertools import pairwise

import pytest

from calls.simulator.carrier import Caller, Utterance
from tests.calls.simulator.fake_product import (
    FakeProduct,
    Relay,
    relay_twiml,
    world,
)
from tests.calls.simulator.relay_products import (
    LONG,
    greet_and_wait,
    product,
)


@pytest.mark.parametrize(
    ("attributes", "kinds"),
    [
        ('interruptible="none"', []),
        ('interruptible="dtmf"', []),
        ('interruptible="speech"', ["interrupt"]),
        ('interruptible="none" reportInputDuringAgentSpeech="speech"', ["prompt"]),
        ('reportInputDuringAgentSpeech="any"', ["interrupt", "prompt"]),
    ],
)
async def test_what_is_said_over_the_agent(attributes: str, kinds: list[str]) -> None:
    async def relay(relay: Relay) -> None:
        await relay.next("setup")
        await relay.say(LONG)
        await relay.until_closed()

    async def caller(caller: Caller) -> None:
        await caller.interrupt_after(2, "Stop.")
        caller.hang_up()

    async with world(product(attributes, relay=relay), speed=20.0) as w:
        await w.call(caller)
    assert [frame["type"] for frame in w.product.relays[0].frames[1:]] == kinds


async def test_a_backchannel_does_not_interrupt_where_it_is_to_be_ignored() -> None:
    async def relay(relay: Relay) -> None:
        await relay.next("setup")
        await relay.say(LONG)
        await relay.until_closed()

    async def caller(caller: Caller) -> None:
        await caller.interrupt_after(2, "Mm-hmm.")
        await caller.agent_done()
        caller.hang_up()

    async with world(product('ignoreBackchannel="true"', relay=relay)) as w:
        record = await w.call(caller)
    assert record.sessions[0].interrupts == 0
    assert record.heard == LONG


async def test_keys_arrive_only_with_dtmf_detection() -> None:
    async def caller(caller: Caller) -> None:
        await caller.agent_done()
        await caller.press("12#")
        caller.hang_up()

    with_keys = product('dtmfDetection="true"', relay=greet_and_wait)
    async with world(with_keys) as w:
        await w.call(caller)
    digits = [f["digit"] for f in with_keys.relays[0].frames if f["type"] == "dtmf"]
    assert digits == ["1", "2", "#"]

    without = product(relay=greet_and_wait)
    async with world(without) as w:
        await w.call(caller)
    assert [f["type"] for f in without.relays[0].frames] == ["setup"]


async def test_partial_prompts_are_cumulative_and_the_last_repeats_all() -> None:
    words = "I would like to make an appointment for next week please"

    async def caller(caller: Caller) -> None:
        await caller.agent_done()
        await caller.say(words)
        caller.hang_up()

    async with world(product('partialPrompts="true"', relay=greet_and_wait)) as w:
        await w.call(caller)
    prompts = [f for f in w.product.relays[0].frames if f["type"] == "prompt"]
    assert len(prompts) > 2
    assert [p["last"] for p in prompts] == [False] * (len(prompts) - 1) + [True]
    for prompt, following in pairwise(prompts):
        assert following["voicePrompt"].startswith(prompt["voicePrompt"])
    assert prompts[-1]["voicePrompt"] == words


async def test_one_utterance_may_be_finalised_as_several_prompts() -> None:
    async def caller(caller: Caller) -> None:
        await caller.agent_done()
        await caller.say(Utterance(text="my name is Dana Whitfield", split_into=2))
        caller.hang_up()

    async with world(product(relay=greet_and_wait)) as w:
        await w.call(caller)
    prompts = [f for f in w.product.relays[0].frames if f["type"] == "prompt"]
    assert [p["voicePrompt"] for p in prompts] == ["my name is", "Dana Whitfield"]
    assert all(p["last"] for p in prompts)


async def test_an_unfinished_sentence_is_delivered_on_hang_up_if_asked_for() -> None:
    async def caller(caller: Caller) -> None:
        await caller.agent_done()
        await caller.say(Utterance(text="tell them I will be late", breaks_off=True))
        caller.hang_up()

    fake = product('partialPromptOnHangup="true"', relay=greet_and_wait)
    async with world(fake) as w:
        await w.call(caller)
    assert fake.relays[0].frames[-1]["voicePrompt"] == "tell them I"


async def test_multi_tells_the_primary_subtag_and_others_mishear() -> None:
    async def caller(caller: Caller) -> None:
        await caller.agent_done()
        await caller.say(Utterance(text="Quiero una cita", lang="es-US"))
        caller.hang_up()

    prompts = []
    for language in ("multi", "en-US"):
        fake = product(f'language="{language}"', relay=greet_and_wait)
        async with world(fake) as w:
            await w.call(caller)
        prompts.append(fake.relays[0].frames[-1])
    assert (prompts[0]["voicePrompt"], prompts[0]["lang"]) == ("Quiero una cita", "es")
    assert (prompts[1]["voicePrompt"], prompts[1]["lang"]) == ("qu un ci", "en-US")


async def test_a_language_message_switches_what_is_understood() -> None:
    async def relay(relay: Relay) -> None:
        await relay.next("setup")
        await relay.send("language", ttsLanguage="es-ES", transcriptionLanguage="es-ES")
        await relay.say("Diga.")
        await relay.until_closed()

    async def caller(caller: Caller) -> None:
        await caller.agent_done()
        await caller.say(Utterance(text="Quiero una cita", lang="es-US"))
        caller.hang_up()

    async with world(product(relay=relay)) as w:
        await w.call(caller)
    prompt = w.product.relays[0].frames[-1]
    assert (prompt["voicePrompt"], prompt["lang"]) == ("Quiero una cita", "es-ES")


@pytest.mark.parametrize("switch", [True, False])
async def test_a_voice_that_cannot_speak_a_language_is_pointed_out(
    *, switch: bool
) -> None:
    async def relay(relay: Relay) -> None:
        await relay.next("setup")
        if switch:
            await relay.send("language", ttsLanguage="es-ES")
        else:
            await relay.say("Hola.", lang="es-ES")
        await relay.until_closed()

    fake = product('ttsProvider="Google" voice="en-US-Journey-O"', relay=relay)
    async with world(fake) as w:
        record = await w.call(cap_s=1)
    assert "64106: " in record.violations[0]
    assert "en-US-Journey-O does not speak es-ES" in record.violations[0]
    failed = [p["SessionStatus"] for p in fake.at("/twilio/relay-ended/")]
    assert failed == ["failed" if switch else "completed"]


async def test_a_declared_language_brings_its_own_voice() -> None:
    spanish = '<Language code="es-ES" voice="es-ES-Journey-F"/>'
    twiml = relay_twiml('ttsProvider="Google" voice="en-US-Journey-O"').replace(
        "/></Connect>", f">{spanish}</ConversationRelay></Connect>"
    )

    async def relay(relay: Relay) -> None:
        await relay.next("setup")
        await relay.send("language", ttsLanguage="es-ES")
        await relay.say("Hola.")
        await relay.until_closed()

    async def caller(caller: Caller) -> None:
        await caller.hears("Hola")
        caller.hang_up()

    async with world(FakeProduct({"/twilio/voice/": twiml}, relay=relay)) as w:
        record = await w.call(caller)
    assert record.ok

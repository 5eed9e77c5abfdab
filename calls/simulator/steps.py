"""The steps of a scenario: what a scripted caller does, one after the other.

- wait_for: agent_done      # somebody has answered and is silent again
- wait_for: beep            # or bridged, ended, session_2 (the second relay session),
                            # connected (to the voice model, before it speaks)
- wait_for: REGEX           # heard since the caller last acted
- wait_for: {heard: any of these, within: SECONDS, or_go_on: true}
- say: TEXT
- say: {text: TEXT, lang: es-US, split_into: 2, pause_s: 0.8, partials: false,
        breaks_off: true}
- press: "1234#"
- interrupt_after: {words: 6, say: TEXT or mapping}
- hang_up_after: {words: 6} # in the middle of the agent's sentence
- silence: SECONDS          # real ones: the product does not run faster
- drop: {after_frames: 3}   # the network breaks
- hang_up
"""

import contextlib
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from calls.simulator.carrier.caller import WITHIN_S, Caller, GaveUp
from calls.simulator.carrier.party import Utterance

Step = Callable[[Caller], Awaitable[None]]
MARKS = re.compile(r"beep|bridged|connected|ended|session_\d+")


class BadStep(ValueError):
    """A step that cannot be read."""


def read_steps(found: object, where: str) -> tuple[Step, ...]:
    if not isinstance(found, list):
        raise BadStep(f"{where}: steps are a list")
    return tuple(_step(step, f"{where}[{n}]") for n, step in enumerate(found))


def script(steps: Sequence[Step], lang: str) -> Callable[[Caller], Awaitable[None]]:
    """One caller's script; afterwards they stay on the line until it is over."""

    async def act(caller: Caller) -> None:
        caller.lang = lang
        for step in steps:
            await step(caller)

    return act


def _step(found: Any, where: str) -> Step:
    if found == "hang_up":
        return _hang_up
    if not isinstance(found, dict) or len(found) != 1:
        raise BadStep(f"{where}: a step is one word or a mapping with one key")
    ((name, value),) = found.items()
    if name not in READERS:
        raise BadStep(f"{where}: there is no step {name!r}; {', '.join(READERS)}")
    try:
        return READERS[name](value)
    except (TypeError, ValueError, KeyError) as error:
        raise BadStep(f"{where}.{name}: {error}") from None


async def _hang_up(caller: Caller) -> None:
    caller.hang_up()


def _wait_for(value: Any) -> Step:
    wanted = value if isinstance(value, dict) else {"heard": value}
    heard = str(wanted["heard"])
    within = float(wanted.get("within", WITHIN_S))
    forgiven = (GaveUp,) if wanted.get("or_go_on") else ()

    async def wait(caller: Caller) -> None:
        with contextlib.suppress(*forgiven):
            if heard == "agent_done":
                await caller.agent_done(within)
            elif MARKS.fullmatch(heard):
                await caller.sees(heard, within)
            else:
                await caller.hears(heard, within)

    return wait


def _utterance(value: Any) -> Callable[[Caller], Utterance]:
    given: Mapping[str, Any] = value if isinstance(value, dict) else {"text": value}
    known = {field.name for field in fields(Utterance)}
    if unknown := set(given) - known:
        raise ValueError(f"{sorted(unknown)} is none of {sorted(known)}")
    if not isinstance(given.get("text"), str) or not given["text"].strip():
        raise ValueError("there is nothing to say")
    return lambda caller: Utterance(**{"lang": caller.lang, **given})


def _say(value: Any) -> Step:
    utterance = _utterance(value)

    async def say(caller: Caller) -> None:
        await caller.say(utterance(caller))

    return say


def _press(value: Any) -> Step:
    keys = str(value)
    if not keys or set(keys) - set("0123456789*#"):
        raise ValueError(f"{keys!r} are no keys")

    async def press(caller: Caller) -> None:
        await caller.press(keys)

    return press


def _interrupt_after(value: Any) -> Step:
    words, utterance = int(value["words"]), _utterance(value["say"])

    async def interrupt(caller: Caller) -> None:
        await caller.interrupt_after(words, utterance(caller))

    return interrupt


def _hang_up_after(value: Any) -> Step:
    words = int(value["words"])

    async def hang_up(caller: Caller) -> None:
        await caller.after_words(words)
        caller.hang_up()

    return hang_up


def _silence(value: Any) -> Step:
    seconds = float(value)

    async def silence(caller: Caller) -> None:
        await caller.silence(seconds)

    return silence


def _drop(value: Any) -> Step:
    frames = int(value["after_frames"])

    async def drop(caller: Caller) -> None:
        caller.drop_after(frames)

    return drop


READERS: Mapping[str, Callable[[Any], Step]] = {
    "wait_for": _wait_for,
    "say": _say,
    "press": _press,
    "interrupt_after": _interrupt_after,
    "hang_up_after": _hang_up_after,
    "silence": _silence,
    "drop": _drop,
}

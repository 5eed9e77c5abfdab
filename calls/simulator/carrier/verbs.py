"""Running a TwiML document, and the verbs that any party can run."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any
from urllib.parse import urljoin

from calls.simulator.carrier.party import DeafLine, End, Party, Utterance
from calls.simulator.carrier.product import WebhookFailed
from calls.simulator.twiml.document import Document, Node

MAX_DOCUMENTS = 60
MEDIA_SECONDS = 2.0

Verb = Callable[[Any, Node, Document], Coroutine[Any, Any, Document | None]]


async def run_documents(
    party: Party, document: Document | None, verbs: Mapping[str, Verb]
) -> None:
    """Run a document and whatever its verbs lead to, until one falls off its end."""
    for _ in range(MAX_DOCUMENTS):
        if document is None:
            return
        document = await _run(party, document, verbs)
    party.complain("loop", f"more than {MAX_DOCUMENTS} documents in one call")


async def _run(
    party: Party, document: Document, verbs: Mapping[str, Verb]
) -> Document | None:
    for node in document.verbs:
        if (verb := verbs.get(node.name)) is None:
            party.complain("12200", f"<{node.name}> cannot be used here")
        elif (following := await verb(party, node, document)) is not None:
            return following
    return None


async def say(party: Party, node: Node, document: Document) -> None:
    if not node.text:
        party.complain("13520", "<Say> without text")
        return
    for _ in range(_loops(node)):
        await party.race(party.listen("announcement", node.text))


async def play(party: Party, node: Node, document: Document) -> None:
    if digits := node.get("digits"):
        await party.race(party.clock.sleep(0.3 * len(digits)))
    elif not node.text:
        party.complain("13420", "<Play> without a URL")
    else:
        party.ear.hear("tone", f"[plays {node.text}]")
        await party.race(party.clock.sleep(MEDIA_SECONDS * _loops(node)))


def _loops(node: Node) -> int:
    """`loop="0"` means a thousand times; nobody here listens that long."""
    return min(int(node.number("loop", 1)) or 1000, 20)


async def pause(party: Party, node: Node, document: Document) -> None:
    await party.race(party.clock.sleep(node.number("length", 1)))


async def hang_up(party: Party, node: Node, document: Document) -> None:
    raise End


async def redirect(party: Party, node: Node, document: Document) -> Document:
    if node.invalid:
        raise WebhookFailed("11100", f"<Redirect> to {node.text!r}")
    url = urljoin(document.url, node.text)
    return await party.fetch(url, {}, node.get("method", "POST"))


class GatherLine:
    def __init__(self, wants: frozenset[str]) -> None:
        self.wants = wants
        self.inputs: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

    async def speak(self, said: Utterance) -> None:
        if "speech" in self.wants:
            self.inputs.put_nowait(("speech", said.text))

    async def press(self, digit: str) -> None:
        if "dtmf" in self.wants:
            self.inputs.put_nowait(("dtmf", digit))


async def gather(party: Party, node: Node, document: Document) -> Document | None:
    """Without any input the next verb runs; the action is asked only with some."""
    line = GatherLine(frozenset((node.get("input") or "dtmf").split()))
    party.line = line
    try:
        found = await party.race(_collect(party, node, document, line))
    finally:
        party.line = DeafLine()
    if not found and not node.flag("actionOnEmptyResult"):
        return None
    return await party.next_document(node, document, found)


async def _collect(
    party: Party, node: Node, document: Document, line: GatherLine
) -> dict[str, str]:
    prompts = asyncio.ensure_future(_prompts(party, node, document))
    first = asyncio.ensure_future(line.inputs.get())
    try:
        await asyncio.wait({prompts, first}, return_when=asyncio.FIRST_COMPLETED)
        timeout = party.clock.patience(node.number("timeout", 5))
        await asyncio.wait({first}, timeout=timeout)
        if not first.done():
            return {}
        kind, text = first.result()
        if kind == "speech":
            return {"SpeechResult": text, "Confidence": "0.92"}
        return await _more_digits(node, line, text, timeout)
    finally:
        prompts.cancel()
        first.cancel()


async def _prompts(party: Party, node: Node, document: Document) -> None:
    for child in node.children:
        await PROMPT_VERBS[child.name](party, child, document)


async def _more_digits(
    node: Node, line: GatherLine, digits: str, wait_s: float
) -> dict[str, str]:
    finish = node.get("finishOnKey", "#")
    wanted = int(node.number("numDigits", 1000))
    while digits[-1] not in finish and len(digits) < wanted:
        try:
            async with asyncio.timeout(wait_s):
                _, digit = await line.inputs.get()
        except TimeoutError:
            break
        digits += digit
    key = digits[-1] if digits[-1] in finish else ""
    typed = digits.removesuffix(key)
    return {"Digits": typed, "FinishedOnKey": key} if typed else {}


PROMPT_VERBS: Mapping[str, Verb] = {"Say": say, "Play": play, "Pause": pause}
WHISPER_VERBS: Mapping[str, Verb] = {
    **PROMPT_VERBS,
    "Gather": gather,
    "Hangup": hang_up,
    "Redirect": redirect,
}

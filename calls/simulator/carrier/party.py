"""One end of a call that a TwiML document can be run on: the caller or a rung contact.

A party hears, presses keys, and can be taken away from what it is doing at any moment:
it hangs up, or somebody redirects it over REST. Everything a verb waits for therefore
goes through `race`, which ends the waiting with an `Interruption`.
"""

import abc
import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, runtime_checkable
from urllib.parse import urljoin

from calls.simulator.carrier.clock import Clock
from calls.simulator.carrier.ear import Ear
from calls.simulator.carrier.product import Product, Reply, Webhook, WebhookFailed
from calls.simulator.twiml.document import BadDocument, Document, Node, parse

T = TypeVar("T")

XML_TYPES = frozenset({"text/xml", "application/xml", "text/html"})
CHARACTERS_A_SECOND = 15.0


class Interruption(Exception):
    """The party was taken away from the verb it was in."""


class HungUp(Interruption):
    """The party left, or was made to leave over REST."""


class Redirected(Interruption):
    """New instructions came, over REST or by a SIP transfer."""

    def __init__(
        self,
        document: Callable[[], Coroutine[Any, Any, Document]],
        *,
        referred: bool = False,
    ) -> None:
        super().__init__()
        self.document = document
        self.referred = referred
        """The far end of a dial asked for it, not the product."""


class End(Exception):
    """The document says that this party is done: `<Hangup>` or `<Reject>`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """Something a person says."""

    text: str
    lang: str = "en-US"
    split_into: int = 1
    """Speech recognition finalises it in so many prompts, with pauses between."""
    pause_s: float = 0.8
    partials: bool = True
    breaks_off: bool = False
    """The speaker stops in the middle and the end never comes."""


class Line(Protocol):
    """Whatever takes what a person says and presses at the moment."""

    async def speak(self, said: Utterance) -> None: ...

    async def press(self, digit: str) -> None: ...


@runtime_checkable
class AgentLine(Line, Protocol):
    """A line on which an agent speaks: a relay session or the voice model."""

    def words_heard(self) -> int:
        """Of the utterance that is being spoken."""

    def drop_after(self, frames: int) -> None:
        """The product's connection to it breaks after so many more frames."""


class DeafLine:
    """Nobody listens: during ringing, announcements and bridged talk."""

    async def speak(self, said: Utterance) -> None:
        return

    async def press(self, digit: str) -> None:
        return


class Party(abc.ABC):
    def __init__(
        self,
        sid: str,
        product: Product,
        clock: Clock,
        complain: Callable[[str, str], None],
    ) -> None:
        self.sid = sid
        self.product = product
        self.clock = clock
        self.complain = complain
        self.ear = Ear()
        self.line: Line = DeafLine()
        self._interruption: asyncio.Future[Interruption] = self._no_interruption()

    @staticmethod
    def _no_interruption() -> asyncio.Future[Interruption]:
        return asyncio.get_running_loop().create_future()

    # Being taken away.

    def interrupt(self, by: Interruption) -> bool:
        """False when an earlier interruption has not been dealt with yet."""
        if self._interruption.done():
            return False
        self._interruption.set_result(by)
        return True

    @property
    def gone(self) -> bool:
        return self._interruption.done() and isinstance(
            self._interruption.result(), HungUp
        )

    def resume(self) -> None:
        """After a redirect: the next interruption may come."""
        self._interruption = self._no_interruption()

    async def race(self, work: Coroutine[Any, Any, T]) -> T:
        task = asyncio.ensure_future(work)
        try:
            both: set[asyncio.Future[Any]] = {task, self._interruption}
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
            raise self._interruption.result()
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait({task})

    # Asking the product.

    @abc.abstractmethod
    def params(self) -> dict[str, str]:
        """The fields that every webhook about this party carries."""

    async def post(self, hook: Webhook) -> Reply:
        return await self.product.send(hook)

    async def fetch(
        self, url: str, extra: Mapping[str, str], method: str = "POST"
    ) -> Document:
        """Ask a URL for TwiML and read it."""
        reply = await self.post(Webhook(url, {**self.params(), **extra}, method))
        return self.read(reply, url)

    def read(self, reply: Reply, url: str) -> Document:
        if reply.content_type not in XML_TYPES:
            raise WebhookFailed("12300", f"content type {reply.content_type} for TwiML")
        try:
            document = parse(reply.body, url)
        except BadDocument as error:
            raise WebhookFailed(error.code, error.text) from None
        for problem in document.problems:
            self.complain(problem.code, problem.text)
        return document

    async def next_document(
        self, node: Node, document: Document, extra: Mapping[str, str]
    ) -> Document:
        """The verb's `action`; without one, Twilio asks for the same document again."""
        url = urljoin(document.url, node.get("action")) or document.url
        return await self.fetch(url, extra, node.get("method", "POST"))

    # Hearing.

    def speaking_time(self, text: str) -> float:
        return len(text) / CHARACTERS_A_SECOND

    async def listen(self, who: str, text: str) -> None:
        """Something is said to this party, at the speed of speech."""
        self.ear.set_speaking(speaking=True)
        try:
            await self.clock.sleep(self.speaking_time(text))
        finally:
            self.ear.set_speaking(speaking=False)
        self.ear.hear(who, text)

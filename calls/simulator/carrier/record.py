"""`<Record>` and `<Start><Recording>`."""

import asyncio
from dataclasses import dataclass
from urllib.parse import urljoin

from calls.simulator.carrier.call import CarrierCall
from calls.simulator.carrier.party import DeafLine, End, HungUp, Utterance
from calls.simulator.carrier.recordings import Recording
from calls.simulator.twiml.document import Document, Node

MAX_LOOPS = 3
ANY_KEY = "0123456789#*"


class RecordLine:
    """The microphone of `<Record>`."""

    def __init__(self, call: CarrierCall, finish: str) -> None:
        self.call = call
        self.finish = finish
        self.words: list[str] = []
        self.key = ""
        self.stirred = asyncio.Event()
        self.speaking = False

    async def speak(self, said: Utterance) -> None:
        self.speaking = True
        self.words.append(said.text)
        self.stirred.set()
        try:
            await self.call.clock.sleep(self.call.speaking_time(said.text))
        finally:
            self.speaking = False
            self.stirred.set()

    async def press(self, digit: str) -> None:
        if digit in self.finish:
            self.key = digit
            self.stirred.set()

    async def until_over(self, silence: float, longest: float) -> None:
        """Over after silence, at the longest allowed, or at a finishing key."""
        try:
            async with asyncio.timeout(longest):
                while not self.key:
                    self.stirred.clear()
                    wait = None if self.speaking else silence
                    async with asyncio.timeout(wait):
                        await self.stirred.wait()
        except TimeoutError:
            return


@dataclass(frozen=True, slots=True)
class Take:
    """One recording and the element that asked for it."""

    call: CarrierCall
    node: Node
    document: Document
    recording: Recording

    def tell(self) -> None:
        url = self.node.get("recordingStatusCallback")
        self.call.record_callback(
            self.recording,
            urljoin(self.document.url, url) if url else "",
            self.node.get("recordingStatusCallbackEvent"),
        )

    def finish(self, text: str) -> bool:
        """False when nothing was said: then there is no recording."""
        self.recording.text = text
        self.recording.seconds = max(1, round(self.call.speaking_time(text)))
        self.recording.status = "completed" if text else "absent"
        self.tell()
        return bool(text)

    def whole_call(self) -> None:
        self.recording.seconds = self.call.duration
        self.recording.status = "completed"
        self.tell()

    async def action(self, digits: str) -> Document:
        extra = {
            "RecordingSid": self.recording.sid,
            "RecordingUrl": self.recording.url,
            "RecordingDuration": str(self.recording.seconds),
            "Digits": digits,
        }
        return await self.call.next_document(self.node, self.document, extra)


def _begin(call: CarrierCall, node: Node, document: Document, source: str) -> Take:
    recording = Recording(
        call.sid, call.config.account_sid, source, call.config.own_origin
    )
    call.recordings.append(recording)
    take = Take(call, node, document, recording)
    take.tell()
    return take


async def record(call: CarrierCall, node: Node, document: Document) -> Document | None:
    """The action is asked only if something was recorded; otherwise the next verb runs.

    Without an action Twilio asks for the same document again, which makes a voicemail
    greeting loop for ever (https://www.twilio.com/docs/voice/twiml/record).
    """
    call.answer()
    take = _begin(call, node, document, "RecordVerb")
    line = RecordLine(call, node.get("finishOnKey", ANY_KEY))
    if node.flag("playBeep", default=True):
        call.ear.hear("tone", "[beep]")
    call.line = line
    call.ear.mark("beep")
    silence = call.clock.patience(node.number("timeout", 5))
    longest = call.clock.patience(node.number("maxLength", 3600))
    try:
        await call.race(line.until_over(silence, longest))
    except HungUp:
        if take.finish(" ".join(line.words)) and node.get("action"):
            await take.action("hangup")
        raise
    finally:
        call.line = DeafLine()
    if not take.finish(" ".join(line.words)):
        return None
    if not node.get("action"):
        _count_loop(call)
    return await take.action(line.key)


def _count_loop(call: CarrierCall) -> None:
    done = sum(r.source == "RecordVerb" for r in call.recordings)
    if done >= MAX_LOOPS:
        call.complain("record-loop", "<Record> without action asks again and again")
        raise End


async def start(call: CarrierCall, node: Node, document: Document) -> None:
    """Background recording of the whole call from here on."""
    call.answer()
    for wanted in node.named("Recording"):
        take = _begin(call, wanted, document, "StartCallRecordingTwiML")
        take.recording.channels = 1 if wanted.get("channels") == "mono" else 2
        call.when_over.append(take.whole_call)

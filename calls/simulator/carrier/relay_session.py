"""One ConversationRelay session: the socket, and what goes over it in both directions.

https://www.twilio.com/docs/voice/conversationrelay/websocket-messages. The session ends
in one of three ways: the product sends `end`, the caller goes (both close 1000), or the
socket breaks (64105). Timings are those seen on live calls.
"""

import asyncio
import contextlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from calls.simulator.carrier.call import CarrierCall
from calls.simulator.carrier.frames import BadFrame, Frame, read_frame
from calls.simulator.carrier.order import Session
from calls.simulator.carrier.party import DeafLine, HungUp, Interruption, Utterance
from calls.simulator.carrier.product import WebhookFailed
from calls.simulator.carrier.relay_microphone import RelayMicrophone
from calls.simulator.carrier.relay_settings import (
    RelaySettings,
    SessionRefused,
    check_speech,
)
from calls.simulator.carrier.relay_speaker import RelaySpeaker
from calls.simulator.sids import new_sid
from calls.simulator.signature import sign

CONNECT_S = 10.0
GREETING_S = 0.7
END_TO_CLOSE_S = 0.09
FLUSH_S = 2.0
MAX_MALFORMED = 10
NORMAL_CLOSE = (1000, "Closing websocket session")
MALFORMED_CLOSE = (1007, "Too many consecutive malformed messages.")


@dataclass(frozen=True, slots=True)
class SessionEnd:
    status: str
    """ended, completed or failed."""
    error_code: str = ""
    error_message: str = ""
    handoff_data: str | None = None
    close: tuple[int, str] = NORMAL_CLOSE


def failed(code: str, text: str, close: tuple[int, str] = NORMAL_CLOSE) -> SessionEnd:
    return SessionEnd("failed", code, text, close=close)


class RelaySession:
    def __init__(self, call: CarrierCall, settings: RelaySettings) -> None:
        self.call = call
        self.settings = settings
        self.record = Session(session_id=new_sid("VX"))
        self.first = not call.sessions
        call.sessions.append(self.record)
        self.speaker = RelaySpeaker(call, settings, self.record, self.send)
        self.microphone = RelayMicrophone(call, settings, self.speaker, self.send)
        self.began = time.monotonic()
        self._malformed = 0
        self._socket: ClientConnection | None = None
        self._outbox: asyncio.Queue[tuple[float, str]] = asyncio.Queue()
        self._over: asyncio.Future[SessionEnd] = (
            asyncio.get_running_loop().create_future()
        )
        self._drop_after = call.order.knobs.drop_at_frame
        self._leaving = False

    # The caller's side: this is the line while the session lasts.

    async def speak(self, said: Utterance) -> None:
        await self.microphone.speak(said)

    async def press(self, digit: str) -> None:
        await self.microphone.press(digit)

    def words_heard(self) -> int:
        return self.speaker.words_heard()

    def drop_after(self, frames: int) -> None:
        """Break the connection once so many more frames have come."""
        self._drop_after = self.record.frames + frames
        if not frames:
            self._drop()

    # The session from handshake to end.

    async def run(self) -> SessionEnd:
        try:
            self._socket = await self._handshake()
        except WebhookFailed as error:
            return failed("64102", error.text)
        except (OSError, TimeoutError, WebSocketException) as error:
            return failed("64102", f"unable to connect to the WebSocket: {error}")
        self._set_up()
        tasks = {
            asyncio.create_task(self._write(self._socket)),
            asyncio.create_task(self._read(self._socket)),
            asyncio.create_task(self.speaker.play()),
        }
        self.call.line = self
        self.call.ear.mark(f"session_{len(self.call.sessions)}")
        try:
            end = await self._until_over(self._socket)
        finally:
            self.call.line = DeafLine()
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            self.speaker.stop()
        return end

    async def _until_over(self, socket: ClientConnection) -> SessionEnd:
        """Wait for the end, which may come from the caller or over REST."""
        try:
            check_speech(
                self.settings, self.settings.tts_language, self.settings.stt_language
            )
            if self.settings.greeting:
                self.speaker.greet(self.call.clock.real(GREETING_S))
            end = await self.call.race(self._wait())
        except SessionRefused as error:
            self.send({"type": "error", "description": error.text})
            end = failed(error.code, error.text)
        except Interruption as interruption:
            self._leaving = True
            if isinstance(interruption, HungUp):
                self.microphone.leave()
            await self._close(socket, NORMAL_CLOSE)
            raise
        self._leaving = True
        await self._close(socket, end.close)
        return end

    async def _close(self, socket: ClientConnection, close: tuple[int, str]) -> None:
        """Say goodbye once everything is out; a product that does not read may wait."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FLUSH_S):
                await self._outbox.join()
        await socket.close(*close)

    async def _wait(self) -> SessionEnd:
        end = await self._over
        if end.status == "ended":
            await self.call.clock.sleep(END_TO_CLOSE_S)
        return end

    async def _handshake(self) -> ClientConnection:
        """The signature covers the literal URL of the TwiML, without any parameters."""
        product = self.call.product
        url = self.settings.url
        local = product.local_url(url)
        headers = product.proxy_headers()
        del headers["Host"]  # taken from the address below
        headers["X-Twilio-Signature"] = sign(url, {}, self.call.config.auth_token)
        host, _, port = self.call.config.connect_to.rpartition(":")
        return await connect(
            local.replace(self.call.config.connect_to, product.config.public_host, 1),
            host=host,
            port=int(port),
            additional_headers=headers,
            compression=None,
            proxy=None,
            open_timeout=CONNECT_S,
            ping_interval=None,
            close_timeout=2,
            max_size=2**20,
        )

    def _set_up(self) -> None:
        call = self.call
        setup: dict[str, Any] = {
            "type": "setup",
            "sessionId": self.record.session_id,
            "accountSid": call.config.account_sid,
            "parentCallSid": "",
            "callSid": call.sid,
            "from": call.from_,
            "to": call.to,
            "forwardedFrom": call.order.forwarded_from,
            "callType": "PSTN",
            "callerName": call.order.caller_name,
            "direction": "inbound",
            "callStatus": "RINGING" if self.first else "IN_PROGRESS",
            "customParameters": dict(self.settings.parameters),
        }
        self.send(setup)
        call.answer()
        if call.order.knobs.unknown_additions:
            self.send({"type": "sentiment", "value": "neutral", "score": 0.5})

    def send(self, frame: Mapping[str, Any]) -> None:
        """One frame to the product; lost when the socket has gone."""
        if self.call.order.knobs.unknown_additions:
            frame = {**frame, "carrierNote": "added without notice"}
        due = self.call.clock.now() + self.call.order.knobs.latency_ms / 1000
        self._outbox.put_nowait((due, orjson.dumps(frame).decode()))

    async def _write(self, socket: ClientConnection) -> None:
        """The network: everything arrives in order, and as late as the knob says."""
        while True:
            due, text = await self._outbox.get()
            wait = due - self.call.clock.now()
            if wait > 0:
                await asyncio.sleep(wait)
            with contextlib.suppress(ConnectionClosed):
                await socket.send(text)
            self._outbox.task_done()

    # What the product sends.

    async def _read(self, socket: ClientConnection) -> None:
        knobs = self.call.order.knobs
        try:
            while not self._over.done():
                raw = await socket.recv()
                self.record.frames += 1
                if knobs.slow_reader_ms:
                    await asyncio.sleep(knobs.slow_reader_ms / 1000)
                if self._drop_after and self.record.frames >= self._drop_after:
                    self._drop()
                    return
                self._take(raw)
        except ConnectionClosed as error:
            self._finish(failed("64105", "Websocket ended"))
            if not self._leaving:
                self.call.complain("64105", f"the product closed the socket: {error}")

    def _drop(self) -> None:
        """The network breaks: neither side says goodbye."""
        self._leaving = True
        self._drop_after = 0
        if self._socket is not None:
            self._socket.transport.abort()
        self._finish(failed("64105", "Websocket ended"))

    def _finish(self, end: SessionEnd) -> None:
        if not self._over.done():
            self._over.set_result(end)

    def _take(self, raw: str | bytes) -> None:
        try:
            frame = read_frame(raw)
        except BadFrame as error:
            self._refuse(raw, error)
            return
        self._malformed = 0
        if (hook := self.call.order.on_frame) is not None:
            hook(self.call.clock.now(), frame)
        if frame["type"] == "end":
            self._end(frame)
        elif frame["type"] == "language":
            self._switch(frame)
        else:
            self._check_language(frame)
            self.speaker.take(frame)

    def _check_language(self, frame: Frame) -> None:
        """`lang` is for one message; it needs a voice that can speak it."""
        if (lang := frame.get("lang")) is not None:
            try:
                check_speech(self.settings, lang, self.microphone.language)
            except SessionRefused as error:
                self.call.complain(error.code, f"text.lang: {error.text}")

    def _refuse(self, raw: str | bytes, error: BadFrame) -> None:
        """A bad message is answered and dropped; the tenth in a row is the last."""
        self._malformed += 1
        shown = raw if isinstance(raw, str) else "(binary)"
        self.call.complain("64107", f"{error}: {shown[:500]}")
        self.send(
            {"type": "error", "description": f"Invalid message received: {shown}"}
        )
        if self._malformed == MAX_MALFORMED:
            self._finish(failed("64105", "Websocket ended", MALFORMED_CLOSE))

    def _end(self, frame: Frame) -> None:
        lost = self.speaker.stop()
        if lost:
            self.record.cut_by_end = len(lost)
            self.call.warn(f"end cut {len(lost)} characters that were still to be said")
        self._finish(SessionEnd("ended", handoff_data=frame.get("handoffData")))

    def _switch(self, frame: Frame) -> None:
        tts = frame.get("ttsLanguage", self.speaker.language)
        stt = frame.get("transcriptionLanguage", self.microphone.language)
        try:
            check_speech(self.settings, tts, stt)
        except SessionRefused as error:
            self.call.complain(error.code, error.text)
            self.send({"type": "error", "description": error.text})
            self._finish(failed(error.code, error.text))
            return
        self.speaker.language, self.microphone.language = tts, stt

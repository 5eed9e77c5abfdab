"""One session of the voice model: what clients ask of it, and the caller's line."""

import copy
from collections.abc import Callable, Mapping
from typing import Any

from calls.simulator.carrier.party import Utterance
from calls.simulator.openai_api.errors import ApiError, invalid
from calls.simulator.realtime.client_events import BadEvent, Event, read_event
from calls.simulator.realtime.configuration import update
from calls.simulator.realtime.conversation import Item, new_id
from calls.simulator.realtime.core import Core, Emit
from calls.simulator.realtime.microphone import Microphone
from calls.simulator.realtime.responder import Race, Responder, race
from calls.simulator.realtime.session_body import check_update
from calls.simulator.realtime.speaker import Speaker


class Session:
    """To the carrier it is the line on which the caller speaks and is spoken to."""

    def __init__(self, core: Core, emit: Emit, drop: Callable[[int], None]) -> None:
        self.core = core
        core.emit = emit
        self._drop = drop
        rate = float(core.config["audio"]["output"]["speed"])
        self.speaker = Speaker(core.caller, emit, self._quiet, rate)
        self.speaker.connected_at = core.connected_at
        self.responder = Responder(core, self.speaker)
        self.microphone = Microphone(core, self.responder)
        core.after_response.append(self._quiet)

    def _quiet(self) -> None:
        """Generated and heard to its end, in whichever order."""
        if self.responder.active is None and not self.speaker.audible:
            self.microphone.wait_for_caller()

    def close(self) -> None:
        self.core.close()
        self.core.record.cut_by_end = self.speaker.stop()

    # The caller's line.

    async def speak(self, said: Utterance) -> None:
        await self.microphone.speak(said)

    async def press(self, digit: str) -> None:
        await self.microphone.press(digit)

    def words_heard(self) -> int:
        return self.speaker.words_heard()

    def drop_after(self, frames: int) -> None:
        self._drop(frames)

    # What a client asks for.

    def take(self, raw: str | bytes) -> dict[str, Any] | None:
        """One client event; gives the fields of an `error` if it was refused."""
        try:
            event = read_event(raw)
        except BadEvent as bad:
            return self._refuse(bad.error, bad.event_id)
        try:
            CLIENT_EVENTS[event["type"]](self, event)
        except ApiError as error:
            return self._refuse(error, event.get("event_id"))
        return None

    def _refuse(self, error: ApiError, event_id: str | None) -> dict[str, Any]:
        """Races happen to any client; whatever else is refused is its mistake."""
        self.core.record.errors.append(error.code or error.kind)
        if not isinstance(error, Race):
            self.core.caller.complain("realtime", error.message)
        return {
            "type": error.kind,
            "code": error.code,
            "message": error.message,
            "param": error.param,
            "event_id": event_id,
        }

    def _update(self, event: Event) -> None:
        changes = event["session"]
        check_update(changes, self.core.config["model"])
        output = changes.get("audio", {}).get("output", {})
        voice = self.core.config["audio"]["output"]["voice"]
        if self.responder.spoke and output.get("voice", voice) != voice:
            raise invalid(
                "Cannot update a conversation's voice if assistant audio is present.",
                "session.audio.output.voice",
                "cannot_update_voice",
            )
        self.core.config = update(self.core.config, changes)
        if "speed" in output:
            self.speaker.set_rate(float(output["speed"]))
        self.core.emit("session.updated", session=self.core.config)

    def _respond(self, event: Event) -> None:
        if missing := self.core.conversation.unanswered():
            self.core.caller.warn(
                f"response.create before the output of {len(missing)} function calls"
            )
        self.responder.respond(event.get("response"))

    def _cancel(self, event: Event) -> None:
        self.responder.cancel(event.get("response_id"))

    def _clear_output(self, event: Event) -> None:
        self.responder.clear()

    # Items.

    def _create(self, event: Event) -> None:
        body = copy.deepcopy(event["item"])
        if body["type"] == "function_call_output":
            self._check_output(body["call_id"])
        body = {
            "id": new_id("item"),
            "object": "realtime.item",
            "status": "completed",
            **body,
        }
        item = Item(body)
        before = self.core.conversation.insert(item, event.get("previous_item_id"))
        for kind in ("added", "done"):
            self.core.emit(
                f"conversation.item.{kind}", previous_item_id=before, item=body
            )

    def _check_output(self, call_id: str) -> None:
        call = self.core.conversation.call(call_id)
        if call is None:
            raise invalid(
                f"Tool call ID '{call_id}' not found in conversation.",
                "item.call_id",
                "invalid_tool_call_id",
            )
        if call.body["status"] != "completed":
            self.core.caller.complain(
                "realtime", "the output of a function call that was cancelled"
            )
        elif call_id not in self.core.conversation.unanswered():
            self.core.caller.complain(
                "realtime", "a second output of one function call"
            )

    def _retrieve(self, event: Event) -> None:
        item = self.core.conversation.find(event["item_id"], "retrieve")
        self.core.emit("conversation.item.retrieved", item=item.body)

    def _delete(self, event: Event) -> None:
        self.core.conversation.delete(event["item_id"])
        self.core.emit("conversation.item.deleted", item_id=event["item_id"])

    def _truncate(self, event: Event) -> None:
        item = self.core.conversation.find(event["item_id"], "truncate")
        end = event["audio_end_ms"]
        if item.body.get("role") != "assistant" or not item.by_voice:
            raise invalid(
                "Only model output audio messages can be truncated.",
                "item_id",
                "item_truncate_invalid_item_id",
            )
        if end > item.audio_ms:
            raise race(
                "invalid_value",
                f"Audio content of {item.audio_ms}ms is already shorter than {end}ms",
            )
        kept = int(len(item.words) * end / max(item.audio_ms, 1))
        item.words, item.audio_ms = item.words[:kept], end
        told = {"item_id": item.id, "content_index": 0, "audio_end_ms": end}
        self.core.emit("conversation.item.truncated", **told)

    # The caller's audio, which comes over SIP.

    def _append(self, event: Event) -> None:
        raise invalid("The audio of a SIP call comes over SIP.", "type")

    def _commit(self, event: Event) -> None:
        if not self.microphone.commit():
            raise race(
                "input_audio_buffer_commit_empty",
                "Error committing input audio buffer: buffer too small. Expected at "
                "least 100ms of audio, but buffer only has 0.00ms of audio.",
            )

    def _clear_input(self, event: Event) -> None:
        self.microphone.clear()
        self.core.emit("input_audio_buffer.cleared")


CLIENT_EVENTS: Mapping[str, Callable[[Session, Event], None]] = {
    "session.update": Session._update,
    "response.create": Session._respond,
    "response.cancel": Session._cancel,
    "conversation.item.create": Session._create,
    "conversation.item.retrieve": Session._retrieve,
    "conversation.item.delete": Session._delete,
    "conversation.item.truncate": Session._truncate,
    "output_audio_buffer.clear": Session._clear_output,
    "input_audio_buffer.append": Session._append,
    "input_audio_buffer.commit": Session._commit,
    "input_audio_buffer.clear": Session._clear_input,
}

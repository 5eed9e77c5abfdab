"""The items that a response puts out, and the events that tell of them.

Whatever is open when a response ends is closed first, also when the response was cut:
the arguments of a function call are told as done then, too, which is why they are no
permission to act (https://developers.openai.com/api/docs/guides/realtime-conversations).
"""

from typing import Any

from calls.simulator.openai_api.rules import Call
from calls.simulator.openai_api.usage import tokens_in
from calls.simulator.realtime.conversation import Item, message, new_id
from calls.simulator.realtime.core import Core
from calls.simulator.realtime.speaker import Speaker, Speech

WORDS = "response.output_audio_transcript"
TEXT = "response.output_text"
ARGUMENTS = "response.function_call_arguments"


class Output:
    def __init__(
        self, core: Core, speaker: Speaker, response_id: str, *, by_voice: bool
    ) -> None:
        self.core = core
        self.speaker = speaker
        self.response_id = response_id
        self.by_voice = by_voice
        self.apart = False
        """Its items do not become part of the conversation."""
        self.items: list[Item] = []
        self.spoken = 0
        """Characters that were generated as sound."""
        self._speech: Speech | None = None
        self._open: Item | None = None

    @property
    def text_tokens(self) -> int:
        return sum(
            tokens_in(item.body.get("arguments", item.words)) for item in self.items
        )

    # Messages.

    def open_message(self) -> None:
        part: dict[str, Any] = {"type": "output_audio", "transcript": ""}
        if not self.by_voice:
            part = {"type": "output_text", "text": ""}
        item = Item(message("assistant", [part], "in_progress"), by_voice=self.by_voice)
        self._add(item)
        self._tell_part("added", item)
        if self.by_voice:
            self._speech = Speech(self.response_id, item)
            self.speaker.begin(self._speech)

    def extend_message(self, token: str) -> None:
        item = self._open
        assert item is not None
        item.words += token
        (part,) = item.body["content"]
        part["transcript" if self.by_voice else "text"] = item.words
        name = WORDS if self.by_voice else TEXT
        self._tell(f"{name}.delta", item, content_index=0, delta=token)
        if self._speech is not None:
            self.spoken += len(token)
            item.audio_ms = int(self.speaker.spoken_ms(len(item.words)))
            self.speaker.say(self._speech, token)

    # Function calls.

    def open_call(self, call: Call) -> None:
        self._add(
            Item(
                {
                    "id": new_id("item"),
                    "object": "realtime.item",
                    "type": "function_call",
                    "status": "in_progress",
                    "name": call.name,
                    "call_id": call.call_id,
                    "arguments": "",
                }
            )
        )

    def extend_call(self, chunk: str) -> None:
        item = self._open
        assert item is not None
        item.body["arguments"] += chunk
        call_id = item.body["call_id"]
        self._tell(f"{ARGUMENTS}.delta", item, call_id=call_id, delta=chunk)

    # Both.

    def close(self, status: str) -> None:
        """Whatever is open is done: `completed`, or `incomplete` when it was cut."""
        item, self._open = self._open, None
        if item is None:
            return
        if self._speech is not None:
            self.speaker.finish(self._speech)
            self._speech = None
        if item.kind == "function_call":
            told = {key: item.body[key] for key in ("call_id", "name", "arguments")}
            self._tell(f"{ARGUMENTS}.done", item, **told)
        else:
            self._close_part(item)
        item.body["status"] = status
        self._tell_item("done", item)
        if not self.apart:
            self._tell_conversation("done", item)

    def _close_part(self, item: Item) -> None:
        """What was written, also where not all of it was heard."""
        (part,) = item.body["content"]
        if self.by_voice:
            words = part["transcript"]
            self._tell("response.output_audio.done", item, content_index=0)
            self._tell(f"{WORDS}.done", item, content_index=0, transcript=words)
        else:
            self._tell(f"{TEXT}.done", item, content_index=0, text=part["text"])
        self._tell_part("done", item)

    def _add(self, item: Item) -> None:
        self._open = item
        self.items.append(item)
        self._tell_item("added", item)
        if not self.apart:
            self.core.conversation.append(item)
            self._tell_conversation("added", item)

    def _tell(self, kind: str, item: Item, **fields: Any) -> None:
        self.core.emit(
            kind,
            response_id=self.response_id,
            item_id=item.id,
            output_index=len(self.items) - 1,
            **fields,
        )

    def _tell_part(self, kind: str, item: Item) -> None:
        (part,) = item.body["content"]
        told = {**part, "type": part["type"].removeprefix("output_")}
        name = f"response.content_part.{kind}"
        self._tell(name, item, content_index=0, part=told)

    def _tell_item(self, kind: str, item: Item) -> None:
        self.core.emit(
            f"response.output_item.{kind}",
            response_id=self.response_id,
            output_index=len(self.items) - 1,
            item=item.body,
        )

    def _tell_conversation(self, kind: str, item: Item) -> None:
        self.core.emit(
            f"conversation.item.{kind}",
            previous_item_id=self.core.conversation.before(item),
            item=item.body,
        )

"""The conversation of a session: a chain of items, and what the model makes of it."""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from calls.simulator.openai_api import items as text_side
from calls.simulator.openai_api.errors import invalid

AUDIO_IN_MS = 100
"""Caller's audio: one token for so many milliseconds."""
AUDIO_OUT_MS = 50
FRAMING_TOKENS = 4


def new_id(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(9)}"


@dataclass(slots=True)
class Item:
    """`body` is what goes over the wire; the rest is what the model knows."""

    body: dict[str, Any]
    words: str = ""
    """What was said in it, by the caller or (as far as it was heard) by the agent."""
    audio_ms: int = 0
    by_voice: bool = False

    @property
    def id(self) -> str:
        return str(self.body["id"])

    @property
    def kind(self) -> str:
        return str(self.body["type"])

    @property
    def audio_tokens(self) -> int:
        each_ms = AUDIO_IN_MS if self.body.get("role") == "user" else AUDIO_OUT_MS
        return -(-self.audio_ms // each_ms)

    @property
    def text_tokens(self) -> int:
        """The caller's audio has none: what was said is for another model to write."""
        by_caller = self.by_voice and self.body.get("role") == "user"
        return FRAMING_TOKENS + (0 if by_caller else -(-len(self.text) // 4))

    @property
    def text(self) -> str:
        if self.kind == "function_call":
            return str(self.body["name"]) + str(self.body["arguments"])
        if self.kind == "function_call_output":
            return str(self.body["output"])
        if self.by_voice:
            return self.words
        parts = self.body.get("content", [])
        return " ".join(str(part.get("text", "")) for part in parts)

    def as_input(self) -> text_side.Item | None:
        """The same as the rule book reads it, which was written for text."""
        if self.kind == "message":
            content = self.text
            if not content and self.body["role"] == "user":
                return None  # a silence
            return {"type": "message", "role": self.body["role"], "content": content}
        if self.kind in {"function_call", "function_call_output"}:
            return self.body
        return None


def message(role: str, content: list[dict[str, Any]], status: str) -> dict[str, Any]:
    return {
        "id": new_id("item"),
        "object": "realtime.item",
        "type": "message",
        "status": status,
        "role": role,
        "content": content,
    }


@dataclass(slots=True)
class Conversation:
    id: str = field(default_factory=lambda: new_id("conv"))
    chain: list[Item] = field(default_factory=list)
    by_id: dict[str, Item] = field(default_factory=dict)
    dropped: int = 0
    """So many items at the front are no longer in the model's context."""

    @property
    def last_id(self) -> str | None:
        return self.chain[-1].id if self.chain else None

    def append(self, item: Item) -> str | None:
        """Gives the id of the item before it."""
        before = self.last_id
        self.chain.append(item)
        self.by_id[item.id] = item
        return before

    def before(self, item: Item) -> str | None:
        """The id of the item before it; almost always it is among the last."""
        for number in range(len(self.chain) - 1, 0, -1):
            if self.chain[number] is item:
                return self.chain[number - 1].id
        return None

    def insert(self, item: Item, after: str | None) -> str | None:
        """Where a client wants it: `root` is the front, None the end."""
        if item.id in self.by_id:
            raise invalid(
                f"Item with item_id already exists: {item.id}.",
                "item.id",
                "item_create_duplicate_item_id",
            )
        if after is None:
            return self.append(item)
        place = 0 if after == "root" else self.place(after, "create") + 1
        self.chain.insert(place, item)
        self.by_id[item.id] = item
        return None if place == 0 else self.chain[place - 1].id

    def place(self, item_id: str, wish: str) -> int:
        for number, item in enumerate(self.chain):
            if item.id == item_id:
                return number
        raise invalid(
            f"Error with the conversation item: '{item_id}' does not exist.",
            "item_id",
            f"item_{wish}_invalid_item_id",
        )

    def find(self, item_id: str, wish: str) -> Item:
        return self.chain[self.place(item_id, wish)]

    def delete(self, item_id: str) -> None:
        place = self.place(item_id, "delete")
        del self.chain[place]
        self.dropped -= place < self.dropped
        del self.by_id[item_id]

    def call(self, call_id: str) -> Item | None:
        """The function call with this id."""
        for item in reversed(self.chain):
            if item.kind == "function_call" and item.body["call_id"] == call_id:
                return item
        return None

    def unanswered(self) -> set[str]:
        """The completed function calls that have no output yet."""
        calls, outputs = set(), set()
        for item in self.chain:
            if item.kind == "function_call" and item.body["status"] == "completed":
                calls.add(str(item.body["call_id"]))
            elif item.kind == "function_call_output":
                outputs.add(str(item.body["call_id"]))
        return calls - outputs

    # What the model reads.

    def context(self) -> list[Item]:
        return self.chain[self.dropped :]

    def truncate(self, limit: int, keep: int) -> None:
        """Over the limit, drop the oldest items until no more than `keep` is left."""
        sizes = [item.text_tokens + item.audio_tokens for item in self.context()]
        total = sum(sizes)
        if total <= limit:
            return
        for size in sizes:
            if total <= keep:
                return
            total -= size
            self.dropped += 1


def readable(items: list[Item]) -> list[text_side.Item]:
    return list(_readable(items))


def _readable(items: list[Item]) -> Iterator[text_side.Item]:
    """Outputs whose call has fallen out of the context are not read."""
    called: set[str] = set()
    for item in items:
        found = item.as_input()
        if found is None:
            continue
        if found["type"] == "function_call":
            if found.get("status", "completed") != "completed":
                continue
            called.add(found["call_id"])
        elif found["type"] == "function_call_output" and (
            found["call_id"] not in called
        ):
            continue
        yield found


def limits_of(truncation: Any) -> tuple[int, int] | None:
    """The tokens after which history is cut, and what is kept; None = never cut."""
    if truncation == "disabled":
        return None
    if not isinstance(truncation, Mapping):
        return 28_224, 28_224
    limits = truncation.get("token_limits") or {}
    most = int(limits.get("post_instructions", 28_224))
    return most, int(most * float(truncation["retention_ratio"]))

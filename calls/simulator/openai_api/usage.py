"""Tokens, counted at four characters each, and the prompt cache, kept honestly.

A prompt is tools, then instructions, then items. The cache knows prefixes in blocks of
128 tokens per cache key and counts from 1,024 tokens on
(https://developers.openai.com/api/docs/guides/prompt-caching), so a product that
changes the head of its prompt from turn to turn sees its hits disappear here too.
"""

from collections import OrderedDict
from dataclasses import dataclass
from hashlib import blake2b

import orjson

from calls.simulator.openai_api.request import ModelRequest

CHARACTERS = 4
BLOCK = 128 * CHARACTERS
LEAST_BLOCKS = 1024 // 128
REMEMBERED = 200_000
REASONING_TOKENS = {"minimal": 16, "low": 64, "medium": 256, "high": 1024}


@dataclass(frozen=True, slots=True)
class Usage:
    input_tokens: int
    cached_tokens: int
    cache_write_tokens: int
    output_tokens: int
    reasoning_tokens: int

    def as_json(self) -> dict[str, object]:
        return {
            "input_tokens": self.input_tokens,
            "input_tokens_details": {
                "cached_tokens": self.cached_tokens,
                "cache_write_tokens": self.cache_write_tokens,
            },
            "output_tokens": self.output_tokens,
            "output_tokens_details": {"reasoning_tokens": self.reasoning_tokens},
            "total_tokens": self.input_tokens + self.output_tokens,
        }


def tokens_in(text: str) -> int:
    return -(-len(text) // CHARACTERS)


def prompt_of(request: ModelRequest) -> str:
    tools = orjson.dumps(request.body.get("tools") or []).decode()
    items = "".join(orjson.dumps(item).decode() for item in request.items)
    return tools + request.instructions + items


class PromptCache:
    def __init__(self) -> None:
        self._blocks: OrderedDict[bytes, None] = OrderedDict()

    def read_and_write(self, key: str, prompt: str) -> tuple[int, int]:
        """Cached tokens and newly written ones for this prompt; it is known after."""
        if len(prompt) < LEAST_BLOCKS * BLOCK:
            return 0, 0
        chain = blake2b(key.encode(), digest_size=16)
        hits, known = 0, True
        blocks = len(prompt) // BLOCK
        for number in range(blocks):
            chain.update(prompt[number * BLOCK : (number + 1) * BLOCK].encode())
            digest = chain.digest()
            known = known and digest in self._blocks
            hits += known
            self._blocks[digest] = None
            self._blocks.move_to_end(digest)
        while len(self._blocks) > REMEMBERED:
            self._blocks.popitem(last=False)
        cached = hits * 128 if hits >= LEAST_BLOCKS else 0
        return cached, blocks * 128 - cached


def count(request: ModelRequest, cache: PromptCache, output: str) -> Usage:
    prompt = prompt_of(request)
    key = str(request.body.get("prompt_cache_key") or "")
    cached, written = cache.read_and_write(key, prompt)
    reasoning = REASONING_TOKENS.get(request.effort, 0)
    return Usage(
        tokens_in(prompt), cached, written, tokens_in(output) + reasoning, reasoning
    )

"""What a response is charged for, with the part that the cache knew.

The prompt is the head (instructions and tools) and then the items. What stands
unchanged at the front since an earlier response of the session is cached, in blocks of
64 tokens; a change of the head loses all of it
(https://developers.openai.com/api/docs/guides/realtime-costs). Audio is one token for
100 ms in, and for 50 ms out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from calls.simulator.realtime.conversation import AUDIO_IN_MS, AUDIO_OUT_MS, Item

BLOCK = 64
# Models that are charged by what they read and write; the others by the second.
BY_TOKENS = ("gpt-4o-",)


@dataclass(frozen=True, slots=True)
class Prompt:
    text: int
    audio: int
    cached_text: int
    cached_audio: int


class ContextCache:
    def __init__(self) -> None:
        self._known: set[int] = set()

    def read_and_write(self, head: str, items: Iterable[Item]) -> Prompt:
        pieces = [(hash(head), -(-len(head) // 4), 0)]
        for item in items:
            key = hash((item.id, item.text, item.audio_ms))
            pieces.append((key, item.text_tokens, item.audio_tokens))
        chain, warm = 0, True
        text = audio = cached_text = cached_audio = 0
        for key, texts, audios in pieces:
            chain = hash((chain, key))
            warm = warm and chain in self._known
            self._known.add(chain)
            text, audio = text + texts, audio + audios
            if warm:
                cached_text, cached_audio = text, audio
        return Prompt(
            text, audio, cached_text // BLOCK * BLOCK, cached_audio // BLOCK * BLOCK
        )


def usage(prompt: Prompt, *, text: int, audio_ms: float) -> dict[str, Any]:
    """The `usage` of `response.done`."""
    audio = round(audio_ms / AUDIO_OUT_MS)
    into, out = prompt.text + prompt.audio, text + audio
    return {
        "total_tokens": into + out,
        "input_tokens": into,
        "output_tokens": out,
        "input_token_details": {
            "text_tokens": prompt.text,
            "audio_tokens": prompt.audio,
            "image_tokens": 0,
            "cached_tokens": prompt.cached_text + prompt.cached_audio,
            "cached_tokens_details": {
                "text_tokens": prompt.cached_text,
                "audio_tokens": prompt.cached_audio,
                "image_tokens": 0,
            },
        },
        "output_token_details": {"text_tokens": text, "audio_tokens": audio},
    }


def transcription_usage(model: str, words: str, audio_ms: int) -> Mapping[str, Any]:
    if not model.startswith(BY_TOKENS):
        return {"type": "duration", "seconds": round(audio_ms / 1000, 2)}
    into, out = -(-audio_ms // AUDIO_IN_MS), -(-len(words) // 4)
    return {
        "type": "tokens",
        "input_tokens": into,
        "output_tokens": out,
        "total_tokens": into + out,
        "input_token_details": {"text_tokens": 0, "audio_tokens": into},
    }

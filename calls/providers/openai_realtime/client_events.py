"""The sideband: what we ask, in the provider's words.

Source: OpenAI Realtime client events.
"""

from collections.abc import Sequence

import orjson

from calls.core.voice.actions import (
    GiveOutput,
    Interrupt,
    LookBack,
    Recall,
    Respond,
    TellModel,
)
from calls.providers.openai_realtime.session_body import transcription_change

SAY_EXACTLY = (
    "In your next answer say exactly the following and nothing else, in its language: "
)
# Put behind the last item and taken away again: its place is what we want to know.
MARKER = "(The line was checked here. There is nothing to be said about it.)"

Frames = Respond | Interrupt | GiveOutput | TellModel | LookBack | Recall


def write(action: Frames) -> list[str]:
    """The client events for an action, in the order in which they must be sent."""
    return [orjson.dumps(event).decode() for event in _events(action)]


def write_transcription(model: str, languages: Sequence[str]) -> str:
    """The client event after which this model reads the caller's words."""
    session = transcription_change(model, languages)
    return orjson.dumps({"type": "session.update", "session": session}).decode()


def _events(action: Frames) -> list[dict[str, object]]:
    match action:
        case Respond(words=""):
            return [{"type": "response.create"}]
        case Respond():
            # Instructions or tools of its own would cost a response the whole cache,
            # for they stand before everything else in it (fact sheet 4.1).
            choice = {"tool_choice": "none"}
            return [
                _system(f"{SAY_EXACTLY}{action.words}"),
                {"type": "response.create", "response": choice},
            ]
        case Interrupt():
            return [{"type": "response.cancel"}, {"type": "output_audio_buffer.clear"}]
        case GiveOutput():
            item: dict[str, object] = {
                "type": "function_call_output",
                "call_id": action.tool_call,
                "output": action.output,
            }
            return [{"type": "conversation.item.create", "item": item}]
        case LookBack():
            return [_system(MARKER)]
        case Recall():
            away = _about("delete", action.marker)
            return [away, _about("retrieve", action.item)] if action.item else [away]
        case TellModel(by_caller=False):
            return [_system(action.text)]
        case TellModel():
            return [_message("user", action.text)]


def _system(text: str) -> dict[str, object]:
    """At the end of the conversation, where it leaves the cache as it is."""
    return _message("system", text)


def _message(role: str, text: str) -> dict[str, object]:
    content = [{"type": "input_text", "text": text}]
    item = {"type": "message", "role": role, "content": content}
    return {"type": "conversation.item.create", "item": item}


def _about(verb: str, item: str) -> dict[str, object]:
    return {"type": f"conversation.item.{verb}", "item_id": item}

"""The other model, which writes down what the caller said.

It runs beside the voice model: its text comes before or after the answer, and can fail
or never come (https://developers.openai.com/api/docs/guides/realtime-transcription).
"""

from functools import partial

from calls.simulator.realtime.conversation import Item
from calls.simulator.realtime.core import Core
from calls.simulator.realtime.usage import transcription_usage

EARLIEST_S, LATEST_S = 0.15, 0.9
EVENT = "conversation.item.input_audio_transcription"


class Transcriber:
    def __init__(self, core: Core) -> None:
        self.core = core
        self._late: list[Item] = []
        core.after_response.append(self._catch_up)

    def write(self, item: Item) -> None:
        config = self.core.input_config["transcription"]
        knobs = self.core.knobs
        if config is None or not item.words:
            return
        if self.core.chance(knobs.transcription_losses):
            return
        if knobs.late_transcripts:
            self._late.append(item)
            return
        seconds = self.core.caller.random.uniform(EARLIEST_S, LATEST_S)
        self.core.later(self.core.caller.clock.real(seconds), partial(self._tell, item))

    def _catch_up(self) -> None:
        late, self._late = self._late, []
        for item in reversed(late):
            self._tell(item)

    def _tell(self, item: Item) -> None:
        place = {"item_id": item.id, "content_index": 0}
        config = self.core.input_config["transcription"]
        if config is None:
            return
        if self.core.chance(self.core.knobs.transcription_failures):
            error = {
                "type": "transcription_error",
                "code": "audio_unintelligible",
                "message": "The audio could not be transcribed.",
                "param": None,
            }
            self.core.emit(f"{EVENT}.failed", **place, error=error)
            return
        (part,) = item.body["content"]
        part["transcript"] = item.words
        self.core.emit(f"{EVENT}.delta", **place, delta=item.words)
        counted = transcription_usage(config["model"], item.words, item.audio_ms)
        self.core.model.costs.transcribed(config["model"], counted)
        self.core.emit(
            f"{EVENT}.completed", **place, transcript=item.words, usage=counted
        )

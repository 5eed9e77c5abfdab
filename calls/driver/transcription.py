"""Changes the model that reads the caller's words when it keeps failing in a call."""

import logging
from collections.abc import Callable

from calls.core.actions import ReportIncident
from calls.core.voice.transcripts import Transcripts
from calls.core.words import CauseOwner, IncidentKind
from calls.driver.runtime import Runtime
from calls.driver.voice_briefing import VoiceBriefing
from calls.providers.openai_realtime import client_events, frames
from calls.providers.openai_realtime.sideband import Sideband
from calls.services import engine_sessions

logger = logging.getLogger(__name__)


class Transcription:
    """`reader` is told what usage is charged to from then on."""

    def __init__(
        self,
        briefing: VoiceBriefing,
        held_by: Runtime,
        reader: frames.Reader,
        report: Callable[[ReportIncident], None],
    ) -> None:
        self._session = briefing.session.id
        self._languages = [e.code for e in briefing.setting.profile.languages]
        self._runtime = held_by
        self._reader = reader
        self._report = report
        self._transcripts = Transcripts(
            briefing.voice.transcription_models, briefing.session.transcription_model
        )

    def heard(self, sideband: Sideband, *, failed: bool) -> None:
        """Returns at once."""
        if model := self._transcripts.heard(failed=failed):
            self._runtime.spawn(self._change_to(model, sideband))

    async def _change_to(self, model: str, sideband: Sideband) -> None:
        frame = client_events.write_transcription(model, self._languages)
        if not await sideband.send(frame):
            return
        self._reader.transcription_model = model
        detail = f"The transcript is made by {model} now: the one before it failed."
        self._report(ReportIncident(IncidentKind.MODEL_ERROR, CauseOwner.MODEL, detail))
        try:
            await self._runtime.database.run(
                engine_sessions.transcribed_by, self._session, model
            )
        except Exception:
            logger.exception("transcription model was not stored")

"""Recordings: their resource, their sound and their callback parameters."""

import io
import time
import wave
from dataclasses import dataclass, field
from email.utils import formatdate

from calls.simulator.sids import new_sid


@dataclass(slots=True)
class Recording:
    call_sid: str
    account_sid: str
    source: str
    """RecordVerb, DialVerb or StartCallRecordingTwiML."""
    origin: str
    channels: int = 1
    sid: str = field(default_factory=lambda: new_sid("RE"))
    status: str = "in-progress"
    seconds: int = 0
    text: str = ""
    started_at: float = field(default_factory=time.time)

    @property
    def url(self) -> str:
        path = f"/2010-04-01/Accounts/{self.account_sid}/Recordings/{self.sid}"
        return self.origin + path

    def callback_params(self) -> dict[str, str]:
        """Parameters of `recordingStatusCallback`, whatever was recorded."""
        params = {
            "AccountSid": self.account_sid,
            "CallSid": self.call_sid,
            "RecordingSid": self.sid,
            "RecordingStatus": self.status,
            "RecordingChannels": str(self.channels),
            "RecordingSource": self.source,
            "RecordingTrack": "both",
            "RecordingStartTime": formatdate(self.started_at),
        }
        if self.status == "completed":
            params |= {
                "RecordingUrl": self.url,
                "RecordingDuration": str(self.seconds),
                "ErrorCode": "0",
            }
        if self.status == "absent":
            params["ErrorCode"] = "16101"  # too short to be kept
        return params

    def as_json(self) -> dict[str, object]:
        return {
            "sid": self.sid,
            "account_sid": self.account_sid,
            "call_sid": self.call_sid,
            "status": self.status,
            "duration": str(self.seconds),
            "channels": self.channels,
            "source": self.source,
            "start_time": formatdate(self.started_at, usegmt=True),
            "date_created": formatdate(self.started_at, usegmt=True),
            "date_updated": formatdate(self.started_at, usegmt=True),
            "api_version": "2010-04-01",
            "price": None,
            "price_unit": "USD",
            "media_url": self.url,
            "uri": self.url.removeprefix(self.origin) + ".json",
            "encryption_details": None,
            "error_code": None,
            "conference_sid": None,
            "subresource_uris": {},
        }


def silence(seconds: int) -> bytes:
    """A WAV file of that many quiet seconds, a minute at most."""
    sound = io.BytesIO()
    with wave.open(sound, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(16_000 * min(seconds, 60)))
    return sound.getvalue()

"""When a call that is over may be closed.

The end of a call is told several times, by the session callback, the dial callback,
the number's status callback and the recording's, in any order, and any of them may
never come (https://www.twilio.com/docs/usage/webhooks/voice-webhooks). So no single
one of them starts the work after the call: the call is closed once all that can come
is in, or once the wait for it is over.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

# The journal of the relay is written a quarter second behind the call.
SETTLING = timedelta(seconds=2)
CALLBACK_WAIT = timedelta(seconds=20)
# A recording is put together by the carrier after the call.
RECORDING_WAIT = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Ends:
    """What is known of a call that is over.

    `driven_until`: the lease of the process that still holds the conversation.
    """

    over_at: datetime
    carrier_ended: bool = True
    session_reported: bool = True
    legs_reported: bool = True
    voicemail_reported: bool = True
    recording_settled: bool = True
    driven_until: datetime | None = None


def close_at(ends: Ends) -> datetime:
    """The moment from which the call may be closed, as things stand now."""
    waits = [SETTLING]
    if not (
        ends.carrier_ended
        and ends.session_reported
        and ends.legs_reported
        and ends.voicemail_reported
    ):
        waits.append(CALLBACK_WAIT)
    if not ends.recording_settled:
        waits.append(RECORDING_WAIT)
    until = ends.over_at + max(waits)
    if ends.driven_until is not None:
        # A lease is trusted for so long; a process that hangs must not hold the call.
        longest = ends.over_at + RECORDING_WAIT
        until = max(until, min(ends.driven_until, longest))
    return until

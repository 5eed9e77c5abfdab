"""What can go wrong between the voice model's provider and us.

Each stands for something that was reported by users or is left open by the provider's
documentation, so that both ways must be survived.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RealtimeKnobs:
    # The announcement.
    webhook_missing: bool = False
    """The call comes in and nobody is told."""
    webhook_delay_s: float = 0.0
    """Real seconds by which it is told later."""
    webhook_age_s: float = 0.0
    """The announced call was created so long ago."""
    both_webhooks: bool = False
    """The Live API announces the same call, too, under another id."""
    undecided_s: float = 12.0
    """Seconds (of life) for which an undecided call rings before it fails with 504."""
    ghost_calls: bool = False
    """A caller who hangs up while it rings is not noticed: accept still works."""

    # Accepting, and the other verbs.
    accept_delay_s: float = 0.0
    """Real seconds before accept is answered."""
    accept_status: int = 0
    """Accept is answered with this HTTP error; 0 = it is not."""
    accept_refusals: int = 0
    """How many times it is, per call; 0 = every time."""
    accepts_lost: int = 0
    """So many accepts of a call never arrive: no effect and no answer."""
    stillborn_sessions: bool = False
    """Accept says 200, then the call fails with 400 and its socket is not found."""
    mute_sessions: bool = False
    """Accepted and connected, but no event ever comes and nothing is said."""
    refer_ignored: bool = False
    """Refer says 200 and does nothing."""
    refer_status: int = 0
    """Refer is answered with this HTTP error; 0 = it is not."""

    # The sideband.
    handshake_ms: float = 50.0
    """How long a handshake takes, in real time."""
    handshake_404s: int = 0
    """So many handshakes of a call are answered with 404 before one works."""
    handshake_status: int = 0
    """Every handshake is refused with this HTTP status; 0 = it is not."""
    close_after_events: int = 0
    """The socket is closed after so many events; 0 = never."""
    close_code: int = 1006
    """With this code; 1006 = without any goodbye."""
    closes: int = 1
    """How many sockets of a call are closed like that."""
    close_ends_call: bool = False
    """The whole call dies with its first socket."""
    silent_after_events: int = 0
    """After so many events the socket stays open and says nothing; 0 = never."""
    hang_up_close: int = 1000
    """How the socket is closed when the caller hangs up; 1006 = without a goodbye."""
    session_cap_s: float = 3600.0
    """Seconds (of life) after which a session expires."""
    malformed_events: bool = False
    """A broken, a binary and a huge event come before each response."""

    # What the model does.
    response_failures: float = 0.0
    """Probability that a response fails."""
    silent_from_response: int = 0
    """From the n-th response on nothing is generated and nothing heard; 0 = never."""
    transcription_failures: float = 0.0
    """Probability that the transcription of what the caller said fails."""
    transcription_losses: float = 0.0
    """Probability that it never comes."""
    late_transcripts: bool = False
    """Transcripts come after the answers that they belong to, the last one first."""
    usage_gaps: bool = False
    """Every other response is done without its usage."""

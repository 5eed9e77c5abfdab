"""What one simulated call is to be, and what became of it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from calls.simulator.carrier.contact import Contact
from calls.simulator.knobs import Knobs

# Told of every relay frame from the product: the loop's time and the decoded frame.
FrameHook = Callable[[float, Mapping[str, Any]], None]


async def stay_on_the_line(caller: Any) -> None:
    """The script of a caller who says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOrder:
    to: str = "main"
    """An alias of one of the account's numbers, or a number."""
    from_: str = "+12025550120"
    script: Callable[[Any], Awaitable[None]] = stay_on_the_line
    """What the caller does; gets a `Caller`."""
    caller_name: str = ""
    forwarded_from: str = ""
    stir: str = "TN-Validation-Passed-A"
    contacts: Sequence[Contact] = (Contact(),)
    """Behaviours of dialled contacts in the order they are rung; the last repeats."""
    contacts_by_number: Mapping[str, Contact] = field(default_factory=dict)
    knobs: Knobs = field(default_factory=Knobs)
    scenario: str = ""
    seed: int = 0
    cap_s: float | None = None
    speed: float | None = None
    """How many times faster than life; the carrier's own pace if None."""
    on_frame: FrameHook | None = None
    trunk: bool = False
    """The number is on a trunk to the voice model: no webhook is asked."""


@dataclass(slots=True, kw_only=True)
class Session:
    """One relay session of a call."""

    session_id: str
    seconds: int = 0
    status: str = "in-progress"
    error_code: str = ""
    handoff_data: str | None = None
    frames: int = 0
    interrupts: int = 0
    late_frames: int = 0
    """Text that came after an interrupt in a cycle that was never closed."""
    cut_by_end: int = 0
    """Characters still unspoken when the product ended the session."""


@dataclass(slots=True, kw_only=True)
class VoiceSession:
    """One call at the voice model, as its provider would tell it."""

    call_id: str
    webhooks: list[int] = field(default_factory=list)
    """How each delivery was answered; 0 = not at all."""
    decision: str = ""
    """accepted or rejected; empty while nobody has decided."""
    sip_code: int = 0
    ended_by: str = ""
    """carrier, hangup, refer, died, expired, or why it was never connected."""
    sidebands: int = 0
    refused_handshakes: int = 0
    responses: int = 0
    interrupts: int = 0
    idle_prompts: int = 0
    tool_calls: int = 0
    errors: list[str] = field(default_factory=list)
    """The codes of all `error` events."""
    refers: list[str] = field(default_factory=list)
    cut_by_end: int = 0
    """Characters still unspoken when it ended."""
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    accepted_after_ms: float = 0.0
    """Real time from the first webhook on its way to accept being asked."""
    greeted_after_ms: float = 0.0
    """Real time from accept being answered to the first response being asked for."""


@dataclass(slots=True, kw_only=True)
class CallRecord:
    call_sid: str
    scenario: str
    from_: str
    to: str
    outcome: str = ""
    """One of: agent_ended, caller_hung_up, handed_off, voicemail, rejected, queued,
    application_error, redirected, gave_up, timed_out, unreached."""
    status: str = ""
    duration_s: float = 0.0
    violations: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    transcript: list[dict[str, object]] = field(default_factory=list)
    whispers: list[str] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    voice_sessions: list[VoiceSession] = field(default_factory=list)
    dial_attempts: int = 0
    bridged: bool = False
    recordings: list[str] = field(default_factory=list)
    voicemails: int = 0
    unmet: list[str] = field(default_factory=list)
    """Expectations of the scenario that did not come true."""

    @property
    def ok(self) -> bool:
        return not self.violations and not self.unmet

    @property
    def heard(self) -> str:
        """Everything the caller heard, in order."""
        return " ".join(str(h["text"]) for h in self.transcript if h["who"] != "caller")

    def as_dict(self) -> dict[str, object]:
        return {**asdict(self), "ok": self.ok}

"""The states of a voice call and every step between them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto

from calls.core.actions import HandOff
from calls.core.voice.events import ToolWish
from calls.core.words import Ending


class VoiceState(StrEnum):
    """WAITING: not attached yet. TALKING: caller and model talk. LEAVING: the last
    words are being spoken. ENDED: the final action was given, or the call is gone.
    """

    WAITING = "waiting"
    TALKING = "talking"
    LEAVING = "leaving"
    ENDED = "ended"


class Due(Enum):
    """Deadlines, in the order in which they are served when several are due."""

    CAP = auto()
    LAST_WORDS = auto()
    DIGITS = auto()
    SOUND = auto()
    LOOK_BACK = auto()
    TOOLS = auto()
    WARN = auto()
    GHOST = auto()
    SILENCE = auto()


_S = VoiceState
TRANSITIONS: Mapping[VoiceState, frozenset[VoiceState]] = {
    _S.WAITING: frozenset({_S.TALKING, _S.LEAVING, _S.ENDED}),
    _S.TALKING: frozenset({_S.LEAVING, _S.ENDED}),
    _S.LEAVING: frozenset({_S.TALKING, _S.LEAVING, _S.ENDED}),
    _S.ENDED: frozenset({_S.TALKING}),
}


@dataclass(frozen=True, slots=True)
class Engine:
    """How the provider was told to behave, as far as it matters here.

    `answers_itself`: the model answers every utterance without being asked to.
    `idle_prompts`: the provider lets the model ask again in a silence.
    `dead_air_seconds`: how long the agent may owe the caller a sound.
    `ghost_seconds`: how long a caller may stay silent from the very beginning.
    """

    answers_itself: bool = True
    idle_prompts: bool = False
    dead_air_seconds: float = 7.0
    ghost_seconds: float = 25.0


@dataclass(frozen=True, slots=True)
class Leaving:
    """How an earlier attachment was about to end the call.

    `settled`: the last words were heard, or waited for long enough.
    """

    why: Ending
    outcome: str = ""
    settled: bool = False


@dataclass(frozen=True, slots=True)
class VoicePast:
    """What an earlier attachment left. `open_tools` were asked for and not answered,
    `outputs` are by tool call.

    `turn` is the number of the agent's last turn; `language` empty: never changed.
    """

    collected: Mapping[str, str] = field(default_factory=dict)
    open_tools: tuple[ToolWish, ...] = ()
    outputs: Mapping[str, str] = field(default_factory=dict)
    ending: Leaving | None = None
    caller_spoke: bool = False
    elapsed: float = 0.0
    handoff: HandOff | None = None
    turn: int = 0
    language: str = ""

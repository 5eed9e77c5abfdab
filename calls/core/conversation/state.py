"""The states of a conversation and every step between them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from calls.core.actions import HandOff, HistoryItem
from routing.core.ruleset import Agent, LanguageProfile


class State(StrEnum):
    """Who has the floor.

    WAITING: nobody hears anybody yet. LISTENING: the caller's turn; speech of ours
    may still be audible. GATHERING: pieces of an utterance arrive. THINKING: the
    model was asked and has said nothing. SPEAKING: its answer is streaming. WORKING:
    its tools are running. CLOSING: the last words are being played, then the final
    action. ENDED: nothing more is said or done.
    """

    WAITING = "waiting"
    LISTENING = "listening"
    GATHERING = "gathering"
    THINKING = "thinking"
    SPEAKING = "speaking"
    WORKING = "working"
    CLOSING = "closing"
    ENDED = "ended"


_S = State
TRANSITIONS: Mapping[State, frozenset[State]] = {
    _S.WAITING: frozenset({_S.LISTENING, _S.THINKING, _S.CLOSING, _S.ENDED}),
    _S.LISTENING: frozenset({_S.GATHERING, _S.CLOSING, _S.ENDED}),
    _S.GATHERING: frozenset({_S.GATHERING, _S.THINKING, _S.CLOSING, _S.ENDED}),
    _S.THINKING: frozenset(
        {
            _S.LISTENING,
            _S.GATHERING,
            _S.THINKING,
            _S.SPEAKING,
            _S.WORKING,
            _S.CLOSING,
            _S.ENDED,
        }
    ),
    _S.SPEAKING: frozenset(
        {_S.LISTENING, _S.GATHERING, _S.THINKING, _S.WORKING, _S.CLOSING, _S.ENDED}
    ),
    _S.WORKING: frozenset({_S.THINKING, _S.CLOSING, _S.ENDED}),
    _S.CLOSING: frozenset({_S.LISTENING, _S.CLOSING, _S.ENDED}),
    _S.ENDED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Setting:
    """What a conversation is held under; taken from the call's release.

    `notice` tells the model what is true of this call only (time, caller); it is
    placed behind the stable prefix so that the prompt cache holds. `greeting` is
    what the carrier says on the first entry.
    """

    agent: Agent
    profile: LanguageProfile
    language: str
    notice: str = ""
    greeting: str = ""


@dataclass(frozen=True, slots=True)
class Past:
    """What an earlier session of the same call left, for a resume.

    `elapsed` is in seconds since the call was first answered. `handoff` is set if a
    handoff had been asked for and was not yet carried out.
    """

    history: tuple[HistoryItem, ...] = ()
    collected: Mapping[str, str] = field(default_factory=dict)
    elapsed: float = 0.0
    turn: int = 0
    handoff: HandOff | None = None

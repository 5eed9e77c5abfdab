"""What the carrier is to do with a call, in our words.

Services answer a callback with one of these; the carrier's provider module writes it
in the carrier's language. `say` is spoken first, in order.
"""

from dataclasses import dataclass

from routing.core.ruleset import LanguageProfile


@dataclass(frozen=True, slots=True)
class Spoken:
    """A sentence. `language` is BCP-47, or empty where it is not known."""

    text: str
    language: str = ""


Sentences = tuple[Spoken, ...]


@dataclass(frozen=True, slots=True)
class ConnectAgent:
    """`language` is what the conversation goes on in, from the second entry on.

    `greet`: the carrier speaks the greeting; only on the first entry, since it would
    be spoken again on every one. `token_number` tells the one-time tokens of a call
    apart. `fallback` is what the caller hears should the carrier ever come past the
    connection.
    """

    profile: LanguageProfile
    language: str
    token: str
    token_number: int
    greet: bool
    fallback: "TakeVoicemail"
    say: Sentences = ()


@dataclass(frozen=True, slots=True)
class ConnectVoice:
    """Give the caller to a model that hears and speaks itself; its leg is rung.

    `reference` comes back with the provider's announcement of the call, `leg` with
    the carrier's reports of the leg. `fallback` is what the caller hears should the
    carrier ever come past the connection.
    """

    reference: str
    leg: str
    ring_seconds: int
    fallback: "TakeVoicemail"
    say: Sentences = ()


@dataclass(frozen=True, slots=True)
class RejectCall:
    """Turned away unanswered. `busy`: the caller hears the busy tone."""

    busy: bool = False


@dataclass(frozen=True, slots=True)
class RingContact:
    """`attempt` is the signed reference by which the callbacks name the attempt."""

    attempt: str
    phone: str
    caller_id: str
    ring_seconds: int
    say: Sentences = ()


@dataclass(frozen=True, slots=True)
class AskContact:
    """The whisper: one key decides whether the contact takes the caller."""

    attempt: str
    say: Sentences


@dataclass(frozen=True, slots=True)
class TakeVoicemail:
    say: Sentences
    thanks: Spoken


@dataclass(frozen=True, slots=True)
class OfferCallback:
    """One key and the caller will be called back; `otherwise` without it."""

    say: Sentences
    otherwise: TakeVoicemail


@dataclass(frozen=True, slots=True)
class HangUp:
    say: Sentences = ()


@dataclass(frozen=True, slots=True)
class GoTo:
    """Ask again at another address of ours."""

    url: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """An empty answer: nothing is to change, or nobody is there to hear it."""


Instruction = (
    ConnectAgent
    | ConnectVoice
    | RejectCall
    | RingContact
    | AskContact
    | TakeVoicemail
    | OfferCallback
    | HangUp
    | GoTo
    | Nothing
)

"""What is known of one attribute of the carrier's relay element."""

from dataclasses import dataclass
from enum import StrEnum

from routing.core.naming import snake_case


class Kind(StrEnum):
    ENUM = "enum"
    BOOL = "bool"
    INTEGER = "integer"
    DECIMAL = "decimal"
    LANGUAGE = "language"
    TEXT = "text"
    WORDS = "words"
    SOCKET = "socket"


class Mark(StrEnum):
    """DOC: Twilio's pages. LIB: only its library. EXPERIMENTAL: we never write it."""

    DOC = "doc"
    LIB = "lib"
    EXPERIMENTAL = "experimental"


class Source(StrEnum):
    """Where its value comes from: the call, the language, or the profile's form."""

    CALL = "call"
    LANGUAGE = "language"
    PROFILE = "profile"


@dataclass(frozen=True, slots=True)
class Attribute:
    """`allowed` closes an enum or word list, and names extra words of other kinds."""

    name: str
    kind: Kind
    source: Source
    notices: str
    allowed: tuple[str, ...] = ()
    low: float = 0
    high: float = 0
    mark: Mark = Mark.DOC
    always: bool = False

    @property
    def field(self) -> str:
        """The name of the model field that holds it."""
        return snake_case(self.name)

"""What is said when a caller is offered to be called back."""

from collections.abc import Mapping
from typing import NamedTuple

from routing.core.phrases import primary


class CallbackLines(NamedTuple):
    offer: str
    promised: str


ENGLISH = CallbackLines(
    offer="I am sorry, nobody is free at the moment. To be called back on the number "
    "you are calling from, press 1 now. Or stay on the line to leave a message.",
    promised="Thank you. We will call you back on this number.",
)
SPANISH = CallbackLines(
    offer="Lo siento, ahora mismo no hay nadie disponible. Para que le llamemos al "
    "número desde el que llama, pulse 1. O espere para dejar un mensaje.",
    promised="Gracias. Le llamaremos a este número.",
)
BY_LANGUAGE: Mapping[str, CallbackLines] = {"en": ENGLISH, "es": SPANISH}


def callback_lines(code: str) -> CallbackLines:
    """In English for a language we have no sentences in, as all of ours."""
    return BY_LANGUAGE.get(primary(code), ENGLISH)

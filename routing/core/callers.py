"""Who is calling, as far as `From` tells.

Carriers put words, numeric spellings of words, SIP addresses and local numbers where
a number is expected. This runs before anything normalises: such a value must never be
texted, looked up, merged with a contact or shown to the person we dial as caller id.
"""

import re
from typing import NamedTuple

from routing.core.decision import CallerKind

E164 = re.compile(r"\+[1-9]\d{6,14}")
NOT_SHOWN = re.compile(r"[\x00-\x1f\x7f]")
NUMBER_PUNCTUATION = re.compile(r"[\s().\-]")
LONGEST = 255

WITHHELD_WORDS = frozenset(
    {
        "",
        "anonymous",
        "blocked",
        "no caller id",
        "not available",
        "private",
        "private number",
        "restricted",
        "unavailable",
        "unknown",
        "withheld",
    }
)

# The same words typed on a keypad, which some networks still send as a number.
WITHHELD_NUMBERS = frozenset(
    {
        "266696687",  # ANONYMOUS
        "7378742833",  # RESTRICTED
        "2562533",  # BLOCKED
        "8656696",  # UNKNOWN
        "86282452253",  # UNAVAILABLE
    }
)


class Caller(NamedTuple):
    """`normalised` is E.164 for a number, lower case for SIP, empty when withheld."""

    kind: CallerKind
    normalised: str
    display: str


WITHHELD = Caller(CallerKind.WITHHELD, "", "Withheld number")


def classify(raw: str) -> Caller:
    text = NOT_SHOWN.sub("", raw).strip()[:LONGEST]
    if text.lower().startswith("tel:"):
        text = text[4:].partition(";")[0].strip()
    if is_withheld(text):
        return WITHHELD
    scheme, colon, rest = text.partition(":")
    if colon and scheme.lower() in ("sip", "sips"):
        return classify_sip(scheme.lower(), rest)
    return classify_number(text)


def is_withheld(text: str) -> bool:
    word = text.casefold()
    return word in WITHHELD_WORDS or word.removeprefix("+") in WITHHELD_NUMBERS


def classify_sip(scheme: str, rest: str) -> Caller:
    """The user part of a SIP address is a claim, so it never makes it a number."""
    address = rest.partition(";")[0].partition("?")[0].lower()
    user, _, host = address.partition("@")
    if is_withheld(user) or host == "anonymous.invalid":
        return WITHHELD
    return Caller(CallerKind.SIP, f"{scheme}:{address}", address)


def classify_number(text: str) -> Caller:
    number = NUMBER_PUNCTUATION.sub("", text)
    if E164.fullmatch(number):
        return Caller(CallerKind.NUMBER, number, spaced(number))
    return Caller(CallerKind.OTHER, text, text)


def spaced(number: str) -> str:
    """A number as people read it; only North America groups the same everywhere."""
    if number.startswith("+1") and len(number) == 12:
        return f"+1 {number[2:5]} {number[5:8]} {number[8:]}"
    return number

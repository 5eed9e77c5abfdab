"""Reading SIP headers, which come from whoever sent the call and may hold anything.

RFC 3261 20.10: a value is an address, perhaps with a name and angle brackets, followed
by parameters; some headers hold several of them, separated by commas.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import unquote

from routing.core.callers import E164

PIECES = re.compile(r'"(?:[^"\\]|\\.)*"|<[^>]*>|[^,"<]+|.', re.DOTALL)
QUOTED_NAME = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
ESCAPED = re.compile(r"\\(.)", re.DOTALL)
LONGEST = 1000
SCHEMES = ("sip", "sips", "tel")


class Address(NamedTuple):
    """`uri` without parameters; `user` is what stands before the host."""

    name: str
    uri: str
    user: str

    @property
    def number(self) -> str:
        """E.164, or empty."""
        digits = re.sub(r"[\s().\-]", "", self.user)
        return digits if E164.fullmatch(digits) else ""


NOBODY = Address("", "", "")


def addresses(value: str) -> Iterator[Address]:
    """All addresses of one header's value, in order. Never raises."""
    current = ""
    for piece in [*PIECES.findall(value[:LONGEST]), ","]:
        if piece != ",":
            current += piece
            continue
        found = read(current)
        if found.uri:
            yield found
        current = ""


def first_address(value: str) -> Address:
    return next(addresses(value), NOBODY)


def read(text: str) -> Address:
    text, name = text.strip(), ""
    if quoted := QUOTED_NAME.match(text):
        name, text = ESCAPED.sub(r"\1", quoted[1]), text[quoted.end() :]
    before, bracket, rest = text.partition("<")
    uri = rest.partition(">")[0] if bracket else before.partition(";")[0]
    name = name or (before.strip() if bracket else "")
    scheme, colon, address = uri.strip().partition(":")
    if not colon or scheme.lower() not in SCHEMES:
        return NOBODY
    bare = address.partition("?")[0]
    user, at, host = bare.rpartition("@")
    if not at:
        user, host = (bare, "") if scheme.lower() == "tel" else ("", bare)
    user = unquote(user.partition(";")[0])
    host = host.partition(";")[0]
    whole = f"{scheme.lower()}:{user}" + (f"@{host}" if host else "")
    return Address(name, whole if user or host else "", user)


def numbers(values: Iterable[str]) -> Iterator[str]:
    """Every number that the values name, in order, as E.164.

    Carriers leave out the plus; what is then no number of ours does not matter.
    """
    for value in values:
        for address in addresses(value):
            found = address.number or Address("", "", f"+{address.user}").number
            if found:
                yield found

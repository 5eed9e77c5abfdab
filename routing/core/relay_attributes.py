"""What is wrong with the attributes of a rendered element, and what to do about it.

The attributes themselves are in `attribute_table`; the rules between them, which are
about voices and speech models, in `speech_rules`.
"""

import re
from collections.abc import Mapping

from routing.core.attribute import Attribute, Kind, Mark
from routing.core.attribute_table import LANGUAGE_ELEMENT, RELAY
from routing.core.speech_rules import check_speech

LANGUAGE_CODE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?")
CARD_NUMBER = re.compile(r"(?<!\d)(?:\d[ -]?){12,18}\d(?!\d)")
NUMBER = re.compile(r"\d+(\.\d+)?")


def check_attributes(
    attributes: Mapping[str, str], table: Mapping[str, Attribute] = RELAY
) -> list[str]:
    """Problems of what is written. What is not written is `missing_attributes`."""
    problems = []
    for name, value in attributes.items():
        problem = check_value(table.get(name), value)
        if problem:
            problems.append(f"{name}: {problem}")
    return [*problems, *check_speech(attributes)]


def check_language_element(attributes: Mapping[str, str]) -> list[str]:
    return check_attributes(attributes, LANGUAGE_ELEMENT)


def missing_attributes(
    attributes: Mapping[str, str], table: Mapping[str, Attribute] = RELAY
) -> list[str]:
    """Names that must be written out and are not, so a default of Twilio's decides."""
    return [a.name for a in table.values() if a.always and a.name not in attributes]


def check_value(attribute: Attribute | None, value: str) -> str:
    """The problem of one value, or nothing."""
    if attribute is None:
        return "is not an attribute that Twilio knows; check the spelling."
    if attribute.mark is Mark.EXPERIMENTAL:
        return "is still experimental at Twilio; leave it out."
    if not value.strip():
        return "must not be empty; leave it out instead."
    if value in attribute.allowed and attribute.kind is not Kind.WORDS:
        return ""
    return check_kind(attribute, value)


def check_kind(attribute: Attribute, value: str) -> str:
    match attribute.kind:
        case Kind.ENUM:
            return f"choose one of {', '.join(attribute.allowed)}."
        case Kind.BOOL:
            return "" if value in ("true", "false") else "write true or false."
        case Kind.INTEGER | Kind.DECIMAL:
            return check_range(attribute, value)
        case Kind.LANGUAGE:
            return check_code(value)
        case Kind.WORDS:
            return check_words(attribute, value)
        case Kind.SOCKET:
            return "" if is_socket(value) else "must begin with wss://."
        case _:
            return check_text(value)


def check_range(attribute: Attribute, value: str) -> str:
    number = NUMBER.fullmatch(value)
    whole = number is not None and number[1] is None
    fits = number is not None and (whole or attribute.kind is Kind.DECIMAL)
    if fits and attribute.low <= float(value) <= attribute.high:
        return ""
    words = [*attribute.allowed, f"a number from {attribute.low} to {attribute.high}"]
    return f"write {' or '.join(words)}."


def check_code(value: str) -> str:
    """A language code other than "multi", which the table allows by name."""
    if LANGUAGE_CODE.fullmatch(value):
        return ""
    return "write a language code such as en-US or es-US."


def check_words(attribute: Attribute, value: str) -> str:
    unknown = [word for word in value.split() if word not in attribute.allowed]
    if not unknown:
        return ""
    known = ", ".join(attribute.allowed)
    return f"{', '.join(unknown)} is not known; choose from {known}."


def is_socket(value: str) -> bool:
    return re.fullmatch(r"wss://[^\s/?#]+(/[^\s?#]*)?", value) is not None


def check_text(value: str) -> str:
    """Greetings, hints and names are visible to Twilio's logs: no card data in them."""
    for found in CARD_NUMBER.finditer(value):
        if is_card_number(re.sub(r"\D", "", found[0])):
            return "holds what looks like a card number; take it out."
    return ""


def is_card_number(digits: str) -> bool:
    """The Luhn sum, which every card number passes and nine in ten others do not."""
    doubled = [int(d) * 2 for d in digits[-2::-2]]
    total = sum(map(int, digits[-1::-2])) + sum(d // 10 + d % 10 for d in doubled)
    return total % 10 == 0

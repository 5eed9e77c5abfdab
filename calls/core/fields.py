"""Checks what the caller gave for a field, and brings it into one written form.

The model writes the value down from speech that was turned into text, so the same
answer arrives in many shapes. What comes out is what a person and a CRM can use;
what cannot be read for certain is refused with a sentence that tells the model what
to ask or how to write it. No value stands in that sentence.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from routing.core.ruleset import AgentField, FieldKind

LONGEST_TEXT = 500
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class FieldMistake:
    """`message` is for the model."""

    message: str


HOW_TO_WRITE: Mapping[FieldKind, str] = {
    FieldKind.TEXT: "plain text",
    FieldKind.NAME: "a person's name",
    FieldKind.PHONE: "a phone number in digits, with + and country code if given",
    FieldKind.EMAIL: "an e-mail address, like name@example.com",
    FieldKind.NUMBER: "a number in digits, with a point for decimals",
    FieldKind.DATE: "a date as YYYY-MM-DD",
    FieldKind.YES_NO: "yes or no",
}


def accept_value(field: AgentField, value: str) -> str | FieldMistake:
    """`value` in the written form of its kind, or what is wrong with it."""
    tidy = " ".join("".join(map(printable, value)).split())
    if not tidy:
        return FieldMistake(f"The value of {field.name} is empty. Ask the caller.")
    found = READERS[field.kind](tidy)
    if found is not None:
        return found
    return FieldMistake(
        f"The value of {field.name} must be {HOW_TO_WRITE[field.kind]}. "
        f"{WHAT_TO_DO[field.kind]}"
    )


def printable(char: str) -> str:
    return " " if unicodedata.category(char).startswith("C") else char


def plain(text: str) -> str:
    """Lower case, without accents and punctuation: "¡Sí, claro!" is "si claro"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    kept = (c if c.isalnum() else " " for c in decomposed if not is_accent(c))
    return " ".join("".join(kept).split())


def is_accent(char: str) -> bool:
    return unicodedata.category(char) == "Mn"


def western_digits(text: str) -> str:
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)


def read_text(text: str) -> str | None:
    return text if len(text) <= LONGEST_TEXT else None


def read_name(text: str) -> str | None:
    letters = any(c.isalpha() for c in text)
    if not letters or len(text) > LONGEST_NAME or re.search(r"[@\d]", text):
        return None
    # Transcripts come in lower case; a name that has capitals knows its own.
    return text.title() if text.islower() else text


EXTENSION = re.compile(
    r"[,;]?\s*(?:ext(?:ension)?|extensi[oó]n|x)\.?\s*(\d{1,6})$", re.I
)
PHONE_SHAPE = re.compile(r"\+?[\d\s().\-/]+")


def read_phone(text: str) -> str | None:
    """Digits, with + where a country code was given; an extension after " ext. ".

    National numbers stay national: whose country they are from is not known here.
    """
    whole = western_digits(text)
    extension = EXTENSION.search(whole)
    number = (whole[: extension.start()] if extension else whole).strip()
    if not PHONE_SHAPE.fullmatch(number):
        return None
    digits = re.sub(r"\D", "", number)
    international = number.startswith("+") or digits.startswith("00")
    digits = digits.removeprefix("00") if international else digits
    if not 7 <= len(digits) <= 15:
        return None
    tail = f" ext. {extension[1]}" if extension else ""
    return f"{'+' if international else ''}{digits}{tail}"


SPOKEN_IN_EMAIL = [
    (re.compile(pattern, re.I), sign)
    for pattern, sign in [
        (r"\s+(?:at|arroba)\s+", "@"),
        (r"\s+(?:dot|punto)\s+", "."),
        (r"\s+(?:underscore|gui[oó]n bajo)\s+", "_"),
        (r"\s+(?:dash|hyphen|gui[oó]n)\s+", "-"),
        (r"\s+(?:plus|m[aá]s)\s+", "+"),
    ]
]
EMAIL = re.compile(
    r"(?=[^@]{1,64}@)[\w+%'-]+(?:\.[\w+%'-]+)*@"
    r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,24}"
)


def read_email(text: str) -> str | None:
    for pattern, sign in SPOKEN_IN_EMAIL:
        text = pattern.sub(sign, text)
    address = text.replace(" ", "").rstrip(".").lower()
    return address if EMAIL.fullmatch(address) and len(address) <= 254 else None


NUMBER_WORDS = {
    word: str(index)
    for words in (
        "zero one two three four five six seven eight nine ten eleven twelve",
        "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce",
    )
    for index, word in enumerate(words.split())
}


def read_number(text: str) -> str | None:
    """One form for all: "$1,250.50" is 1250.5 and "tres" is 3."""
    words = plain(text)
    if words in NUMBER_WORDS:
        return NUMBER_WORDS[words]
    bare = re.sub(r"^[$€£]|[$€£%]$|\s", "", western_digits(text))
    if not re.fullmatch(r"[+-]?[$€£]?\d[\d.,]{0,20}", bare):
        return None
    try:
        number = Decimal(with_decimal_point(re.sub(r"[$€£]", "", bare)))
    except InvalidOperation:
        return None
    return format(number.normalize(), "f") if number else "0"


def with_decimal_point(figure: str) -> str:
    """Without thousands separators.

    Of two kinds the last is the decimal sign; one that repeats, or a comma before
    exactly three digits, separates thousands.
    """
    last = max(figure.rfind("."), figure.rfind(","))
    if last < 0:
        return figure
    sign = figure[last]
    other = "," if sign == "." else "."
    comma_of_thousands = sign == "," and len(figure) - last == 4
    if other not in figure and (figure.count(sign) > 1 or comma_of_thousands):
        return figure.replace(sign, "")
    return figure.replace(other, "").replace(sign, ".")


MONTHS = {
    name: number
    for names in (
        "january february march april may june july august september october "
        "november december",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre "
        "noviembre diciembre",
        "jan feb mar apr may jun jul aug sep oct nov dec",
    )
    for number, name in enumerate(names.split(), start=1)
} | {"sept": 9, "setiembre": 9}


def read_date(text: str) -> str | None:
    """ISO form. "03/04/2026" is refused: which is the month differs by country."""
    words = western_digits(text)
    iso = re.match(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:T|\s|$)", words)
    if iso:
        return as_date(iso[1], iso[2], iso[3])
    figures = re.fullmatch(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})", words)
    if figures:
        return from_figures(int(figures[1]), int(figures[2]), figures[3])
    return from_words(plain(words).split())


def from_figures(first: int, second: int, year: str) -> str | None:
    if first > 12:
        return as_date(year, second, first)
    if second > 12 or first == second:
        return as_date(year, first, second)
    return None


def from_words(words: list[str]) -> str | None:
    """A month's name, a day and a year in any order, with the words around them."""
    months = [MONTHS[w] for w in words if w in MONTHS]
    figures = [f for w in words if (f := re.sub(r"(st|nd|rd|th)$", "", w)).isdigit()]
    days = [f for f in figures if len(f) <= 2]
    years = [f for f in figures if len(f) == 4]
    if len(months) != 1 or len(days) != 1 or len(years) != 1:
        return None
    return as_date(years[0], months[0], days[0])


def as_date(year: str, month: str | int, day: str | int) -> str | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found.isoformat() if 1900 <= found.year < 2200 else None


YES = frozenset(
    [
        *["yes", "y", "yeah", "yep", "yup", "sure", "ok", "okay", "correct", "right"],
        *["true", "of course", "yes please", "that is right", "that s right"],
        *["absolutely", "certainly", "si", "claro", "claro que si", "por supuesto"],
        *["si claro", "si por favor", "correcto", "asi es", "vale", "de acuerdo"],
        *["exacto", "verdadero", "desde luego"],
    ]
)
NO = frozenset(
    [
        *["no", "n", "nope", "nah", "false", "no thanks", "no thank you", "never"],
        *["not at all", "incorrect", "wrong", "no gracias", "nunca", "falso"],
        *["claro que no", "para nada", "incorrecto", "negativo", "de ninguna manera"],
    ]
)


def read_yes_no(text: str) -> str | None:
    """Whole answers only: "no problem" means yes, so first words prove nothing."""
    answer = plain(text)
    if answer in YES:
        return "yes"
    return "no" if answer in NO else None


READERS: Mapping[FieldKind, Callable[[str], str | None]] = {
    FieldKind.TEXT: read_text,
    FieldKind.NAME: read_name,
    FieldKind.PHONE: read_phone,
    FieldKind.EMAIL: read_email,
    FieldKind.NUMBER: read_number,
    FieldKind.DATE: read_date,
    FieldKind.YES_NO: read_yes_no,
}

WHAT_TO_DO: Mapping[FieldKind, str] = {
    FieldKind.TEXT: f"Keep it under {LONGEST_TEXT} characters.",
    FieldKind.NAME: "Ask for the name again, or ask the caller to spell it.",
    FieldKind.PHONE: "Ask the caller to say the number again, digit by digit.",
    FieldKind.EMAIL: "Ask the caller to spell the address.",
    FieldKind.NUMBER: "Ask for the number again.",
    FieldKind.DATE: "Work out the date from today's date, or ask for day and month.",
    FieldKind.YES_NO: "Write yes or no, or ask again.",
}

"""What one value must look like. Every message says what to write instead."""

from datetime import date

import phonenumbers
from django.core.exceptions import ValidationError

from routing.core.hours import zone
from routing.core.public_holidays import is_known
from routing.core.tool_rules import check_secret_name, check_tool_name

PHONE_REMEDY = (
    "Write the number with its country code, for example +1 202 555 0100 or "
    "+44 20 7946 0000."
)


def to_e164(text: str) -> str:
    """ "+1 (202) 555-0100" is +12025550100."""
    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        raise ValidationError(PHONE_REMEDY, code="phone") from None
    if not phonenumbers.is_possible_number(number):
        raise ValidationError(
            f"This number is too short or too long. {PHONE_REMEDY}", code="phone"
        )
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def validate_e164(text: str) -> None:
    if to_e164(text) != text:
        raise ValidationError(PHONE_REMEDY, code="phone")


def validate_time_zone(name: str) -> None:
    if zone(name) is None:
        raise ValidationError(
            "Choose a time zone from the list, for example America/New_York.",
            code="time_zone",
        )


def validate_place(code: str) -> None:
    if not is_known(code):
        raise ValidationError(
            "Choose a country or a part of one from the list, for example US or US-NY.",
            code="place",
        )


def validate_days(text: str) -> None:
    for word in text.split():
        try:
            date.fromisoformat(word)
        except ValueError:
            raise ValidationError(
                f"“{word}” is no day. Write days as 2026-12-24, with spaces between.",
                code="day",
            ) from None


def validate_tool_name(name: str) -> None:
    if problem := check_tool_name(name):
        raise ValidationError(problem, code="tool_name")


def validate_secret_name(name: str) -> None:
    if problem := check_secret_name(name):
        raise ValidationError(problem, code="secret_name")

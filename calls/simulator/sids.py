"""Twilio's identifiers: two letters for the kind and 32 hexadecimal digits."""

import secrets


def new_sid(prefix: str) -> str:
    return prefix + secrets.token_hex(16)

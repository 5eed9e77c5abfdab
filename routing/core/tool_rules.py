"""What a tool that the agent calls over HTTP may be named and where it may lead.

An address inside our own network would let whoever edits a tool, or whoever talks the
model into odd arguments, read what was never meant to be public. Refusing it here
covers what can be seen in the address itself; the name may still resolve to a private
address later, which the code that sends the request has to refuse as well.
"""

import ipaddress
import keyword
import re
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

BUILT_IN_TOOLS = frozenset(
    {
        "collect_field",
        "look_up_caller",
        "transfer_to_person",
        "take_message",
        "end_call",
    }
)
NAME = re.compile(r"[a-z_][a-z0-9_]{0,63}")
SECRET_NAME = re.compile(r"TOOL_SECRET_[A-Z0-9_]{1,100}")
PRIVATE_ENDINGS = (".local", ".localhost", ".internal", ".lan", ".home.arpa")


def check_tool_name(name: str) -> str:
    if name in BUILT_IN_TOOLS:
        return f"{name} is built in already; choose another name."
    if not NAME.fullmatch(name) or keyword.iskeyword(name):
        return (
            "Use small letters, digits and underscores, beginning with a letter, for "
            "example check_opening_slots."
        )
    return ""


def check_secret_name(name: str) -> str:
    """A prefix of its own, so that no tool can be made to send the portal's secrets."""
    if SECRET_NAME.fullmatch(name):
        return ""
    return (
        "Write the name of an environment variable that begins with TOOL_SECRET_, "
        "for example TOOL_SECRET_CRM. An engineer sets the value itself, never here."
    )


def check_tool_url(url: str, *, allow_private: bool) -> list[str]:
    try:
        parts = urlsplit(url)
        port_is_good = parts.port is None or parts.port > 0
    except ValueError:
        port_is_good = False
    if not port_is_good or not parts.hostname or parts.scheme not in ("http", "https"):
        return ["Write a complete address such as https://example.com/slots."]
    return list(check_parts(parts, allow_private=allow_private))


def check_parts(parts: SplitResult, *, allow_private: bool) -> Iterator[str]:
    if parts.username is not None:
        yield "Take the user name and password out; use the secret's name instead."
    if parts.fragment:
        yield "Take out the part after #; it is never sent."
    if allow_private:
        return
    if parts.scheme == "http":
        yield "Use https://, or allow private addresses if it is in your own network."
    if is_private(parts.hostname or ""):
        yield (
            "This is an address inside a private network; use a public one, or allow "
            "private addresses if that is meant."
        )


def is_private(host: str) -> bool:
    """Whether a host name or address is one that only some network knows."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        name = host.rstrip(".").lower()
    if re.fullmatch(r"[\dx.]+", name):  # 127.1, 0x7f000001: spellings of an address
        return True
    return "." not in name or name.endswith(PRIVATE_ENDINGS)

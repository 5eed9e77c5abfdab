"""From the arguments of a tool to the request that is sent."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry
from yarl import URL

from calls.core.tools.definitions import http_definition
from calls.providers.http_tools.replies import SET_UP_WRONGLY, Refused, Reply
from routing.core.ruleset import HttpTool

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
PLACEHOLDER = re.compile(r"\{(\w+)\}")
MOST_MISTAKES = 3
LONGEST_MISTAKE = 300


@dataclass(frozen=True, slots=True)
class ToolRequest:
    method: str
    address: URL
    headers: Mapping[str, str]
    body: bytes | None


def request_for(
    tool: HttpTool, arguments: Mapping[str, object], secret: str
) -> ToolRequest:
    check_arguments(tool, arguments)
    method = tool.method.upper()
    if method not in METHODS:
        raise Refused(SET_UP_WRONGLY)
    address, rest = address_of(tool, arguments)
    headers = {"Accept": "application/json, text/*", "Accept-Encoding": "identity"}
    if secret:
        headers["Authorization"] = f"Bearer {secret}"
    if method == "GET":
        query = list(query_of(rest))
        return ToolRequest(method, address.extend_query(query), headers, None)
    headers["Content-Type"] = "application/json"
    body = json.dumps(rest, allow_nan=False).encode()
    return ToolRequest(method, address, headers, body)


def check_arguments(tool: HttpTool, arguments: Mapping[str, object]) -> None:
    # An empty registry, as the default one would fetch schemas from anywhere.
    validator = Draft202012Validator(
        dict(http_definition(tool).parameters), registry=Registry()
    )
    mistakes = [mistake_in(e) for e in validator.iter_errors(dict(arguments))]
    if mistakes:
        named = "; ".join(mistakes[:MOST_MISTAKES])
        raise bad_arguments(
            f"{tool.name} was not run: {named}. Call it again with this corrected."
        )


def bad_arguments(message: str) -> Refused:
    return Refused(Reply(message, problem="arguments"))


def mistake_in(error: ValidationError) -> str:
    place = ".".join(str(step) for step in error.absolute_path)
    message = error.message[:LONGEST_MISTAKE]
    return f"'{place}': {message}" if place else message


def address_of(
    tool: HttpTool, arguments: Mapping[str, object]
) -> tuple[URL, dict[str, object]]:
    """The address with its places filled in, and the arguments that are left."""
    parts = urlsplit(tool.url)
    if parts.scheme not in ("http", "https") or "{" in parts.netloc:
        raise Refused(SET_UP_WRONGLY)
    used = set(PLACEHOLDER.findall(tool.url))
    filled = PLACEHOLDER.sub(lambda m: in_address(m[1], arguments), tool.url)
    rest = {name: value for name, value in arguments.items() if name not in used}
    return URL(filled), rest


def in_address(name: str, arguments: Mapping[str, object]) -> str:
    """One argument as one piece of an address, which must not lead elsewhere."""
    value = arguments.get(name)
    written = as_text(value) if isinstance(value, str | int | float) else ""
    if {"", ".", ".."} & set(re.split(r"[/\\]", written)):
        raise bad_arguments(f"The value of '{name}' cannot be used.")
    return quote(written, safe="")


def as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def query_of(arguments: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in arguments.items():
        for item in value if isinstance(value, list) else [value]:
            if item is not None:
                yield name, as_text(item)

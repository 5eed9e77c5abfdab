"""From the answer of a tool to what the model is told."""

import json
import re
from dataclasses import dataclass
from typing import Final

import aiohttp

MOST_BYTES: Final = 16 * 1024
LONGEST_REFUSAL = 300
# What these say is about the arguments, and the model can do something about it.
TELLING_STATUSES = frozenset({400, 404, 409, 422})
PLAIN = re.compile(r"(?i)text/.+|application/(.+\+)?json")


@dataclass(frozen=True, slots=True)
class Reply:
    """`output` is for the model, `problem` is one word for us; "" if there was none."""

    output: str
    ok: bool = False
    status: int | None = None
    problem: str = ""


class Refused(Exception):
    """Something that is wrong before anything is sent."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.problem)
        self.reply = reply


TOO_SLOW = Reply("The tool did not answer in time.", problem="timeout")
UNREACHABLE = Reply("The tool could not be reached.", problem="unreachable")
SET_UP_WRONGLY = Reply(
    "The tool is set up wrongly and cannot be used.", problem="set_up_wrongly"
)
NOT_ALLOWED = Reply(SET_UP_WRONGLY.output, problem="address_refused")


async def reply_of(response: aiohttp.ClientResponse, secret: str) -> Reply:
    status = response.status
    if 300 <= status < 400:
        output = "The tool sent the request elsewhere, where it does not go."
        return Reply(output, status=status, problem="redirect")
    if response.ok:
        return await success(response, secret)
    if status in TELLING_STATUSES:
        return await refusal(response, secret)
    return Reply(f"The tool failed (status {status}).", status=status, problem="status")


async def success(response: aiohttp.ClientResponse, secret: str) -> Reply:
    text = await text_of(response, secret)
    if text is None:
        output = "The tool's answer could not be read."
        return Reply(output, status=response.status, problem="unreadable")
    output = text or "The tool did it and gave no details."
    return Reply(output, ok=True, status=response.status)


async def refusal(response: aiohttp.ClientResponse, secret: str) -> Reply:
    output = f"The tool refused the request (status {response.status})."
    if response.content_type != "text/html":
        text = await text_of(response, secret)
        output += f" It said: {text[:LONGEST_REFUSAL]}" if text else ""
    return Reply(output, status=response.status, problem="status")


async def text_of(response: aiohttp.ClientResponse, secret: str) -> str | None:
    """What the tool said, short of what is too long; None if it is no text."""
    kind = response.headers.get("Content-Type", "text/plain").split(";")[0].strip()
    packed = response.headers.get("Content-Encoding", "identity") != "identity"
    if packed or not PLAIN.fullmatch(kind):
        response.close()
        return None
    # A little more than is used, so that a secret on the edge is found whole.
    raw = await read_up_to(response.content, MOST_BYTES + len(secret) + 1)
    text = without_secret(decoded(raw, response.charset), secret)
    cut = text.encode()[:MOST_BYTES].decode(errors="ignore")
    if len(raw) <= MOST_BYTES:
        return without_secret(compact(cut), secret)
    response.close()
    return f"{cut} … (The answer was longer and is cut here.)"


async def read_up_to(content: aiohttp.StreamReader, most: int) -> bytes:
    read = bytearray()
    while len(read) < most and (chunk := await content.read(most - len(read))):
        read += chunk
    return bytes(read)


def decoded(raw: bytes, charset: str | None) -> str:
    try:
        text = raw.decode(charset or "utf-8", errors="replace")
    except LookupError:
        text = raw.decode(errors="replace")
    return text.replace("\0", "").strip()


def without_secret(text: str, secret: str) -> str:
    """A tool that echoes its request must not tell the model the secret."""
    if not secret:
        return text
    return text.replace(secret, "***").replace(json.dumps(secret)[1:-1], "***")


def compact(text: str) -> str:
    """JSON without its blanks, which the model would be paid to read."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return written.encode("utf-8", "replace").decode()

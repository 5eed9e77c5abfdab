"""The product's server as the carrier reaches it: signed requests, nothing else.

The product gives out https URLs. A proxy that ends TLS is pretended here: the request
goes to the configured loopback address in plain HTTP with the public `Host` and
`X-Forwarded-Proto`. Any other host is refused: the real carrier could not reach a
private address, and the simulated one must never leave the machine.
"""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode, urljoin, urlsplit

import aiohttp
from yarl import URL

from calls.simulator.carrier.overrides import Overrides, read_overrides
from calls.simulator.config import SimulatorConfig
from calls.simulator.signature import sign

MAX_REDIRECTS = 10  # error 11215
CONNECTION_FAILURES = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ServerDisconnectedError,
    aiohttp.ClientOSError,
)


class WebhookFailed(Exception):
    """The product did not answer as a webhook must; `code` is Twilio's error number."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text


@dataclass(frozen=True, slots=True)
class Webhook:
    url: str
    params: Mapping[str, str]
    method: str = "POST"
    token: str = field(default_factory=lambda: secrets.token_hex(16))
    """One value for all deliveries of one event: `I-Twilio-Idempotency-Token`."""


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    content_type: str
    body: str
    location: str = ""


class Product:
    def __init__(
        self,
        config: SimulatorConfig,
        session: aiohttp.ClientSession,
        complain: Callable[[str, str], None],
    ) -> None:
        self.config = config
        self._session = session
        self._complain = complain

    async def send(self, hook: Webhook) -> Reply:
        """Deliver one webhook, with the retries its URL asks for.

        A request for TwiML has 15 seconds in all
        (https://www.twilio.com/docs/usage/webhooks/voice-webhooks).
        """
        overrides = read_overrides(urlsplit(hook.url).fragment)
        for problem in overrides.problems:
            self._complain("connection-override", problem)
        try:
            async with asyncio.timeout(overrides.total_s):
                return await self._with_retries(hook, overrides)
        except TimeoutError:
            raise WebhookFailed("11200", f"{_path(hook)} took too long") from None

    async def _with_retries(self, hook: Webhook, overrides: Overrides) -> Reply:
        for left in range(overrides.retries, -1, -1):
            try:
                reply = await self._follow(hook, overrides)
                failure = f"{reply.status // 100}xx"
                problem = WebhookFailed(
                    "11200", f"{_path(hook)} answered {reply.status}"
                )
            except CONNECTION_FAILURES as error:
                failure = "ct"
                problem = WebhookFailed(
                    "11205", f"{_path(hook)}: {type(error).__name__}"
                )
            except TimeoutError:
                failure = "rt"
                problem = WebhookFailed("11200", f"{_path(hook)} did not answer")
            if failure == "2xx":
                return reply
            if not left or not overrides.retries_after(failure):
                break
        raise problem

    async def _follow(self, hook: Webhook, overrides: Overrides) -> Reply:
        """Follow HTTP redirects as a browser does: with GET."""
        for _ in range(MAX_REDIRECTS):
            reply = await self._once(hook, overrides)
            if reply.status // 100 != 3:
                return reply
            target = urljoin(hook.url, reply.location)
            hook = Webhook(target, hook.params, "GET", hook.token)
        raise WebhookFailed("11215", f"{_path(hook)}: too many redirects")

    async def _once(self, hook: Webhook, overrides: Overrides) -> Reply:
        url, form = _url_and_form(hook)
        headers = {
            **self.proxy_headers(),
            "X-Twilio-Signature": sign(url, form, self.config.auth_token),
            "I-Twilio-Idempotency-Token": hook.token,
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
        }
        body = None
        if hook.method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
            body = urlencode(form).encode()
        timeout = aiohttp.ClientTimeout(
            total=None, sock_connect=overrides.connect_s, sock_read=overrides.read_s
        )
        async with self._session.request(
            hook.method,
            URL(self.local_url(url), encoded=True),
            data=body,
            headers=headers,
            timeout=timeout,
            allow_redirects=False,
        ) as response:
            return Reply(
                response.status,
                response.content_type,
                await response.text(errors="replace"),
                response.headers.get("Location", ""),
            )

    async def deliver(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """A webhook that somebody else has signed; gives the status of the answer."""
        try:
            async with self._session.post(
                URL(self.local_url(url), encoded=True),
                data=body,
                headers={**self.proxy_headers(), **headers},
                allow_redirects=False,
            ) as response:
                await response.read()
                return response.status
        except aiohttp.ClientError as error:
            raise WebhookFailed(
                "11205", f"{urlsplit(url).path}: {type(error).__name__}"
            ) from None

    def proxy_headers(self) -> dict[str, str]:
        return {
            "Host": self.config.public_host,
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": "203.0.113.9",
        }

    def local_url(self, url: str) -> str:
        """The loopback address behind a public URL."""
        parts = urlsplit(url)
        if parts.scheme not in {"https", "wss"} or (
            parts.netloc != self.config.public_host
        ):
            raise WebhookFailed(
                "11205", f"{url} is outside {self.config.public_origin}: unreachable"
            )
        scheme = "http" if parts.scheme == "https" else "ws"
        local = parts._replace(
            scheme=scheme, netloc=self.config.connect_to, fragment=""
        )
        return local.geturl()


def _path(hook: Webhook) -> str:
    return urlsplit(hook.url).path


def _url_and_form(hook: Webhook) -> tuple[str, Mapping[str, str]]:
    """What is requested and what is signed; a GET carries its fields in the URL."""
    url = hook.url.partition("#")[0]
    if hook.method == "POST":
        return url, hook.params
    joint = "&" if "?" in url else "?"
    return url + joint + urlencode(hook.params), {}

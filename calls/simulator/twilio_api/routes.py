"""The REST paths, as Twilio's own client library asks for them."""

import base64
import hmac
from collections.abc import Awaitable, Callable, Iterable
from hashlib import md5
from typing import Any

import orjson
from aiohttp import web

from calls.simulator.carrier.carrier import Carrier
from calls.simulator.carrier.recordings import Recording, silence
from calls.simulator.twilio_api import calls, usage
from calls.simulator.twilio_api.errors import not_found, refuse
from calls.simulator.twilio_api.messages import Messages

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
ROOT = "/2010-04-01/Accounts/{account}"
TRUNK_SID = "TK" + "0" * 32


def answer(body: Any, status: int = 200) -> web.Response:
    return web.Response(
        body=orjson.dumps(body), status=status, content_type="application/json"
    )


class TwilioApi:
    def __init__(self, carrier: Carrier) -> None:
        self.carrier = carrier
        self.messages = Messages(carrier)

    def routes(self) -> Iterable[web.RouteDef]:
        paths: list[tuple[str, str, Handler]] = [
            ("GET", ".json", self.account),
            ("GET", "/Calls.json", self.list_calls),
            ("GET", "/Calls/{sid}.json", self.get_call),
            ("POST", "/Calls/{sid}.json", self.update_call),
            ("GET", "/Calls/{sid}/Recordings.json", self.list_recordings),
            ("GET", "/Recordings.json", self.list_recordings),
            ("GET", "/Recordings/{sid}.json", self.get_recording),
            ("GET", "/Recordings/{sid}.wav", self.get_sound),
            ("GET", "/Recordings/{sid}", self.get_sound),
            ("POST", "/Messages.json", self.create_message),
            ("GET", "/Messages/{sid}.json", self.get_message),
            ("GET", "/IncomingPhoneNumbers.json", self.list_numbers),
            ("GET", "/Usage/Records.json", self.list_usage),
            ("GET", "/Usage/Records/{period}.json", self.list_usage),
        ]
        for method, path, handler in paths:
            yield web.route(method, ROOT + path, self._guarded(handler))
        yield web.route("*", "/2010-04-01/{tail:.*}", self._guarded(self.nothing))

    def _guarded(self, handler: Handler) -> Handler:
        """Basic authentication with account SID and token, and this account only."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            config = self.carrier.config
            given = request.headers.get("Authorization", "")
            pair = f"{config.account_sid}:{config.auth_token}".encode()
            wanted = "Basic " + base64.b64encode(pair).decode()
            if not hmac.compare_digest(given.encode(), wanted.encode()):
                raise refuse(20003, "Authenticate", status=401)
            if request.match_info.get("account", config.account_sid) != (
                config.account_sid
            ):
                raise not_found(request.path)
            return await handler(request)

        return guarded

    async def nothing(self, request: web.Request) -> web.StreamResponse:
        raise not_found(request.path)

    async def account(self, request: web.Request) -> web.StreamResponse:
        sid = self.carrier.config.account_sid
        return answer(
            {
                "sid": sid,
                "friendly_name": "Simulated account",
                "status": "active",
                "type": "Full",
                "owner_account_sid": sid,
                "subresource_uris": {},
                "uri": f"/2010-04-01/Accounts/{sid}.json",
            }
        )

    # Calls.

    async def list_calls(self, request: web.Request) -> web.StreamResponse:
        wanted = {
            key: request.query[name]
            for key, name in (("status", "Status"), ("to", "To"), ("from", "From"))
            if name in request.query
        }
        found = [
            document
            for one in calls.between(self.carrier, request.query)
            if wanted.items() <= (document := self._call(one)).items()
        ]
        return self._page(request, "calls", found)

    def _call(self, found: Any) -> dict[str, Any]:
        return calls.as_json(found, self.carrier.config.price_after_s)

    def _find_call(self, request: web.Request) -> Any:
        found = calls.find(self.carrier, request.match_info["sid"])
        if found is None:
            raise not_found(request.path)
        return found

    async def get_call(self, request: web.Request) -> web.StreamResponse:
        return answer(self._call(self._find_call(request)))

    async def update_call(self, request: web.Request) -> web.StreamResponse:
        found = self._find_call(request)
        form = {name: str(value) for name, value in (await request.post()).items()}
        calls.update(found, form)
        return answer(self._call(found))

    # Recordings.

    async def list_recordings(self, request: web.Request) -> web.StreamResponse:
        of_call = request.match_info.get("sid") or request.query.get("CallSid")
        found = [
            recording.as_json()
            for recording in self.carrier.recordings()
            if of_call in {None, recording.call_sid}
        ]
        return self._page(request, "recordings", found)

    def _find_recording(self, request: web.Request) -> Recording:
        for recording in self.carrier.recordings():
            if recording.sid == request.match_info["sid"]:
                return recording
        raise not_found(request.path)

    async def get_recording(self, request: web.Request) -> web.StreamResponse:
        return answer(self._find_recording(request).as_json())

    async def get_sound(self, request: web.Request) -> web.StreamResponse:
        sound = silence(self._find_recording(request).seconds)
        return web.Response(body=sound, content_type="audio/x-wav")

    # Messages, numbers, usage.

    async def create_message(self, request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        message = self.messages.create(form)
        return answer(message.as_json(self.carrier.config.price_after_s), 201)

    async def get_message(self, request: web.Request) -> web.StreamResponse:
        message = self.messages.sent.get(request.match_info["sid"])
        if message is None:
            raise not_found(request.path)
        return answer(message.as_json(self.carrier.config.price_after_s))

    async def list_numbers(self, request: web.Request) -> web.StreamResponse:
        config = self.carrier.config
        wanted = request.query.get("PhoneNumber")
        found = [
            {
                "sid": "PN" + md5(e164.encode(), usedforsecurity=False).hexdigest(),
                "account_sid": config.account_sid,
                "phone_number": e164,
                "friendly_name": alias,
                "api_version": "2010-04-01",
                "voice_url": config.voice_url,
                "voice_method": "POST",
                "voice_fallback_url": config.fallback_url or None,
                "voice_fallback_method": "POST",
                "status_callback": config.status_url,
                "status_callback_method": "POST",
                "trunk_sid": TRUNK_SID if alias in config.on_trunks else None,
                "capabilities": {"voice": True, "sms": True, "mms": False},
                "status": "in-use",
                "uri": "",
            }
            for alias, e164 in config.numbers.items()
            if wanted in {None, e164}
        ]
        return self._page(request, "incoming_phone_numbers", found)

    async def list_usage(self, request: web.Request) -> web.StreamResponse:
        period = request.match_info.get("period", "")
        found = usage.records(self.carrier, self.messages, request.query, period)
        wanted = request.query.get("Category")
        rows = [row for row in found if wanted in {None, row["category"]}]
        return self._page(request, "usage_records", rows)

    def _page(self, request: web.Request, name: str, found: list[Any]) -> web.Response:
        size = min(int(request.query.get("PageSize", "50")), 1000)
        page = int(request.query.get("Page", "0"))
        rows = found[page * size : (page + 1) * size]
        more = len(found) > (page + 1) * size
        following = request.rel_url.update_query(Page=page + 1, PageSize=size)
        return answer(
            {
                name: rows,
                "page": page,
                "page_size": size,
                "start": page * size,
                "end": page * size + len(rows),
                "uri": str(request.rel_url),
                "first_page_uri": str(request.rel_url.update_query(Page=0)),
                "next_page_uri": str(following) if more else None,
                "previous_page_uri": None,
            }
        )

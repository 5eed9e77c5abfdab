"""The provider's front: invitations in, webhooks out, REST verbs and sockets.

https://developers.openai.com/api/docs/guides/voice-sip and the Realtime calls
reference. All four verbs answer 200 with an empty body.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import orjson
from aiohttp import WSMsgType, web

from calls.simulator.carrier.carrier import Carrier
from calls.simulator.carrier.sip import Invite
from calls.simulator.openai_api.errors import (
    ApiError,
    invalid,
    rate_limited,
    server_error,
    unauthorized,
)
from calls.simulator.openai_api.service import ModelService
from calls.simulator.realtime import announcer
from calls.simulator.realtime.announcer import Announcement, Announcer
from calls.simulator.realtime.call import SipCall, State, not_found
from calls.simulator.realtime.session_body import check_accept
from calls.simulator.realtime.shapes import fields, number, text
from calls.simulator.realtime.sideband import Sideband

REMEMBERED = 3000
ANNOUNCED_AFTER_S = 0.2
CLOSE_S = 2.0
MAX_MESSAGE = 16 * 1024 * 1024
REJECT = fields({"status_code": number(300, 699, whole=True)})
REFER = fields({"target_uri": text(r"tel:\+?[\d\-.]+|sips?:[^\s@]+(@[^\s@]+)?")})
NOTHING = fields({})
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class RealtimeService:
    def __init__(self, carrier: Carrier, model: ModelService) -> None:
        self.config = carrier.config
        self.carrier = carrier
        self.model = model
        self.calls: OrderedDict[str, SipCall] = OrderedDict()
        self.by_live_id: OrderedDict[str, SipCall] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/v1/realtime", self.socket),
            web.post("/v1/realtime/calls/{call_id}/{verb}", self._guarded(self.verb)),
            web.post("/v1/live/sessions/{call_id}/{verb}", self._guarded(self.live)),
        ]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        for call in self.calls.values():
            call.hang_up()
        if self._tasks:
            await asyncio.wait(self._tasks)

    # A call comes in.

    def invite(self, invite: Invite) -> SipCall:
        call = SipCall(invite, self.model)
        if invite.address.user != self.config.openai_project:
            invite.caller.complain("sip", "there is no such project at the voice model")
            call.fail(404, "no such project")
            return call
        for known, key in ((self.calls, call.id), (self.by_live_id, call.live_id)):
            known[key] = call
            while len(known) > REMEMBERED:
                known.popitem(last=False)
        self._spawn(self._announce(call))
        return call

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _announce(self, call: SipCall) -> None:
        """Both announcements of one call may come, in any order, and more than once."""
        knobs, invite = call.knobs, call.invite
        if knobs.webhook_missing or not self.config.openai_webhook_secret:
            invite.caller.warn("the voice model announced the call to nobody")
            return
        late = knobs.webhook_delay_s
        await asyncio.sleep(invite.caller.clock.real(ANNOUNCED_AFTER_S) + late)
        await invite.caller.lag()
        found = [announcer.realtime(invite, call.id)]
        if knobs.both_webhooks:
            found.append(announcer.live(invite, call.live_id))
            invite.caller.random.shuffle(found)
        call.note_announced()
        await asyncio.gather(*(self._tell(call, one) for one in found))

    async def _tell(self, call: SipCall, one: Announcement) -> None:
        answers = call.record.webhooks
        teller = Announcer(self.config, self.carrier.product)
        twice = call.caller.random.random() < call.knobs.duplicate_webhooks
        deliveries = [teller.tell(one, answers) for _ in range(2 if twice else 1)]
        await asyncio.gather(*deliveries)
        if any(not 200 <= answer < 300 for answer in answers):
            text = f"{self.config.openai_webhook_path} answered {answers}"
            call.caller.complain("openai-webhook", text)

    # What is asked of it.

    def _guarded(self, handler: Handler) -> Handler:
        async def guarded(request: web.Request) -> web.StreamResponse:
            try:
                self._authenticate(request)
                return await handler(request)
            except ApiError as error:
                return error.answer()

        return guarded

    def _authenticate(self, request: web.Request) -> None:
        self.model.authenticate(request)
        project = request.headers.get("OpenAI-Project", self.config.openai_project)
        if project != self.config.openai_project:
            raise ApiError(
                401,
                "OpenAI-Project header should match project for API key",
                code="mismatched_project",
            )

    async def verb(self, request: web.Request) -> web.StreamResponse:
        verbs = {
            "accept": self._accept,
            "reject": self._reject,
            "refer": self._refer,
            "hangup": self._hang_up,
        }
        verb = verbs.get(request.match_info["verb"])
        call = self.calls.get(request.match_info["call_id"])
        if verb is None or call is None:
            raise not_found()
        await self._see_through(verb(call, await _body(request)))
        return web.Response()

    async def _see_through(self, work: Coroutine[Any, Any, None]) -> None:
        """What was asked for is done even if nobody waits for the answer."""
        task = self._spawn(work)
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        await asyncio.shield(task)

    async def _accept(self, call: SipCall, body: Any) -> None:
        knobs = call.knobs
        if knobs.accept_delay_s:
            await asyncio.sleep(knobs.accept_delay_s)
        if call.lost < knobs.accepts_lost:
            call.lost += 1
            await call.over.wait()
        wanted = knobs.accept_refusals or call.refusals + 1
        if knobs.accept_status and call.refusals < wanted:
            call.refusals += 1
            raise refusal(knobs.accept_status, body)
        if call.state is not State.RINGING:
            raise not_found()
        try:
            check_accept(body)
        except ApiError as error:
            call.caller.complain("accept", error.message)
            raise
        for side in ("input", "output"):
            if "format" in body.get("audio", {}).get(side, {}):
                call.caller.complain("accept", f"audio.{side}.format on a SIP call")
        call.accept(body)

    async def _reject(self, call: SipCall, body: Any) -> None:
        REJECT(body, "")
        if call.state is not State.RINGING:
            raise not_found()
        call.reject(body.get("status_code", 603))

    async def _refer(self, call: SipCall, body: Any) -> None:
        REFER(body, "")
        if "target_uri" not in body:
            raise invalid("Missing required parameter: 'target_uri'.", "target_uri")
        if call.state is not State.ACCEPTED:
            raise not_found()
        if status := call.knobs.refer_status:
            call.record.refers.append(body["target_uri"])
            raise refusal(status, body)
        call.refer(body["target_uri"])

    async def _hang_up(self, call: SipCall, body: Any) -> None:
        NOTHING(body, "")
        if call.state is State.OVER:
            raise not_found()
        call.hang_up()

    async def live(self, request: web.Request) -> web.StreamResponse:
        """The Live API's view of the same call. It can be turned away there, too.

        A session of that kind is not played: accepting one is written down.
        """
        call = self.by_live_id.get(request.match_info["call_id"])
        if call is None:
            raise not_found()
        if call.state is not State.RINGING:
            text = "A decision was already made for this session."
            raise ApiError(409, text, code="decision_already_made")
        if request.match_info["verb"] != "reject":
            call.caller.complain("live", "the simulator plays no Live session")
            raise not_found()
        call.reject((await _body(request)).get("status_code", 603))
        return web.Response()

    # The sideband.

    async def socket(self, request: web.Request) -> web.StreamResponse:
        try:
            self._authenticate(request)
            call = await self._handshake(request)
        except ApiError as error:
            return error.answer()
        socket = web.WebSocketResponse(
            compress=False, timeout=CLOSE_S, max_msg_size=MAX_MESSAGE
        )
        await socket.prepare(request)
        sideband = Sideband(socket, request, call.knobs)
        call.attach(sideband)
        writer = asyncio.create_task(sideband.write())
        try:
            async for message in socket:
                if message.type in {WSMsgType.TEXT, WSMsgType.BINARY}:
                    call.take(message.data, sideband)
        finally:
            writer.cancel()
            call.detach(sideband)
            await sideband.gone()
        return socket

    async def _handshake(self, request: web.Request) -> SipCall:
        """404 for whatever is wrong, as users report it; the caller may be gone."""
        call = self.calls.get(request.query.get("call_id", ""))
        if call is None or call.session is None:
            raise not_found()
        if "OpenAI-Beta" in request.headers or "model" in request.query:
            text = "a sideband takes neither `model` nor an OpenAI-Beta header"
            call.caller.complain("sideband", text)
            raise not_found()
        call.handshakes += 1
        await asyncio.sleep(call.knobs.handshake_ms / 1000)
        status = call.knobs.handshake_status
        if call.handshakes <= call.knobs.handshake_404s:
            status = 404
        if call.state is not State.ACCEPTED:
            status = 404
        if status:
            call.record.refused_handshakes += 1
            raise refusal(status, None)
        return call


async def _body(request: web.Request) -> Any:
    """No body at all means an empty one."""
    raw = await request.read()
    try:
        body = orjson.loads(raw) if raw else {}
    except orjson.JSONDecodeError:
        raise invalid(
            "We could not parse the JSON body of your request.", "body"
        ) from None
    if not isinstance(body, dict):
        raise invalid("The body must be an object.", "body")
    return body


def refusal(status: int, body: Any) -> ApiError:
    """An error that a knob asks for; a 400 names the part most likely at fault."""
    match status:
        case 404:
            return not_found()
        case 401:
            return unauthorized()
        case 429:
            return rate_limited(1)
        case 400:
            audio = (body or {}).get("audio", {}).get("input", {})
            param = "audio.input.transcription.model"
            param = param if audio.get("transcription") else "body"
            return invalid("Invalid session configuration.", param, "invalid_value")
    if status >= 500:
        return ApiError(status, server_error().message, "server_error")
    return ApiError(status, "The request was refused.", code="refused")

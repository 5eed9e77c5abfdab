"""A whole call: the voice webhook, every verb it leads to, the callbacks after it."""

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any

from calls.simulator.carrier import trunk
from calls.simulator.carrier.call import CarrierCall
from calls.simulator.carrier.caller import Caller, GaveUp
from calls.simulator.carrier.dial import dial
from calls.simulator.carrier.party import End, HungUp, Redirected
from calls.simulator.carrier.product import WebhookFailed
from calls.simulator.carrier.record import record, start
from calls.simulator.carrier.relay import connect
from calls.simulator.carrier.verbs import (
    Verb,
    gather,
    hang_up,
    pause,
    play,
    redirect,
    run_documents,
    say,
)
from calls.simulator.sids import new_sid
from calls.simulator.twiml.document import Document, Node

APPLICATION_ERROR = "We are sorry, an application error has occurred. Goodbye."
QUEUE_S = 5.0


async def reject(call: CarrierCall, node: Node, document: Document) -> None:
    """Only as the first verb does it keep the call from being answered and billed.

    The call ends as `busy` or `no-answer`, by reason
    (https://www.twilio.com/docs/voice/twiml/reject).
    """
    if call.answered_at:
        call.complain("12200", "<Reject> after the call was answered")
        raise End
    call.ended_by = "rejected"
    call.end("busy" if node.get("reason") == "busy" else "no-answer")
    raise End


async def enqueue(call: CarrierCall, node: Node, document: Document) -> Document | None:
    """A queue in which somebody takes the caller after a moment."""
    call.ear.hear("tone", f"[waits in queue {node.text}]")
    await call.race(call.clock.sleep(QUEUE_S))
    if not node.get("action"):
        return None
    extra = {
        "QueueResult": "bridged",
        "QueueTime": str(round(QUEUE_S)),
        "QueueSid": new_sid("QU"),
    }
    return await call.next_document(node, document, extra)


def answering(verb: Verb) -> Verb:
    """These verbs can only be heard on an answered call."""

    async def answered(
        call: CarrierCall, node: Node, document: Document
    ) -> Document | None:
        call.answer()
        return await verb(call, node, document)

    return answered


CALL_VERBS: Mapping[str, Verb] = {
    "Say": answering(say),
    "Play": answering(play),
    "Pause": pause,
    "Gather": answering(gather),
    "Hangup": hang_up,
    "Redirect": redirect,
    "Reject": reject,
    "Enqueue": answering(enqueue),
    "Dial": dial,
    "Record": record,
    "Start": start,
    "Connect": connect,
}


async def run_call(call: CarrierCall) -> None:
    """From the first ring until the last callback is out."""
    cap = call.order.cap_s or call.config.call_cap_s
    timer = asyncio.get_running_loop().call_later(cap, call.hang_up, "timed_out")
    script = asyncio.create_task(_act(call))
    try:
        await _play_out(call)
    finally:
        timer.cancel()
        script.cancel()
        await asyncio.wait({script})
        call.end("completed" if call.answered_at else "no-answer")
    for notify in call.when_over:
        notify()
    if not call.order.trunk:
        call.report_end()
    await call.settle()


async def _act(call: CarrierCall) -> None:
    try:
        await call.order.script(Caller(call))
    except GaveUp as reason:
        call.warn(str(reason))
        call.hang_up("gave_up")


async def _play_out(call: CarrierCall) -> None:
    following: Coroutine[Any, Any, Document] = (
        trunk.opening(call)
        if call.order.trunk
        else call.fetch(call.config.voice_url, {})
    )
    while True:
        try:
            await run_documents(call, await following, CALL_VERBS)
        except Redirected as redirected:
            call.resume()
            following = redirected.document()
            continue
        except (End, HungUp):
            return
        except WebhookFailed:
            if not call.ended_at:
                call.ended_by = "application_error"
                call.ear.hear("announcement", APPLICATION_ERROR)
            return
        if not (url := trunk.disaster_url(call)):
            return
        call.recovered = True
        following = call.fetch(url, {})

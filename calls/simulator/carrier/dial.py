"""`<Dial>`: ring contacts, bridge one, and say in the action how it went.

https://www.twilio.com/docs/voice/twiml/dial
"""

import asyncio
from urllib.parse import urljoin

from calls.simulator.carrier.call import CarrierCall
from calls.simulator.carrier.invitation import sip_call_id
from calls.simulator.carrier.leg import Leg
from calls.simulator.carrier.model_leg import ModelLeg, leads_to_model
from calls.simulator.carrier.party import (
    DeafLine,
    HungUp,
    Interruption,
    Redirected,
)
from calls.simulator.twiml.document import Document, Node
from calls.simulator.twiml.values import E164

EXTRA_RING_S = 5.0  # Twilio adds about five seconds to every timeout
MAX_NOUNS = 10


class BridgedLine(DeafLine):
    """The caller talks to a contact; with `hangupOnStar` the star ends that."""

    def __init__(self, leg: Leg, *, star: bool) -> None:
        self.leg = leg
        self.star = star

    async def press(self, digit: str) -> None:
        if self.star and digit == "*":
            self.leg.over.set()


async def dial(call: CarrierCall, node: Node, document: Document) -> Document | None:
    call.dial_attempts += 1
    if not node.flag("answerOnBridge"):
        call.answer()
    legs = _legs(call, node, document)
    try:
        leg = await call.race(_hunt(call, node, legs))
    except Interruption as interruption:
        for other in legs:
            other.finish("completed" if other.answered_at else "canceled")
        if isinstance(interruption, HungUp):
            await _report(call, node, document, legs[-1] if legs else None)
        if isinstance(interruption, Redirected) and not interruption.referred:
            _report_late(call, node, document, legs)
        raise
    finally:
        call.line = DeafLine()
    return await _report(call, node, document, leg)


def _legs(call: CarrierCall, node: Node, document: Document) -> list[Leg]:
    nouns = [n for n in node.children if n.name in {"Number", "Sip"} and not n.invalid]
    if node.text and not node.invalid:
        nouns.insert(0, Node("Number", {}, node.text, ()))
    caller_id = node.get("callerId") or call.from_
    if node.get("callerId") and not _may_show(call, caller_id):
        call.complain("13214", f"<Dial callerId> may not be {caller_id!r}")
        return []
    if not nouns:
        call.complain("13201", "<Dial> names nobody to call")
    if len(nouns) > MAX_NOUNS:
        call.complain("13227", "<Dial> rings at most ten at once")
    return [_leg(call, noun, node, document) for noun in nouns[:MAX_NOUNS]]


def _leg(call: CarrierCall, noun: Node, node: Node, document: Document) -> Leg:
    caller_id = node.get("callerId") or call.from_
    if not leads_to_model(noun):
        return Leg(call, noun, document, caller_id)
    leg = ModelLeg(call, noun, document, caller_id)
    if url := node.get("referUrl"):
        leg.refer_url = urljoin(document.url, url)
        leg.refer_method = node.get("referMethod", "POST")
    return leg


def _may_show(call: CarrierCall, number: str) -> bool:
    """The inbound call's own numbers or one that the account has verified."""
    return E164.accepts(number) and (
        number in {call.from_, call.to} or number in call.config.numbers.values()
    )


async def _hunt(call: CarrierCall, node: Node, legs: list[Leg]) -> Leg | None:
    """Ring together, or one after the other with `sequential`; the leg that decided."""
    groups = [[leg] for leg in legs] if node.flag("sequential") else [legs]
    last: Leg | None = None
    for group in groups:
        call.ear.ring()
        last = await _ring(group, node.number("timeout", 30) + EXTRA_RING_S)
        if last is None or not last.answered_at:
            last = last or (group[-1] if group else None)
            continue
        if await last.accept():
            await _talk(call, node, last)
            return last
        last.finish("completed")
    return last


async def _ring(legs: list[Leg], rings_s: float) -> Leg | None:
    """The first to answer takes the call; the others stop ringing."""
    ringing = {asyncio.ensure_future(leg.ring(rings_s)): leg for leg in legs}
    try:
        while pending := [task for task in ringing if not task.done()]:
            await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            for task, leg in ringing.items():
                if task.done() and task.result():
                    return leg
        return None
    finally:
        for task, leg in ringing.items():
            if not task.done():
                task.cancel()
                leg.finish("canceled")


async def _talk(call: CarrierCall, node: Node, leg: Leg) -> None:
    call.answer()
    if isinstance(leg, ModelLeg):
        call.line = leg.line_of_caller
    else:
        call.line = BridgedLine(leg, star=node.flag("hangupOnStar"))
        call.bridged = True
    await leg.talk(node.number("timeLimit", 14_400))
    leg.finish("completed")


async def _report(
    call: CarrierCall, node: Node, document: Document, leg: Leg | None
) -> Document | None:
    """No action: the next verb runs, also after a successful conversation."""
    if not node.get("action"):
        return None
    return await call.next_document(node, document, _result(leg))


def _report_late(
    call: CarrierCall, node: Node, document: Document, legs: list[Leg]
) -> None:
    """What the product answers to a call that has left the dial counts for nothing.

    Whether Twilio asks at all then is not documented: see the knob.
    """
    to_model = [leg for leg in legs if isinstance(leg, ModelLeg)]
    if not to_model or not node.get("action"):
        return
    if call.order.knobs.redirect_fires_action:
        url = urljoin(document.url, node.get("action"))
        call.callback(url, {**call.params(), **_result(to_model[-1])})


def _result(leg: Leg | None) -> dict[str, str]:
    extra = {"DialCallStatus": "failed", "DialBridged": "false"}
    if leg is not None:
        extra = {
            "DialCallStatus": leg.status,
            "DialCallSid": leg.sid,
            "DialCallDuration": str(leg.duration),
            "DialBridged": "true" if leg.bridged else "false",
        }
        if leg.noun.name == "Sip":
            extra["DialSipResponseCode"] = str(leg.sip_code)
            extra["DialSipCallId"] = sip_call_id(leg.sid)
    return extra

"""`<Connect>`: run a relay session and report its end to the action.

https://www.twilio.com/docs/voice/twiml/connect/conversationrelay#action
"""

import time

from calls.simulator.carrier.call import CarrierCall
from calls.simulator.carrier.order import Session
from calls.simulator.carrier.party import HungUp, Redirected
from calls.simulator.carrier.relay_session import RelaySession, SessionEnd, failed
from calls.simulator.carrier.relay_settings import SessionRefused, read_settings
from calls.simulator.sids import new_sid
from calls.simulator.twiml.document import Document, Node

ACTION_AFTER_S = 0.7


async def connect(call: CarrierCall, node: Node, document: Document) -> Document | None:
    """Without an action the next verb runs once the session is over."""
    relays = node.named("ConversationRelay")
    if not relays:
        call.complain("12200", "<Connect> without <ConversationRelay>")
        return None
    began = time.monotonic()
    try:
        end = await _session(call, relays[0])
    except HungUp:
        end = SessionEnd("completed")
        await _report(call, node, document, (end, began))
        raise
    except Redirected:
        if call.order.knobs.redirect_fires_action:
            await _report(call, node, document, (SessionEnd("completed"), began))
        raise
    if end.error_code and end.error_code != "64105":
        call.complain(end.error_code, end.error_message)
    await call.clock.sleep(ACTION_AFTER_S)
    return await _report(call, node, document, (end, began))


async def _session(call: CarrierCall, relay: Node) -> SessionEnd:
    try:
        settings = read_settings(relay)
    except SessionRefused as error:
        call.sessions.append(Session(session_id=new_sid("VX")))
        call.answer()
        return failed(error.code, error.text)
    return await RelaySession(call, settings).run()


async def _report(
    call: CarrierCall,
    node: Node,
    document: Document,
    session: tuple[SessionEnd, float],
) -> Document | None:
    end, began = session
    record = call.sessions[-1]
    record.status = end.status
    record.error_code = end.error_code
    record.handoff_data = end.handoff_data
    record.seconds = round(time.monotonic() - began)
    if not node.get("action"):
        return None
    extra = {
        "SessionId": record.session_id,
        "SessionStatus": end.status,
        "SessionDuration": str(record.seconds),
    }
    if end.handoff_data is not None:
        extra["HandoffData"] = end.handoff_data
    if end.error_code:
        extra |= {"ErrorCode": end.error_code, "ErrorMessage": end.error_message}
    return await call.next_document(node, document, extra)

"""A number on a trunk: its calls go straight to the voice model, and nobody is asked.

No voice webhook, no status callbacks, and the call is not to be found over REST while
it lasts (https://www.twilio.com/docs/sip-trunking). What the carrier does with such a
call is written here as the TwiML that would do the same.
"""

import re

from calls.simulator.carrier.call import CarrierCall
from calls.simulator.carrier.leg import Leg
from calls.simulator.carrier.sip import MODEL_HOST
from calls.simulator.twiml.document import Document, parse

TO_MODEL = """<Response><Dial answerOnBridge="true"><Sip>{address}</Sip></Dial>
</Response>"""
TO_NUMBER = """<Response><Dial><Number>{number}</Number></Dial></Response>"""
NOWHERE = "<Response><Hangup/></Response>"


async def opening(call: CarrierCall) -> Document:
    project = call.config.openai_project
    address = f"sip:{project}@{MODEL_HOST};transport=tls;secure=true"
    return parse(TO_MODEL.format(address=address), "")


async def transfer(target: str) -> Document:
    """A blind transfer: no callback, no whisper, and nobody hears how it went."""
    found = re.fullmatch(r"(?:tel:|sips?:)(\+\d{7,15})(?:@.*)?", target)
    return parse(TO_NUMBER.format(number=found[1]) if found else NOWHERE, "")


def disaster_url(call: CarrierCall) -> str:
    """Asked for TwiML, once, when the far end could not be reached or never answered.

    Not when it refused: https://www.twilio.com/docs/sip-trunking#disaster-recovery
    """
    if not call.order.trunk or call.answered_at or call.recovered:
        return ""
    leg = call.legs[-1]
    assert isinstance(leg, Leg)
    unreachable = leg.sip_code // 100 == 5 or leg.sip_code == 487
    if unreachable and call.config.fallback_url:
        return call.config.fallback_url
    call.ended_by = "unreached" if unreachable else "rejected"
    return ""

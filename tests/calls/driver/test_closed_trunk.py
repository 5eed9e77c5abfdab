"""The emergency switch on a call over a bare trunk."""

import pytest

from calls.core.words import CallState, EngineState
from calls.models import EngineSession
from routing.models import EmergencyClosure
from tests.calls.driver.sip_line import only_call
from tests.calls.driver.test_engine_trunk import FROM, arrive, trunk

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_call_over_a_bare_trunk_is_turned_away() -> None:
    number = await trunk()
    await EmergencyClosure.objects.acreate(
        line="All numbers", reason="Fire alarm", action="message", message="Closed."
    )
    await arrive(FROM, ("To", f"<sip:{number}@sip.api.openai.com>"))
    call = await only_call()
    assert call.decision["rule"] == "Emergency closure of all numbers"
    assert call.state == CallState.OVER
    session = await EngineSession.objects.aget()
    assert session.state == EngineState.REJECTED
    assert session.detail == "SIP status 480"

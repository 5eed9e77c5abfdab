"""Rules and limits on a bare trunk, where nothing is said before a call is taken."""

import pytest
from asgiref.sync import sync_to_async

from calls.core.words import CallState, Disposition, FollowUpKind
from calls.models import Call
from tests.calls.driver.sip_line import only_call
from tests.calls.driver.test_engine_trunk import FROM, arrive, closed, trunk
from tests.makers_calls import make_call
from tests.makers_routing import make_list, make_number, publish

pytestmark = pytest.mark.django_db(transaction=True)

WITHHELD = ("From", "<sip:anonymous@anonymous.invalid>;tag=1")


async def test_an_offer_to_call_back_is_made_good_without_asking() -> None:
    number = await trunk("callback")
    provider, _ = await arrive(FROM, ("To", f"<sip:{number}@h>"))
    assert provider.bodies == [{"status_code": 480}]
    call = await only_call()
    follow_up = await call.follow_ups.aget()
    assert (follow_up.kind, follow_up.contact_number) == (
        FollowUpKind.CALLBACK,
        "+12025550123",
    )
    assert await closed(call) is Disposition.CALLBACK_SCHEDULED


async def test_who_has_no_number_cannot_be_called_back() -> None:
    number = await trunk("callback")
    provider, _ = await arrive(WITHHELD, ("To", f"<sip:{number}@h>"))
    assert provider.bodies == [{"status_code": 480}]
    call = await only_call()
    assert not await call.follow_ups.aexists()
    assert await closed(call) is Disposition.REJECTED


async def test_a_message_becomes_the_rules_own_status() -> None:
    number = await trunk("message", message="We have moved.", sip_status=404)
    provider, _ = await arrive(FROM, ("To", f"<sip:{number}@h>"))
    assert provider.bodies == [{"status_code": 404}]


@pytest.mark.parametrize(("value", "asked"), [("Sales-2", "reject"), ("x", "accept")])
async def test_a_rule_may_ask_for_a_header_of_the_trunk(value: str, asked: str) -> None:
    number = await trunk("reject", headers="X-Line: sales*")
    provider, call = await arrive(
        FROM, ("To", f"<sip:{number}@h>"), ("X-Line", value), ("X-Line", "again")
    )
    assert provider.asked == [(asked, call)]


async def test_a_blocked_caller_is_declined() -> None:
    number = await trunk()
    await sync_to_async(make_list)("+12025550123")
    provider, _ = await arrive(FROM, ("To", f"<sip:{number}@h>"))
    assert provider.bodies == [{"status_code": 603}]
    assert await closed(await only_call()) is Disposition.SPAM


def make_full_trunk() -> str:
    number = make_number(path="sip", trunk=True, max_calls=1, overflow="reject")
    publish()
    make_call(dialled=number.e164, state=CallState.LIVE)
    return str(number.e164)


async def test_above_its_limit_a_trunk_is_busy() -> None:
    number = await sync_to_async(make_full_trunk)()
    provider, _ = await arrive(FROM, ("To", f"<sip:{number}@h>"))
    assert provider.bodies == [{"status_code": 486}]
    call = await Call.objects.aget(dialled=number, state=CallState.OVER)
    assert await closed(call) is Disposition.OVERFLOWED

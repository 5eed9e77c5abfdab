"""Calls over a bare trunk: the provider's webhook is the first we hear of them."""

import pytest
from asgiref.sync import sync_to_async

from calls.core.words import (
    CallState,
    Disposition,
    EngineState,
    FollowUpKind,
    HandoffResult,
    IncidentKind,
)
from calls.models import Call, EngineSession, Handoff, Incident
from calls.services.closing import close
from routing.core.ruleset import PolicyEnd
from routing.models import PhoneNumber, Release
from routing.services import live
from tests.calls.driver.sip_line import only_call
from tests.calls.views.lines import people
from tests.calls.voice_provider import Provider, event, post, settled, voice_provider
from tests.makers_calls import NOON
from tests.makers_routing import (
    make_agent,
    make_calendar,
    make_contact,
    make_number,
    make_policy,
    make_rule,
    publish,
)

pytestmark = pytest.mark.django_db(transaction=True)

FROM = ("From", '"Ann Lee" <sip:+12025550123@carrier.example>;tag=1')


def make_trunk(action: str = "", **rule: object) -> PhoneNumber:
    policy = people("Ana", "Ben")
    number = make_number(
        path="sip", trunk=True, agent=make_agent(policy=policy), policy=policy
    )
    if action:
        if action == "divert":
            rule["policy"] = policy
        make_rule(number, action=action, name="The rule", **rule)
    publish()
    return number


async def trunk(action: str = "", **rule: object) -> str:
    number: PhoneNumber = await sync_to_async(make_trunk)(action, **rule)
    return number.e164


async def arrive(*headers: tuple[str, str]) -> tuple[Provider, str]:
    call, body = event(*headers, ("Call-ID", "abc@carrier.example"))
    async with voice_provider() as provider:
        assert (await post(body)).status_code == 200
        await settled()
    return provider, call


async def closed(call: Call) -> Disposition | None:
    found: Disposition | None = await sync_to_async(close)(
        call.pk, NOON.replace(year=NOON.year + 10)
    )
    return found


async def test_a_call_is_decided_from_its_headers_and_accepted() -> None:
    number = await trunk()
    to = ("To", f"<sip:{number}@sip.api.openai.com>")
    provider, call = await arrive(FROM, to, ("X-Twilio-CallSid", "CAtrunk"))
    assert provider.asked == [("accept", call)]
    made = await only_call()
    assert (made.dialled, made.caller, made.caller_kind, made.caller_name) == (
        number,
        "+12025550123",
        "number",
        "Ann Lee",
    )
    assert (made.path, made.state, made.account_sid) == ("sip", CallState.OFFERED, "")
    session = await EngineSession.objects.aget(call=made)
    assert (session.trunk, session.state) == (True, EngineState.ACCEPTED)
    assert session.sip_call_id == "abc@carrier.example"
    assert session.leg_sid == "CAtrunk"


@pytest.mark.parametrize(
    "header", ["Diversion", "P-Called-Party-ID", "History-Info", "To", "diversion"]
)
@pytest.mark.parametrize("form", ["<sip:{}@h;user=phone>;reason=x", "<tel:{}>"])
async def test_the_number_is_found_where_carriers_put_it(
    header: str, form: str
) -> None:
    number = await trunk()
    provider, call = await arrive(FROM, (header, form.format(number)))
    assert provider.asked == [("accept", call)]
    assert (await only_call()).dialled == number


async def test_a_number_without_its_plus_is_found_behind_others() -> None:
    number = await trunk()
    value = f"<sip:+12025559999@h>;reason=x, <sip:{number.removeprefix('+')}@h>"
    await arrive(FROM, ("Diversion", value), ("To", "<sip:proj_simulated@h>"))
    assert (await only_call()).dialled == number


@pytest.mark.parametrize(
    ("headers", "kind", "caller"),
    [
        ([], "withheld", "Withheld number"),
        ([("From", "")], "withheld", "Withheld number"),
        (
            [("From", '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1')],
            "withheld",
            "Withheld number",
        ),
        ([FROM, ("Privacy", "user;id")], "withheld", "Withheld number"),
        ([FROM, ("Privacy", "none")], "number", "+12025550123"),
        ([("From", "sip:alice@example.com;tag=1")], "sip", "sip:alice@example.com"),
        ([FROM, ("From", "<sip:+12025550100@h>")], "number", "+12025550123"),
        ([("From", "<sip:\x00b\x01@h>")], "sip", "sip:b@h"),
    ],
)
async def test_who_calls(
    headers: list[tuple[str, str]], kind: str, caller: str
) -> None:
    number = await trunk()
    provider, call = await arrive(*headers, ("To", f"<sip:{number}@h>"))
    assert provider.asked == [("accept", call)]
    made = await only_call()
    assert (made.caller_kind, made.caller) == (kind, caller)


async def test_a_withheld_caller_has_no_name() -> None:
    number = await trunk()
    await arrive(FROM, ("Privacy", "id"), ("To", f"<sip:{number}@h>"))
    assert (await only_call()).caller_name == ""


async def test_a_rule_rejects_with_its_own_status() -> None:
    number = await trunk("reject", sip_status=486, because="spam")
    provider, call = await arrive(FROM, ("To", f"<sip:{number}@h>"))
    assert provider.asked == [("reject", call)]
    assert provider.bodies == [{"status_code": 486}]
    made = await only_call()
    assert made.state == CallState.OVER
    assert (await EngineSession.objects.aget()).state == EngineState.REJECTED
    assert await closed(made) is Disposition.SPAM


async def test_a_closed_line_cannot_record_and_turns_the_caller_away() -> None:
    calendar = await sync_to_async(make_calendar)()
    number = await trunk("voicemail", hours_match="closed", calendar=calendar)
    provider, _ = await arrive(FROM, ("To", f"<sip:{number}@h>"))
    assert provider.bodies == [{"status_code": 480}]
    assert await closed(await only_call()) is Disposition.CLOSED_HOURS


async def test_a_caller_to_be_put_through_is_accepted_with_the_wish_on_record() -> None:
    number = await trunk("divert")
    provider, call = await arrive(FROM, ("To", f"<sip:{number}@h>"))
    assert provider.asked == [("accept", call)]
    wish = await Handoff.objects.aget()
    assert (wish.reason, wish.result) == ("rule", HandoffResult.PENDING)
    assert (await only_call()).state == CallState.HANDING_OFF


def make_nobody_on_duty() -> str:
    away = make_policy(make_contact(calendar=make_calendar()), end=PolicyEnd.VOICEMAIL)
    number = make_number(path="sip", trunk=True, policy=away)
    make_rule(number, action="divert", policy=away)
    publish()
    return str(number.e164)


async def test_with_nobody_to_put_through_to_the_caller_is_called_back() -> None:
    number = await sync_to_async(make_nobody_on_duty)()
    provider, _ = await arrive(FROM, ("To", f"<sip:{number}@h>"))
    assert provider.bodies == [{"status_code": 480}]
    call = await only_call()
    follow_up = await call.follow_ups.aget()
    assert (follow_up.kind, follow_up.contact_number) == (
        FollowUpKind.CALLBACK,
        "+12025550123",
    )
    assert await closed(call) is Disposition.CALLBACK_SCHEDULED


async def test_a_line_without_an_agent_in_its_release_is_called_back() -> None:
    number = await trunk()
    release = await Release.objects.aget()
    release.snapshot["numbers"][0]["profile"] = ""
    await release.asave()
    live.LIVE.reset()
    provider, _ = await arrive(FROM, ("To", f"<sip:{number}@h>"))
    assert provider.bodies == [{"status_code": 480}]
    assert (await Incident.objects.aget()).kind == IncidentKind.NO_CONFIGURATION
    assert await closed(await only_call()) is Disposition.CALLBACK_SCHEDULED


async def test_a_call_that_cannot_be_accepted_is_lost_and_called_back() -> None:
    number = await trunk()
    _, body = event(FROM, ("To", f"<sip:{number}@h>"))
    async with voice_provider() as provider:
        provider.script["accept"] = [500]
        assert (await post(body)).status_code == 200
        await settled()
    call = await only_call()
    assert call.state == CallState.OVER
    assert await closed(call) is Disposition.LOST
    assert await call.follow_ups.filter(kind=FollowUpKind.CALLBACK).aexists()


async def test_a_caller_who_is_gone_before_the_accept_hung_up_early() -> None:
    number = await trunk()
    _, body = event(FROM, ("To", f"<sip:{number}@h>"))
    async with voice_provider() as provider:
        provider.script["accept"] = [404]
        assert (await post(body)).status_code == 200
        await settled()
    assert await closed(await only_call()) is Disposition.CALLER_HUNG_UP_EARLY


async def test_an_inactive_number_is_rejected() -> None:
    number = await trunk()
    await PhoneNumber.objects.aupdate(active=False)
    await sync_to_async(publish)()
    provider, _ = await arrive(FROM, ("To", f"<sip:{number}@h>"))
    assert provider.bodies == [{"status_code": 480}]


async def test_without_a_call_id_the_provider_s_id_names_the_call() -> None:
    number = await trunk()
    call, body = event(FROM, ("To", f"<sip:{number}@h>"))
    async with voice_provider() as provider:
        for _ in range(2):
            assert (await post(body)).status_code == 200
            await settled()
    assert provider.asked == [("accept", call)]
    assert await Call.objects.acount() == 1

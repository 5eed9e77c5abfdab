"""The leg to a voice model: our own estimate, until the carrier tells its length."""

from decimal import Decimal
from typing import Any

import pytest

from billing.call_page import section
from billing.core.units import Component
from billing.models import CallSheet
from billing.services.reconciling import keep_leg_lengths
from calls.core.words import EngineState
from calls.models import Call, EngineSession, Usage
from calls.providers.twilio.bills import LegPrice
from calls.services import leg_usage
from routing.core.decision import CallerKind
from routing.core.ruleset import Path
from tests.billing.ledger_rows import (
    after,
    by_component,
    enter_all,
    over,
    set_prices,
)
from tests.makers_calls import NOON, make_attempt, make_handoff

pytestmark = pytest.mark.django_db
LEG = "CA0000000000000000000000000000000f"


@pytest.fixture(autouse=True)
def prices() -> None:
    set_prices()


def talked(*, trunk: bool = False, **fields: Any) -> Call:
    """A call of 61 seconds whose session with the model we saw for 59."""
    call = over(path=Path.SIP, **fields)
    EngineSession.objects.create(
        call=call, leg_sid=LEG, trunk=trunk, accepted_at=NOON, over_at=after(59)
    )
    return call


def amount(call: Call) -> Decimal:
    enter_all()
    return CallSheet.objects.get(call=call).amount


def leg(seconds: int | None, sid: str = LEG) -> LegPrice:
    return LegPrice(sid, "", None, "USD", seconds)


def test_the_carriers_figure_takes_the_place_of_our_estimate() -> None:
    call = talked()
    assert amount(call) == 2 + Decimal("0.5")
    assert "estimated" in section(call.pk)
    assert leg_usage.keep(call.pk, LEG, 61, after(61))
    assert amount(call) == 2 + 1
    assert "estimated" not in section(call.pk)


def test_told_again_it_is_the_same_and_told_otherwise_it_is_corrected() -> None:
    call = talked()
    assert leg_usage.keep(call.pk, LEG, 61, after(61))
    assert not leg_usage.keep(call.pk, LEG, 61, after(99))
    assert leg_usage.keep(call.pk, LEG, 121, after(99))
    assert amount(call) == 2 + Decimal("1.5")
    assert Usage.objects.get().at == NOON


def test_a_leg_that_nobody_answered_costs_nothing_and_misses_nothing() -> None:
    call = over(path=Path.SIP)
    leg_usage.keep(call.pk, LEG, 0, after(9))
    assert amount(call) == 2
    assert CallSheet.objects.get().gaps == 0


@pytest.mark.parametrize("state", [EngineState.FAILED, EngineState.REJECTED])
def test_a_model_that_never_took_the_call_leaves_no_gap(state: EngineState) -> None:
    call = over(path=Path.SIP)
    EngineSession.objects.create(call=call, state=state)
    assert amount(call) == 2
    assert CallSheet.objects.get().gaps == 0


def test_a_call_over_a_trunk_is_one_leg() -> None:
    talked(trunk=True, carrier_seconds=None)
    enter_all()
    assert by_component() == {Component.SIP_LEG: Decimal("0.5")}


def test_other_legs_over_sip_are_paid_beside_it() -> None:
    call = talked(caller="sip:ana@example.com", caller_kind=CallerKind.SIP)
    attempt = make_attempt(make_handoff(call), result="accepted", seconds=30)
    attempt.phone = "sip:front@example.com"
    attempt.save(update_fields=["phone"])
    leg_usage.keep(call.pk, LEG, 59, after(59))
    assert amount(call) == 1 + Decimal("0.5") + Decimal("0.5")


@pytest.mark.parametrize("trunk", [False, True])
def test_what_no_callback_told_is_fetched_at_night(trunk: bool) -> None:
    call = talked(trunk=trunk, carrier_seconds=0)
    assert amount(call) == Decimal("0.5")
    legs = [leg(121), leg(None, "CAgoing"), leg(60, "CAother")]
    assert keep_leg_lengths(legs, after(9000)) == 1
    assert CallSheet.objects.get(call=call).amount == Decimal("1.5")
    assert keep_leg_lengths(legs, after(9000)) == 0

"""What calls on the sip path spent their money on beside the conversation."""

from decimal import Decimal
from typing import Any

import pytest

from billing.call_page import section
from billing.core.causes import CAUSE_WORDS, Cause
from calls.core.words import AttemptResult, Disposition, EventKind
from calls.models import Call, EngineSession, HandoffAttempt
from routing.core.ruleset import Path
from tests.billing.ledger_rows import (
    after,
    by_cause,
    enter_all,
    journal,
    over,
    set_prices,
)
from tests.billing.rows import make_usage, save_price
from tests.makers_calls import NOON, make_attempt, make_handoff

pytestmark = pytest.mark.django_db
VOICE = "gpt-realtime-test"


@pytest.fixture(autouse=True)
def prices() -> None:
    set_prices()
    save_price(item=VOICE, unit="text_in", amount="0.1")
    save_price(item=VOICE, unit="text_cached", amount="0.01")
    save_price(item=VOICE, unit="text_out", amount="1")


def spoken(**fields: Any) -> Call:
    """A minute at 0.50 with the voice model, and nothing for the caller's leg."""
    call = over(path=Path.SIP, carrier_seconds=0, **fields)
    EngineSession.objects.create(call=call, accepted_at=NOON, over_at=after(60))
    return call


def speak(call: Call, at: float, out: int, read: int = 0, cached: int = 0) -> None:
    figures = {
        "input_tokens": read,
        "input_token_details": {
            "text_tokens": read,
            "cached_tokens_details": {"text_tokens": cached},
        },
        "output_tokens": out,
        "output_token_details": {"text_tokens": out},
    }
    make_usage(call, figures, at=after(at), item=VOICE)


def test_silence_is_its_minutes_and_what_the_model_said_then() -> None:
    call = spoken()
    journal(call, EventKind.AGENT_SAID, 4, text="Hello?", turn=1)
    speak(call, 5, 8)
    journal(call, EventKind.NOTED, 16, text="The model asked.", why="silence")
    speak(call, 17, 4)
    journal(call, EventKind.PRODUCT_SAID, 31, text="Still there?", why="silence")
    speak(call, 32, 2)
    journal(call, EventKind.HANDOFF_ASKED, 46, reason="silence", asked_by="portal")
    enter_all()
    # 42 of 60 seconds at 0.50, and the two questions.
    assert by_cause() == {
        Cause.SILENCE: Decimal("0.35") + 4 + 2,
        Cause.CONVERSATION: Decimal("0.15") + 8,
    }
    assert CAUSE_WORDS[Cause.SILENCE] in section(call.pk)


def test_a_handoff_for_another_reason_is_no_silence() -> None:
    call = spoken()
    journal(call, EventKind.AGENT_SAID, 4, text="Hello?", turn=1)
    journal(call, EventKind.HANDOFF_ASKED, 46, reason="caller_asked", asked_by="agent")
    enter_all()
    assert by_cause() == {Cause.CONVERSATION: Decimal("0.5")}


def test_tools_that_change_during_a_call_lose_the_cache() -> None:
    call = spoken()
    speak(call, 5, 0, read=3000, cached=2944)
    speak(call, 9, 0, read=3000, cached=0)
    enter_all()
    assert by_cause()[Cause.CACHE_LOST] == 300


def test_what_was_dropped_at_the_front_is_truncation() -> None:
    call = spoken()
    speak(call, 5, 0, read=4000, cached=2944)
    speak(call, 9, 0, read=3000, cached=0)
    enter_all()
    assert by_cause()[Cause.TRUNCATION] == 300
    assert Cause.CACHE_LOST not in by_cause()


def test_the_first_answer_after_a_failure_was_asked_for_again() -> None:
    call = spoken()
    journal(call, EventKind.MODEL_FAILED, 4, reason="response failed")
    speak(call, 5, 3)
    speak(call, 9, 2)
    enter_all()
    assert by_cause()[Cause.MODEL_RETRY] == 3


def test_a_call_in_which_nobody_spoke_is_a_ghost() -> None:
    speak(spoken(disposition=Disposition.CALLER_HUNG_UP_EARLY), 5, 3)
    enter_all()
    assert by_cause() == {Cause.GHOST: Decimal("3.5")}


def test_once_a_person_has_the_caller_only_their_leg_is_the_transfers() -> None:
    call = spoken()
    attempt = make_attempt(make_handoff(call), result=AttemptResult.ACCEPTED)
    HandoffAttempt.objects.filter(pk=attempt.pk).update(
        started_at=after(60), finished_at=after(160), seconds=90
    )
    enter_all()
    assert by_cause() == {
        Cause.CONVERSATION: Decimal("0.5"),
        Cause.TRANSFER_TAIL: 4,
    }

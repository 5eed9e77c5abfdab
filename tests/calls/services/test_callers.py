import json
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from calls.core.words import CallState, Disposition, FollowUpKind
from calls.models import Call, FollowUp
from calls.services.callers import HOW_IT_ENDED, look_up_caller
from routing.core.decision import CallerKind
from tests.makers_calls import NOON, make_call

pytestmark = pytest.mark.django_db

MARIA = "+12025550177"


def make_earlier(days: int = 1, **fields: Any) -> Call:
    fields.setdefault("caller", MARIA)
    fields.setdefault("state", CallState.CLOSED)
    return make_call(offered_at=NOON - timedelta(days=days), **fields)


def make_follow_up(call: Call, **fields: Any) -> FollowUp:
    fields.setdefault("kind", FollowUpKind.CALLBACK)
    fields.setdefault("opened_at", call.offered_at)
    fields.setdefault("due_at", NOON + timedelta(hours=2))
    return FollowUp.objects.create(call=call, owner="Front desk", **fields)


def found_in(call: Call) -> dict[str, Any]:
    found = json.loads(look_up_caller(call.pk))
    assert isinstance(found, dict)
    return found


def test_tells_of_earlier_calls_and_what_is_open() -> None:
    make_earlier(9, collected={"full_name": "Maria Garcia"})
    last = make_earlier(
        3,
        disposition=Disposition.CALLBACK_SCHEDULED,
        number_label="Main line",
        summary="She asked about\n the invoice.",
        collected={"city": "Rome"},
    )
    make_follow_up(last, text="Call about the invoice")
    call = make_call(caller=MARIA, time_zone="America/New_York")
    assert found_in(call) == {
        "known": True,
        "name": "Maria Garcia",
        "earlier_calls": 2,
        "last_call": {
            "when": "Friday, 20 November 2026, 12:00 (America/New_York)",
            "line": "Main line",
            "how_it_ended": "a call back was arranged",
            "about": "She asked about the invoice.",
        },
        "open_follow_ups": [
            {
                "kind": "Callback",
                "due": "Monday, 23 November 2026, 14:00 (America/New_York)",
                "about": "Call about the invoice",
            }
        ],
    }


def test_takes_three_queries(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for days in range(1, 26):
        make_follow_up(make_earlier(days))
    call = make_call(caller=MARIA)
    with django_assert_num_queries(3):
        found = found_in(call)
    assert found["earlier_calls"] == 25
    assert len(found["open_follow_ups"]) == 3


def test_knows_nothing_of_a_first_time_caller() -> None:
    make_earlier(caller="+12025550178")
    make_call(caller=MARIA, offered_at=NOON + timedelta(hours=1))
    found = found_in(make_call(caller=MARIA))
    assert found == {"known": False, "why": "There was no earlier call."}


@pytest.mark.parametrize("kind", [CallerKind.WITHHELD, CallerKind.SIP])
def test_says_nothing_of_a_caller_without_a_number(
    kind: CallerKind, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_earlier(caller="anonymous", caller_kind=kind)
    call = make_call(caller="anonymous", caller_kind=kind)
    with django_assert_num_queries(1):
        assert found_in(call)["known"] is False


def test_says_nothing_of_a_call_that_is_not_there() -> None:
    assert json.loads(look_up_caller(0))["known"] is False


def test_leaves_out_what_is_done_and_what_this_call_left() -> None:
    make_follow_up(make_earlier(), done_at=NOON)
    call = make_call(caller=MARIA)
    make_follow_up(call)
    assert "open_follow_ups" not in found_in(call)


@pytest.mark.parametrize(
    ("collected", "name"),
    [
        ({"first_name": "Maria", "last_name": "Garcia"}, "Maria Garcia"),
        ({"nombre": "Maria"}, "Maria"),
        ({"name": "Maria", "company_name": "Acme"}, "Maria"),
    ],
)
def test_finds_the_name_in_the_usual_fields(
    collected: dict[str, str], name: str
) -> None:
    make_earlier(collected=collected)
    assert found_in(make_call(caller=MARIA))["name"] == name


def test_leaves_the_name_out_when_none_was_given() -> None:
    make_earlier(collected={"company_name": "Acme"})
    assert "name" not in found_in(make_call(caller=MARIA))


def test_shortens_long_texts() -> None:
    make_earlier(summary="word " * 200)
    about = found_in(make_call(caller=MARIA))["last_call"]["about"]
    assert len(about) == 302


def test_a_call_that_is_still_going_on_is_no_puzzle() -> None:
    make_earlier(state=CallState.LIVE)
    found = found_in(make_call(caller=MARIA))
    assert found["last_call"] == {
        "when": "Sunday, 22 November 2026, 17:00 (UTC)",
        "how_it_ended": "it is not over yet",
    }


def test_has_words_for_every_disposition() -> None:
    assert set(HOW_IT_ENDED) == {"", *Disposition}

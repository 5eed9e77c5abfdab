"""What a closed call still owes: to whom, by whom, until when."""

from datetime import timedelta

import pytest

from calls.core.words import (
    Disposition,
    EventKind,
    FollowUpKind,
    HandoffResult,
)
from calls.models import Call
from calls.services.closing import close
from routing.core.ruleset import Objective
from tests.calls.services.test_closing import (
    LATER,
    failed,
    hunted,
    over,
    owed,
    talk,
    with_message,
)
from tests.makers_calls import NOON, make_attempt, make_event, make_handoff
from tests.makers_routing import make_agent, make_number, make_policy, publish

pytestmark = pytest.mark.django_db


def test_what_the_journal_knows_is_kept_when_the_process_had_died() -> None:
    call = over(collected={"name": "Ana"})
    make_event(call, EventKind.FIELD_COLLECTED, name="name", value="An")
    make_event(call, EventKind.FIELD_COLLECTED, name="phone", value="+1")
    close(call.pk, LATER)
    call.refresh_from_db()
    assert call.collected == {"name": "Ana", "phone": "+1"}


def test_a_message_says_where_to_call_back() -> None:
    call = with_message()
    close(call.pk, LATER)
    follow_up = call.follow_ups.get()
    assert (follow_up.text, follow_up.contact_number) == ("Call me", "7")


def published(objective: Objective = Objective.LEAD_CAPTURE, **fields: object) -> Call:
    policy = make_policy(follow_up_owner="Sales", follow_up_minutes=30)
    agent = make_agent(policy=policy, objective=objective)
    number = make_number(agent=agent, policy=policy)
    release = publish()
    return over(
        release_number=release.number,
        agent_key=str(number.agent_id),
        policy_key=str(policy.pk),
        **fields,
    )


def test_a_lead_is_followed_up_by_whom_and_when_the_policy_says() -> None:
    call = talk(published(collected={"name": "Ana"}))
    close(call.pk, LATER)
    lead = call.follow_ups.get(kind=FollowUpKind.LEAD)
    assert (lead.owner, lead.due_at) == ("Sales", LATER + timedelta(minutes=30))
    assert lead.fields == {"name": "Ana"}


def test_nothing_collected_is_no_lead() -> None:
    call = talk(published())
    close(call.pk, LATER)
    assert owed(call) == []


def test_spam_is_no_lead_and_no_mail() -> None:
    call = talk(published(collected={"name": "x"}, outcome="spam"))
    close(call.pk, LATER)
    call.refresh_from_db()
    assert (owed(call), call.summary_mail) == ([], "not_wanted")


def test_without_a_policy_somebody_is_still_responsible() -> None:
    call = failed()
    close(call.pk, LATER)
    follow_up = call.follow_ups.get()
    assert (follow_up.owner, follow_up.due_at) == (
        "Front desk",
        LATER + timedelta(hours=4),
    )


def test_a_promise_made_during_the_call_stays_as_it_was() -> None:
    call = hunted(HandoffResult.NOBODY)
    call.follow_ups.create(
        kind="callback", owner="Ana", text="Promised", opened_at=NOON, due_at=NOON
    )
    assert close(call.pk, LATER) is Disposition.CALLBACK_SCHEDULED
    assert call.follow_ups.get().text == "Promised"


@pytest.mark.parametrize("objective", [Objective.AFTER_HOURS, Objective.APPOINTMENT])
def test_details_left_with_an_agent_that_passes_them_on_are_followed_up(
    objective: Objective,
) -> None:
    given = {"callback_number": "+12025550171", "name": "Ana"}
    call = talk(published(objective, collected=given))
    close(call.pk, LATER)
    callback = call.follow_ups.get(kind=FollowUpKind.CALLBACK)
    assert callback.contact_number == "+12025550171"
    assert callback.fields == given


def test_details_that_were_only_needed_in_the_call_are_not_followed_up() -> None:
    call = talk(published(Objective.SIMPLE_ROUTING, collected={"name": "Ana"}))
    close(call.pk, LATER)
    assert owed(call) == []


def test_who_gave_up_waiting_for_a_person_is_called_back() -> None:
    call = over()
    make_attempt(make_handoff(call, result=HandoffResult.CALLER_LEFT))
    assert close(call.pk, LATER) is Disposition.CALLER_HUNG_UP_EARLY
    assert owed(call) == [FollowUpKind.CALLBACK]
